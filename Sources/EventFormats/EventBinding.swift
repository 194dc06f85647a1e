public import ByteIO

/// Where the fields that somebody reads of some events lie in the records of one kernel, found out
/// once. What is read in the walk over a million records is public for the sake of inlining.
public final class EventBinding: @unchecked Sendable {
  /// An event that is read.
  package struct Wanted {
    /// What whoever reads it calls it; several events may have the same.
    package var number: Int
    package var format: EventFormat
    /// The names of its fields, in the order in which they are asked for.
    package var fields: [String]

    package init(_ number: Int, _ format: EventFormat, fields: [String]) {
      self.number = number
      self.format = format
      self.fields = fields
    }
  }

  /// What a look at a record needs, in plain memory that the binding owns: a million records are
  /// looked at without a count of references.
  @frozen public struct Reader: @unchecked Sendable {
    /// By an event's id: its place among the bound ones, from 0; -1 for others.
    @usableFromInline let slots: UnsafeMutablePointer<Int16>
    @usableFromInline let slotCount: Int
    /// Of each that is bound: its number among the wanted ones, from 0, and its fields.
    @usableFromInline let bound:
      UnsafeMutablePointer<(number: Int, places: UnsafeMutablePointer<FieldPlace>)>
    public let common: CommonFields
    public let order: ByteOrder
    /// The id in the first two bytes and the thread in the fifth to the eighth, as all kernels on
    /// machines such as this have had them for long.
    @usableFromInline let hasUsualHead: Bool

    /// A record's event, as the kernel numbers them, and the thread that ran when it was made.
    @inlinable @inline(__always)
    public func head(of record: UnsafeRawBufferPointer) -> (id: Int, thread: Int32) {
      if _fastPath(hasUsualHead), record.count >= 8, let base = record.baseAddress {
        let word = base.loadUnaligned(as: UInt64.self)
        return (Int(truncatingIfNeeded: word & 0xffff), Int32(truncatingIfNeeded: word &>> 32))
      }
      return slowHead(of: record)
    }

    @usableFromInline func slowHead(of record: UnsafeRawBufferPointer) -> (id: Int, thread: Int32) {
      (
        common.read(common.type, of: record, order) & 0xffff,
        Int32(truncatingIfNeeded: common.read(common.pid, of: record, order))
      )
    }

    /// Which of the bound events has an id; nil for others.
    @inlinable @inline(__always) public func slot(ofID id: Int) -> Int? {
      guard id < slotCount, slots[id] >= 0 else { return nil }
      return Int(slots[id])
    }

    /// A bound event's number among the wanted ones.
    @inlinable @inline(__always) public func number(of slot: Int) -> Int { bound[slot].number }

    @inlinable @inline(__always)
    public func fields(of slot: Int) -> UnsafePointer<FieldPlace> {
      UnsafePointer(bound[slot].places)
    }
  }

  public let reader: Reader
  private let boundCount: Int

  package init(_ wanted: [Wanted], in catalog: EventCatalog) {
    var slots: [Int16] = []
    var bound: [(number: Int, places: UnsafeMutablePointer<FieldPlace>)] = []
    for event in wanted where event.format.id >= 0 && event.format.id <= 0xffff {
      let own = UnsafeMutablePointer<FieldPlace>.allocate(capacity: max(event.fields.count, 1))
      own.initialize(repeating: FieldPlace(), count: max(event.fields.count, 1))
      for (index, name) in event.fields.enumerated() {
        if let field = event.format.field(name) {
          own[index] = FieldPlace(field, catalog.byteOrder)
        }
      }
      let id = event.format.id
      if id >= slots.count { slots += [Int16](repeating: -1, count: id + 1 - slots.count) }
      slots[id] = Int16(truncatingIfNeeded: bound.count)
      bound.append((event.number, own))
    }
    let ids = UnsafeMutablePointer<Int16>.allocate(capacity: max(slots.count, 1))
    ids.initialize(from: slots, count: slots.count)
    let all = UnsafeMutablePointer<(number: Int, places: UnsafeMutablePointer<FieldPlace>)>
      .allocate(capacity: max(bound.count, 1))
    all.initialize(from: bound, count: bound.count)
    boundCount = bound.count
    let (common, order) = (catalog.common, catalog.byteOrder)
    reader = Reader(
      slots: ids, slotCount: slots.count, bound: all, common: common, order: order,
      hasUsualHead: order == .little && ByteOrder.host == .little
        && common.type == CommonFields.Place(offset: 0, size: 2)
        && common.pid == CommonFields.Place(offset: 4, size: 4))
  }

  deinit {
    for index in 0..<boundCount { reader.bound[index].places.deallocate() }
    reader.bound.deallocate()
    reader.slots.deallocate()
  }

  /// Where a field of a wanted event lies; nil where the event is not described.
  package func place(of field: Int, in number: Int) -> FieldPlace? {
    (0..<boundCount).first { reader.bound[$0].number == number }
      .map { reader.bound[$0].places[field] }
  }
}
