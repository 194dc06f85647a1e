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
  }

  /// By an event's id: its number among the wanted ones, from 0; -1 for others.
  private let numbers: [Int16]
  private let places: [UnsafeMutablePointer<Place>]
  let order: ByteOrder
  let common: CommonFields
  /// The wanted events that are not described, by number.
  let missing: [Int]

  init(_ wanted: [WantedEvent], in source: ReportSource) {
    order = source.file.order
    common = source.events.common
    var numbers: [Int16] = []
    var places: [UnsafeMutablePointer<Place>] = []
    var missing: [Int] = []
    for (number, event) in wanted.enumerated() {
      let own = UnsafeMutablePointer<Place>.allocate(capacity: max(event.fields.count, 1))
      own.initialize(repeating: Place(), count: max(event.fields.count, 1))
      places.append(own)
      guard let format = source.events.event(system: event.system, name: event.name),
        format.id >= 0, format.id <= 0xffff
      else {
        missing.append(number)
        continue
      }
      if format.id >= numbers.count {
        numbers += [Int16](repeating: -1, count: format.id + 1 - numbers.count)
      }
      numbers[format.id] = Int16(number)
      for (index, name) in event.fields.enumerated() {
        if let field = format.field(name) { own[index] = Self.place(of: field) }
      }
    }
    self.numbers = numbers
    self.places = places
    self.missing = missing
  }

  deinit { for place in places { place.deallocate() } }

  private static func place(of field: Field) -> Place {
    let kind: Place.Kind =
      switch field.kind {
      case .integer, .pointer:
        [1, 2, 4, 8].contains(field.size) ? (field.isSigned ? .signed : .unsigned) : .absent
      case .text, .array: .text
      case .dynamic: .dynamic
      case .relative: .relative
      }
    return Place(kind: kind, size: field.size, offset: field.offset)
  }

  /// The number of a record's event among the wanted ones; nil for others.
  @inline(__always) func number(of record: UnsafeRawBufferPointer) -> Int? {
    let id = common.read(common.type, of: record, order) & 0xffff
    guard id < numbers.count, numbers[id] >= 0 else { return nil }
    return Int(numbers[id])
  }

  @inline(__always) func fields(of number: Int) -> UnsafePointer<Place> {
    UnsafePointer(places[number])
  }
}
