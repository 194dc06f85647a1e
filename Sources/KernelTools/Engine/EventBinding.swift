import ByteIO
import EventFormats
import Reports
import TraceDat

/// Where the fields that a tool reads lie in the records of one kernel, found out once.
///
/// Kernels differ in the places of fields and in which there are (`ioprio` of `block_rq_issue` came
/// with Linux 6.11); a tool names fields and sees no difference.
final class EventBinding {
  /// What of a record is a field.
  struct Place {
    enum Kind { case absent, signed, unsigned, text, dynamic, relative }
    var kind = Kind.absent
    var size = 0
    var offset = 0
    /// An address, of the kernel or of a program.
    var isAddress = false
    /// Several numbers, no text.
    var isArray = false
    /// Of a number in this machine's order: where the eight bytes begin whose last are the number,
    /// and how many bits before it they have. -1 for others.
    var word = -1
    var shift = 0

    /// Knows a number that can be read with its neighbours at once.
    mutating func findWord(_ order: ByteOrder) {
      guard kind == .signed || kind == .unsigned, order == .little, ByteOrder.host == .little,
        offset + size >= 8
      else { return }
      word = offset + size - 8
      shift = 64 - 8 * size
    }
  }

  /// What a look at a record needs, in plain memory that the binding owns: a million records are
  /// looked at without a count of references.
  struct Reader {
    /// By an event's id: its place among the bound ones, from 0; -1 for others.
    fileprivate let slots: UnsafeMutablePointer<Int16>
    fileprivate let slotCount: Int
    /// Of each that is bound: its number among the wanted ones, from 0, and its fields.
    fileprivate let bound: UnsafeMutablePointer<(number: Int, places: UnsafeMutablePointer<Place>)>
    let common: CommonFields
    let order: ByteOrder
    /// The id in the first two bytes and the thread in the fifth to the eighth, as all kernels on
    /// machines such as this have had them for long.
    fileprivate let hasUsualHead: Bool

    /// A record's event, as the kernel numbers them, and the thread that ran when it was made.
    @inline(__always)
    func head(of record: UnsafeRawBufferPointer) -> (id: Int, thread: Int32) {
      if _fastPath(hasUsualHead), record.count >= 8, let base = record.baseAddress {
        let word = base.loadUnaligned(as: UInt64.self)
        return (Int(truncatingIfNeeded: word & 0xffff), Int32(truncatingIfNeeded: word &>> 32))
      }
      return (
        common.read(common.type, of: record, order) & 0xffff,
        Int32(truncatingIfNeeded: common.read(common.pid, of: record, order))
      )
    }

    /// Which of the bound events has an id; nil for others.
    @inline(__always) func slot(ofID id: Int) -> Int? {
      guard id < slotCount, slots[id] >= 0 else { return nil }
      return Int(slots[id])
    }

    /// A bound event's number among the wanted ones.
    @inline(__always) func number(of slot: Int) -> Int { bound[slot].number }

    @inline(__always) func fields(of slot: Int) -> UnsafePointer<Place> {
      UnsafePointer(bound[slot].places)
    }
  }

  let reader: Reader
  private let boundCount: Int
  /// The wanted events that are not described, by number.
  let missing: [Int]

  init(_ wanted: [WantedEvent], in source: ReportSource) {
    var slots: [Int16] = []
    var bound: [(number: Int, places: UnsafeMutablePointer<Place>)] = []
    var missing: [Int] = []
    for (number, event) in wanted.enumerated() {
      // What stands for another comes behind it.
      if let other = event.insteadOf, !missing.contains(other) { continue }
      let formats = Self.formats(of: event, in: source.events)
      if formats.isEmpty { missing.append(number) }
      for format in formats {
        let own = UnsafeMutablePointer<Place>.allocate(capacity: max(event.fields.count, 1))
        own.initialize(repeating: Place(), count: max(event.fields.count, 1))
        for (index, name) in event.fields.enumerated() {
          if let field = format.field(name) { own[index] = Self.place(of: field) }
          own[index].findWord(source.file.order)
        }
        if format.id >= slots.count {
          slots += [Int16](repeating: -1, count: format.id + 1 - slots.count)
        }
        slots[format.id] = Int16(truncatingIfNeeded: bound.count)
        bound.append((number, own))
      }
    }
    let ids = UnsafeMutablePointer<Int16>.allocate(capacity: max(slots.count, 1))
    ids.initialize(from: slots, count: slots.count)
    let all = UnsafeMutablePointer<(number: Int, places: UnsafeMutablePointer<Place>)>.allocate(
      capacity: max(bound.count, 1))
    all.initialize(from: bound, count: bound.count)
    boundCount = bound.count
    let (common, order) = (source.events.common, source.file.order)
    reader = Reader(
      slots: ids, slotCount: slots.count, bound: all, common: common, order: order,
      hasUsualHead: order == .little && ByteOrder.host == .little
        && common.type == CommonFields.Place(offset: 0, size: 2)
        && common.pid == CommonFields.Place(offset: 4, size: 4))
    self.missing = missing
  }

  /// Where somebody else has a probe of the same function, ours has a number behind its name:
  /// `tcp_connect_2`. Theirs, which a recording may have as well, lacks our fields.
  private static func formats(of event: WantedEvent, in catalog: EventCatalog) -> [EventFormat] {
    if event.name.hasSuffix("*") {
      let (system, start) = (Array(event.system.utf8), Array(event.name.utf8.dropLast()))
      return (0..<catalog.count).filter {
        catalog.system(at: $0).elementsEqual(system) && catalog.name(at: $0).starts(with: start)
      }.compactMap { try? catalog.format(at: $0) }.filter(isUsable)
    }
    guard event.probe != nil || event.isNumbered else {
      return [catalog.event(system: event.system, name: event.name)].compactMap { $0 }
        .filter(isUsable)
    }
    let (system, name) = (Array(event.system.utf8), Array(event.name.utf8))
    let named = (0..<catalog.count).filter { index in
      let title = catalog.name(at: index)
      guard catalog.system(at: index).elementsEqual(system), title.starts(with: name) else {
        return false
      }
      let rest = title.dropFirst(name.count)
      return rest.isEmpty
        || rest.count > 1 && rest.first == UInt8(ascii: "_")
          && rest.dropFirst().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }.compactMap { try? catalog.format(at: $0) }.filter(isUsable)
    let complete = named.filter { format in event.fields.allSatisfy { format.field($0) != nil } }
    return complete.isEmpty ? named : complete
  }

  private static func isUsable(_ format: EventFormat) -> Bool {
    format.id >= 0 && format.id <= 0xffff
  }

  deinit {
    for index in 0..<boundCount { reader.bound[index].places.deallocate() }
    reader.bound.deallocate()
    reader.slots.deallocate()
  }

  private static func place(of field: Field) -> Place {
    let kind: Place.Kind =
      switch field.kind {
      case .integer, .pointer:
        [1, 2, 4, 8].contains(field.size) ? (field.isSigned ? .signed : .unsigned) : .absent
      case .text, .array: .text
      case .dynamic: .dynamic
      case .relative: .relative
      }
    var isOfTexts: Bool { field.kind == .text || field.type.contains("char") }
    return Place(
      kind: kind, size: field.size, offset: field.offset, isAddress: field.kind == .pointer,
      isArray: [.text, .dynamic, .relative].contains(kind) && !isOfTexts)
  }

  /// Where a field of a wanted event lies; nil where the event is not described.
  func place(of field: Int, in number: Int) -> Place? {
    (0..<boundCount).first { reader.bound[$0].number == number }
      .map { reader.bound[$0].places[field] }
  }
}
