import EventFormats
import Reports

/// The conditions of wanted events, for where the kernel does not look at them: a recording, or
/// several wishes about one event.
final class EventConditions {
  /// By source, event and condition.
  private let filters: [[[EventFilter]]]
  private let sources: [ReportSource]

  /// - Throws: what is wrong with a condition.
  init(
    _ wanted: [WantedEvent], _ bindings: [EventChoices], _ sources: [ReportSource]
  ) throws(FilterError) {
    self.sources = sources
    var filters: [[[EventFilter]]] = []
    for (source, binding) in zip(sources, bindings) {
      var ofSource: [[EventFilter]] = []
      for (number, event) in wanted.enumerated() {
        var ofEvent: [EventFilter] = []
        for condition in event.conditions where !binding.missing.contains(number) {
          // Ours may have a number behind its name.
          let name = event.name + (event.probe == nil ? "" : "(_[0-9]+)?")
          let text = "\(event.system)/\(name): \(Self.inReports(condition))"
          ofEvent.append(try EventFilter([FilterText(text)], events: source.events))
        }
        ofSource.append(ofEvent)
      }
      filters.append(ofSource)
    }
    self.filters = filters
  }

  /// Whether an event meets one of its conditions.
  func holds(_ condition: Int, _ event: ToolEvent, name: () -> [UInt8]) -> Bool {
    let filter = filters[event.source][event.number][condition]
    let common = sources[event.source].events.common
    let id = UInt16(
      truncatingIfNeeded: common.read(common.type, of: event.record, event.order))
    var surroundings = FilterSurroundings(cpu: event.cpu, time: event.time)
    guard filter.table[id].contains(.needsTaskName) else {
      return filter.matches(event.record, id: id, surroundings)
    }
    return name().withUnsafeBytes { bytes in
      surroundings.taskName = bytes
      return filter.matches(event.record, id: id, surroundings)
    }
  }

  /// The kernel compares texts with globs, `comm ~ "k*"`; reports with expressions.
  static func inReports(_ condition: String) -> String {
    var text = ""
    var rest = Substring(condition)
    while let letter = rest.popFirst() {
      let isOperator = letter == "~" && text.last != "=" && text.last != "!"
      let glob = rest.drop { $0 == " " }
      if isOperator, let quote = glob.first, quote == "\"" || quote == "'",
        let end = glob.dropFirst().firstIndex(of: quote)
      {
        let pattern = String(glob[glob.index(after: glob.startIndex)..<end])
        text += "=~ \(quote)^\(StreamWords.regex(ofGlob: pattern))$\(quote)"
        rest = glob[glob.index(after: end)...]
      } else if letter == "\"" || letter == "'" {
        let end = rest.firstIndex(of: letter).map { rest.index(after: $0) } ?? rest.endIndex
        text.append(letter)
        text += rest[..<end]
        rest = rest[end...]
      } else {
        text.append(letter)
      }
    }
    return text
  }
}
