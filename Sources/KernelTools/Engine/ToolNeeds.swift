import ByteIO
package import EventFormats
import Reports

/// What a tool cannot do without, looked for before it begins.
extension ToolRun {
  /// Whether each event, or what stands for it, is in one of the sources.
  static func checkEvents(
    _ wanted: [WantedEvent], _ bindings: [EventChoices], tool: String
  ) throws(ToolError) {
    func isThere(_ number: Int) -> Bool {
      bindings.contains { !$0.missing.contains(number) }
    }
    func hasStandIn(_ number: Int) -> Bool {
      wanted.indices.contains { wanted[$0].insteadOf == number && isThere($0) }
    }
    let missing = wanted.indices.filter { number in
      if wanted[number].isOptional || isThere(number) || hasStandIn(number) { return false }
      guard let group = wanted[number].alternative else { return true }
      return !wanted.indices.contains { wanted[$0].alternative == group && isThere($0) }
    }
    if missing.isEmpty { return }
    throw .missingEvents(
      missing.map { wanted[$0].title }, requests: missing.map { wanted[$0].request }, tool: tool)
  }

  /// Whether fields that a person named are there, and can be counted and shown.
  static func checkFields(
    _ wanted: [WantedEvent], _ bindings: [EventChoices], _ feed: EventFeed, tool: String
  ) throws(ToolError) {
    for (number, event) in wanted.enumerated() where event.needsFields {
      for (index, field) in event.fields.enumerated() {
        for (binding, source) in zip(bindings, feed.input.sources) {
          guard let place = binding.place(of: index, in: number),
            place.kind == .absent || place.isArray
          else { continue }
          let format = source.events.event(system: event.system, name: event.name)
          throw .unusableField(
            field, event: event.title, isThere: place.isArray,
            others: format?.fields.map(\.name) ?? [], tool: tool)
        }
      }
    }
  }
}

/// Why a tool cannot work.
package enum ToolError: ExplainedError, Equatable {
  /// A field that a person named is not there, or holds several numbers.
  case unusableField(String, event: String, isThere: Bool, others: [String], tool: String)
  /// A condition is not one of the language of reports.
  case condition(FilterError)
  /// The kernel, or the recording, does not have what the tool is about.
  case missingEvents([String], requests: [String], tool: String)

  package var message: String {
    switch self {
    case .missingEvents(let events, _, let tool):
      "\(tool): there is no \(events.joined(separator: " and no "))"
    case .unusableField(let field, let event, let isThere, _, let tool):
      isThere
        ? "\(tool): the field '\(field)' of \(event) is neither a number nor a text"
        : "\(tool): \(event) has no field '\(field)'"
    case .condition(let error): error.message
    }
  }

  package var hint: String? {
    switch self {
    case .missingEvents(_, let requests, _):
      "what it needs is recorded with: kscope record "
        + requests.map { "-e '\($0)'" }.joined(separator: " ")
    case .unusableField(_, _, _, let others, _):
      others.isEmpty ? nil : "its fields: " + others.joined(separator: ", ")
    case .condition(let error): error.hint
    }
  }
}
