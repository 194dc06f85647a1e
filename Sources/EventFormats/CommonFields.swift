public import ByteIO

/// The fields that every record begins with: where they lie, in bytes from the record's start.
///
/// A size of 0 says that the kernel's records do not have the field.
@frozen public struct CommonFields: Sendable, Equatable {
  @frozen public struct Place: Sendable, Equatable {
    public var offset: Int
    public var size: Int

    @inlinable public init(offset: Int, size: Int) {
      self.offset = offset
      self.size = size
    }

    static let absent = Place(offset: 0, size: 0)
  }

  /// The event's id.
  public var type = Place(offset: 0, size: 2)
  /// Interrupts off, need to reschedule, in interrupt (TRACE_FLAG_ of linux/trace_events.h).
  public var flags = Place(offset: 2, size: 1)
  public var preemptCount = Place(offset: 3, size: 1)
  public var pid = Place(offset: 4, size: 4)
  /// Realtime kernels before 5.15.
  public var migrateDisable = Place(offset: 0, size: 0)
  /// Kernels with the big kernel lock.
  public var lockDepth = Place(offset: 0, size: 0)
  /// The first byte after all of them.
  public var end = 8

  package init() {}

  init(_ format: EventFormat) {
    self.init()
    func place(_ name: String) -> Place {
      guard let field = format.commonFields.first(where: { $0.name == name }),
        [1, 2, 4, 8].contains(field.size)
      else { return .absent }
      return Place(offset: field.offset, size: field.size)
    }
    type = place("common_type")
    flags = place("common_flags")
    preemptCount = place("common_preempt_count")
    pid = place("common_pid")
    migrateDisable = place("common_migrate_disable")
    lockDepth = place("common_lock_depth")
    end = format.commonFields.reduce(0) { max($0, $1.end) }
  }

  /// Taken from the first format that has them; the layout of all kernels since 2.6.32 otherwise.
  init(builder: borrowing EventCatalogBuilder) {
    self.init()
    for index in builder.events.indices.prefix(16) {
      let text = builder.texts[builder.events[index].text]
      let format = text.withUnsafeBytes {
        try? EventFormat(parsing: $0, system: "", longSize: builder.longSize)
      }
      if let format, format.commonFields.contains(where: { $0.name == "common_pid" }) {
        self.init(format)
        return
      }
    }
  }

  /// Reads one of the fields; 0 where it is absent or the record too short.
  @inlinable @inline(__always)
  public func read(
    _ place: Place, of record: UnsafeRawBufferPointer, _ order: ByteOrder
  ) -> Int {
    guard let base = record.baseAddress, place.offset &+ place.size <= record.count else {
      return 0
    }
    return switch place.size {
    case 1: Int(base.load(fromByteOffset: place.offset, as: UInt8.self))
    case 2: Int(base.load(UInt16.self, at: place.offset, order))
    case 4: Int(base.load(Int32.self, at: place.offset, order))
    case 8: Int(base.load(Int64.self, at: place.offset, order))
    default: 0
    }
  }
}
