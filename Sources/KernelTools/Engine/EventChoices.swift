import EventFormats
import Reports

/// Which of the events that a recording or kernel describes are those that a tool wants.
struct EventChoices {
  private let binding: EventBinding
  /// The wanted events that are not described, by number.
  private(set) var missing: [Int] = []

  init(_ wanted: [WantedEvent], in source: ReportSource) {
    var chosen: [EventBinding.Wanted] = []
    for (number, event) in wanted.enumerated() {
      // What stands for another comes behind it.
      if let other = event.insteadOf, !missing.contains(other) { continue }
      let formats = Self.formats(of: event, in: source.events)
      if formats.isEmpty { missing.append(number) }
      chosen += formats.map { EventBinding.Wanted(number, $0, fields: event.fields) }
    }
    binding = EventBinding(chosen, in: source.events)
  }

  var reader: EventBinding.Reader { binding.reader }

  /// Where a field of a wanted event lies; nil where the event is not described.
  func place(of field: Int, in number: Int) -> FieldPlace? { binding.place(of: field, in: number) }

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
}
