import ByteIO
import EventFormats
import Tracefs

/// One thing that a person wants to know of an event: fields of it, where a condition holds.
struct FieldWish: Equatable {
  var event: NamedEvent
  var fields: [String]
  /// In the kernel's filter language.
  var filter: String?
}

/// Several such wishes, and the events that they need, each of them once.
struct FieldWishes {
  /// Where a wish finds what it wants.
  struct Place {
    /// Among the events.
    var event: Int
    /// Among the event's fields.
    var fields: [Int]
    /// Among the event's conditions; nil where the kernel, or nobody, has one.
    var condition: Int?
  }

  let events: [WantedEvent]
  let places: [Place]

  /// - Parameter isLive: the kernel looks at conditions where it can.
  /// - Throws: where one function is to have two probes.
  init(
    _ wishes: [FieldWish], isLive: Bool
  ) throws(ToolUsageError) {
    var named: [NamedEvent] = []
    for wish in wishes where !named.contains(wish.event) {
      if named.contains(where: { $0.title == wish.event.title }) {
        throw .badValue(
          option: "SPEC", value: wish.event.probe ?? wish.event.title,
          expected: "the same probe as another of that function: name all values in one")
      }
      named.append(wish.event)
    }
    var events: [WantedEvent] = []
    for event in named {
      let own = wishes.filter { $0.event == event }
      var fields: [String] = []
      for field in own.flatMap(\.fields) where !fields.contains(field) { fields.append(field) }
      var wanted = WantedEvent(event, fields: fields)
      var filters: [String] = []
      for filter in own.compactMap(\.filter) where !filters.contains(filter) {
        filters.append(filter)
      }
      if own.allSatisfy({ $0.filter != nil }) {
        wanted.filter =
          filters.count == 1
          ? filters[0] : filters.map { "(\($0))" }.joined(separator: " || ")
      }
      // One condition for all is the kernel's.
      let isKernels = isLive && filters.count == 1 && wanted.filter != nil
      wanted.conditions = isKernels ? [] : filters
      events.append(wanted)
    }
    self.events = events
    places = wishes.map { wish in
      let number = named.firstIndex(of: wish.event) ?? 0
      let wanted = events[number]
      return Place(
        event: number, fields: wish.fields.compactMap { wanted.fields.firstIndex(of: $0) },
        condition: wish.filter.flatMap { wanted.conditions.firstIndex(of: $0) })
    }
  }
}

/// What a field holds, as it is counted and shown.
enum FieldContent: Hashable {
  /// With how many bytes the field has.
  case signed(Int, size: Int)
  case unsigned(UInt)
  case address(UInt)
  case text(String)

  /// A field of an event.
  init(_ event: ToolEvent, _ field: Int) {
    let place = event.places[field]
    if place.kind == .signed || place.kind == .unsigned {
      self.init(number: event.number(field), place)
    } else {
      self = .text(String(decoding: event.text(field), as: UTF8.self))
    }
  }

  /// A key of the kernel's: of several, each has the bytes of its field alone, without their sign.
  ///
  /// - Parameter place: what the field is; nil where that is not known.
  init(_ row: CountedRow, _ index: Int, _ place: FieldPlace?) {
    if case .text(let text) = row.keys[index] {
      self = .text(text)
    } else {
      self.init(number: row.number(index), place)
    }
  }

  private init(number: Int, _ place: FieldPlace?) {
    let bits = UInt(bitPattern: number)
    switch (place?.kind, place?.size) {
    case (.signed, 1): self = .signed(Int(Int8(truncatingIfNeeded: number)), size: 1)
    case (.signed, 2): self = .signed(Int(Int16(truncatingIfNeeded: number)), size: 2)
    case (.signed, 4): self = .signed(Int(Int32(truncatingIfNeeded: number)), size: 4)
    case (.unsigned, _): self = place?.isAddress == true ? .address(bits) : .unsigned(bits)
    default: self = .signed(number, size: 8)
    }
  }

  /// As a number with its sign; the largest where it has no sign and is larger.
  var number: Int? {
    switch self {
    case .signed(let number, _): number
    case .unsigned(let number), .address(let number): Int(clamping: number)
    case .text: nil
    }
  }

  /// As a number without a sign, of as many bits as the field has; nil for a text.
  var bits: UInt? {
    switch self {
    case .signed(let number, let size):
      size >= 8 ? UInt(bitPattern: number) : UInt(bitPattern: number) & (1 << UInt(size * 8) - 1)
    case .unsigned(let number), .address(let number): number
    case .text: nil
    }
  }

  var shown: String {
    switch self {
    case .signed(let number, _): String(number)
    case .unsigned(let number): String(number)
    case .address(let number): "0x" + String(number, radix: 16)
    case .text(let text): text
    }
  }
}
