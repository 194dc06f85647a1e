import ByteIO
import Tracefs

/// The events of a query, and what its names mean among them.
struct QueryScope {
  struct Event {
    let name: EventName
    let fields: EventFields
    /// Behind AS.
    let label: String?

    /// As the query may call it.
    var shown: String { label ?? name.name }

    fileprivate func isCalled(_ parts: ArraySlice<String>) -> Bool {
      switch parts.count {
      case 1: parts.first == label || parts.first == name.name
      case 2: Array(parts) == [name.system, name.name]
      default: false
      }
    }
  }

  enum Field: Equatable {
    case field(EventField)
    case timestamp(inMicroseconds: Bool)
  }

  let query: QueryText
  /// The one after FROM, then the one after JOIN.
  let events: [Event]

  init(_ syntax: QuerySyntax, _ query: QueryText, in source: EventSource) throws(TracefsError) {
    self.query = query
    var events: [Event] = []
    for reference in [syntax.from] + (syntax.join.map { [$0] } ?? []) {
      let name = try Self.find(reference.name, query, in: source)
      let label = reference.label
      if let label, events.contains(where: { $0.label == label.text }) {
        throw query.failure("both events are called \(label.text)", at: label.place)
      }
      events.append(
        Event(
          name: name, fields: EventFields(format: try source.format(name)), label: label?.text))
    }
    self.events = events
  }

  // MARK: Events

  private static func find(
    _ name: QuerySyntax.Name, _ query: QueryText, in source: EventSource
  ) throws(TracefsError) -> EventName {
    guard name.parts.count <= 2, let last = name.parts.last else {
      throw query.failure("an event is SYSTEM.EVENT or EVENT", at: name.place)
    }
    let system = name.parts.count == 2 ? name.parts[0] : nil
    let found = source.events.filter { $0.name == last && (system == nil || $0.system == system) }
    guard let first = found.first else {
      throw query.failure(
        "no such event: \(name.text)", at: name.place,
        nearest: nearest(to: last, system, in: source))
    }
    guard found.count == 1 else {
      throw query.failure(
        "\(found.count) systems have an event \(last)", at: name.place,
        nearest: found.map { "\($0.system).\($0.name)" })
    }
    return first
  }

  private static func nearest(
    to name: String, _ system: String?, in source: EventSource
  ) -> [String] {
    let others = source.events.filter { $0.name == name }.map { "\($0.system).\($0.name)" }
    if !others.isEmpty { return others }
    let near = Nearest.names(to: name, among: Set(source.events.map(\.name)))
    guard system != nil else { return near }
    return near.flatMap { near in
      source.events.filter { $0.name == near }.map { "\($0.system).\($0.name)" }
    }
  }

  // MARK: Fields

  /// What a name means, and the number of the event it belongs to.
  func resolve(_ name: QuerySyntax.Name) throws(TracefsError) -> (event: Int, field: Field) {
    let last = name.parts.last ?? ""
    var places = Array(events.indices)
    if name.parts.count > 1 {
      places = places.filter { events[$0].isCalled(name.parts.dropLast()) }
      guard !places.isEmpty else {
        let qualifier = name.parts.dropLast().joined(separator: ".")
        throw query.failure(
          "the query has no event \(qualifier)", at: name.place,
          nearest: events.map { "\($0.shown).\(last)" })
      }
    }
    let found = places.compactMap { place in
      self.field(last, of: events[place]).map { (event: place, field: $0) }
    }
    guard let first = found.first else {
      let known = places.flatMap { events[$0].fields.names }
      var near = Nearest.names(to: last, among: Set(known))
      // All of a small event's fields are more use than none.
      if near.isEmpty { near = known.filter { !$0.hasPrefix("common_") } }
      let who = places.map { "\(events[$0].name)" }.joined(separator: " and ")
      throw query.failure(
        "\(who) \(places.count == 1 ? "has" : "have") no field \(last)", at: name.place,
        nearest: Array(near.prefix(8)))
    }
    guard found.count == 1 else {
      // The same event twice has one name for both.
      throw query.failure(
        "both events have \(last): say whose it is", at: name.place,
        nearest: Array(Set(events.map { "\($0.shown).\(last)" })).sorted())
    }
    return first
  }

  /// An event's own field goes before the keyword that has its name.
  private func field(_ name: String, of event: Event) -> Field? {
    if let field = event.fields.field(named: name) { return .field(field) }
    switch name.uppercased() {
    case "TIMESTAMP": return .timestamp(inMicroseconds: false)
    case "TIMESTAMP_USECS": return .timestamp(inMicroseconds: true)
    default: return nil
    }
  }
}

extension QueryScope.Field {
  /// As a histogram names it.
  var histogramField: HistogramField {
    switch self {
    case .field(let field): HistogramField(field.name)
    case .timestamp(let inMicroseconds):
      HistogramField(HistogramTrigger.timestamp, inMicroseconds ? .microseconds : nil)
    }
  }

  var kind: EventField.Kind {
    if case .field(let field) = self { return field.kind }
    return .number
  }

  /// As a name for it, where the query gives none.
  var plainName: String {
    switch self {
    case .field(let field): field.name
    case .timestamp(let inMicroseconds): inMicroseconds ? "timestamp_usecs" : "timestamp"
    }
  }
}
