import EventFormats

/// A value for every event of a catalog, found by the event's id, in plain memory: an array would be
/// retained and released for every record.
final class EventTable<Value>: @unchecked Sendable {
  /// By id: an index into `values`; the first is of ids that no format describes.
  private let byID: UnsafeMutablePointer<UInt16>
  private let start: UnsafeMutablePointer<Value>
  private let count: Int

  /// - Parameters:
  ///   - unknown: the value of ids that no format describes.
  ///   - make: the value of an event, by its index in the catalog.
  init(_ catalog: EventCatalog, unknown: Value, _ make: (Int) -> Value) {
    byID = .allocate(capacity: 1 << 16)
    byID.initialize(repeating: 0, count: 1 << 16)
    start = .allocate(capacity: min(catalog.count, 1 << 16) + 1)
    start.initialize(to: unknown)
    var count = 1
    for event in 0..<catalog.count {
      let id = catalog.id(at: event)
      guard id >= 0, id < 1 << 16, byID[id] == 0, count <= Int(UInt16.max) else { continue }
      byID[id] = UInt16(count)
      (start + count).initialize(to: make(event))
      count += 1
    }
    self.count = count
  }

  deinit {
    start.deinitialize(count: count)
    start.deallocate()
    byID.deallocate()
  }

  /// All values, that of unknown ids first.
  var values: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: start, count: count) }

  /// Where the values lie, for loops that keep this object alive themselves.
  var lookup: Lookup { Lookup(byID: byID, start: start) }

  /// Finds values by id without touching a reference count.
  struct Lookup {
    fileprivate let byID: UnsafeMutablePointer<UInt16>
    fileprivate let start: UnsafeMutablePointer<Value>

    @inline(__always) subscript(id: UInt16) -> UnsafePointer<Value> {
      UnsafePointer(start + Int(byID[Int(id)]))
    }
  }
}
