import ByteIO
import Tracefs

/// A query of two events: the start event's histogram keeps what is selected of it in variables, the
/// end event's finds them by the same key and makes a synthetic event.
struct JoinCompiler {
  private let query: HistogramQuery
  private let scope: QueryScope
  /// Names of variables that cannot be given any more.
  private var taken: Set<String>
  private var startVariables: [(field: QueryScope.Field, variable: HistogramTrigger.Variable)] = []
  private var endVariables: [HistogramTrigger.Variable] = []
  private var fields: [SyntheticEvent.Field] = []
  /// What the synthetic event's fields are made of, in their order.
  private var parameters: [String] = []

  private static let start = 0
  private static let end = 1

  init(_ query: HistogramQuery, _ scope: QueryScope, _ source: EventSource) {
    self.query = query
    self.scope = scope
    taken = scope.events.reduce(into: HistogramTrigger.words) { names, event in
      names.formUnion(source.variables(of: event.name))
    }
  }

  mutating func plan(
    _ syntax: QuerySyntax, filters: [String?]
  ) throws(TracefsError) -> HistogramPlan {
    let keys = try keys(of: syntax.matches)
    for selection in syntax.selections { try add(selection) }
    if startVariables.isEmpty, let key = keys.start.first {
      // The kernel looks for the start event only where one of its variables is asked for.
      let operand = startVariable(.field(key))
      addEndVariable("matched", HistogramExpression(operand))
    }
    let handlers = try handlers()
    let expressions = { (keys: [EventField]) in keys.map { HistogramExpression(field: $0.name) } }
    return HistogramPlan(
      synthetic: SyntheticEvent(name: query.name, fields: fields),
      triggers: [
        .init(
          event: scope.events[Self.start].name,
          trigger: HistogramTrigger(
            keys: expressions(keys.start), variables: startVariables.map(\.variable),
            filter: filters[Self.start])),
        .init(
          event: scope.events[Self.end].name,
          trigger: HistogramTrigger(
            keys: expressions(keys.end), variables: endVariables, handlers: handlers,
            filter: filters[Self.end])),
      ])
  }

  // MARK: Keys

  private func keys(
    of matches: [QuerySyntax.Match]
  ) throws(TracefsError) -> (start: [EventField], end: [EventField]) {
    var start: [EventField] = []
    var end: [EventField] = []
    for match in matches {
      var left = try key(match.left)
      var right = try key(match.right)
      guard left.event != right.event else {
        throw scope.query.failure(
          "\(match.left.text) and \(match.right.text) are of the same event",
          at: match.right.place)
      }
      guard left.field.kind == right.field.kind, left.field.length == right.field.length else {
        throw scope.query.failure(
          "\(match.left.text) and \(match.right.text) are of different kinds and never equal",
          at: match.right.place)
      }
      if left.event == Self.end { swap(&left, &right) }
      start.append(left.field)
      end.append(right.field)
      if start.count > CountCompiler.keyLimit {
        throw scope.query.failure(
          "events can be joined by \(CountCompiler.keyLimit) fields at most", at: match.left.place)
      }
    }
    return (start, end)
  }

  private func key(
    _ name: QuerySyntax.Name
  ) throws(TracefsError) -> (event: Int, field: EventField) {
    let (event, field) = try scope.resolve(name)
    guard case .field(let field) = field, field.kind == .number || field.kind == .text else {
      throw scope.query.failure(
        "events cannot be joined by \(name.text): it is neither a number nor a text",
        at: name.place)
    }
    return (event, field)
  }

  // MARK: Fields

  private mutating func add(_ selection: QuerySyntax.Selection) throws(TracefsError) {
    if let cast = selection.cast {
      throw scope.query.failure(
        "CAST is for the histogram of one event: a synthetic event has plain fields",
        at: cast.place)
    }
    let sum = try QuerySum(selection, in: scope)
    guard let name = selection.label?.text ?? sum.plainName else {
      throw scope.query.failure(
        "a calculation needs a name: (… - …) AS name", at: selection.place)
    }
    if fields.contains(where: { $0.name == name }) {
      throw scope.query.failure(
        "two fields are called \(name): name one of them with AS",
        at: selection.label?.place ?? selection.place)
    }
    fields.append(sum.declaration(name))
    parameters.append(parameter(for: sum, name))
  }

  private mutating func parameter(for sum: QuerySum, _ name: String) -> String {
    if name != watched, let (field, event) = sum.field {
      if event == Self.start { return "\(startVariable(field))" }
      // The kernel takes a plain field there; a time or a stack only by a variable.
      if case .field(let field) = field, field.kind != .stack { return field.name }
    }
    let expression = sum.expression { field, event in
      event == Self.start ? startVariable(field) : .field(field.histogramField)
    }
    return "$" + addEndVariable(name, expression)
  }

  /// The name behind -m or -c.
  private var watched: String? {
    switch query.handler {
    case .match: nil
    case .max(let name), .change(let name): name
    }
  }

  // MARK: Variables

  /// What refers to a field of the start event, which is kept in a variable of its own.
  ///
  /// The kernel looks for it by name among all events' variables, so it has the synthetic event's,
  /// which no other has.
  private mutating func startVariable(_ field: QueryScope.Field) -> HistogramExpression.Operand {
    if let known = startVariables.first(where: { $0.field == field }) {
      return .variable(known.variable.name)
    }
    let name = free("\(query.name)_\(field.plainName)")
    let value = HistogramExpression(.field(field.histogramField))
    startVariables.append((field, HistogramTrigger.Variable(name, value)))
    return .variable(name)
  }

  @discardableResult
  private mutating func addEndVariable(_ name: String, _ value: HistogramExpression) -> String {
    let name = free(name)
    endVariables.append(HistogramTrigger.Variable(name, value))
    return name
  }

  /// A name that no variable has: `lat`, or else `lat_2` and so on.
  private mutating func free(_ name: String) -> String {
    var result = name
    var number = 2
    while !taken.insert(result).inserted {
      result = "\(name)_\(number)"
      number += 1
    }
    return result
  }

  // MARK: What is done

  private func handlers() throws(TracefsError) -> [HistogramHandler] {
    let trace = HistogramHandler.Action.trace(query.name, parameters)
    let condition: HistogramHandler.Condition
    switch query.handler {
    case .match:
      return [HistogramHandler(.onMatch(scope.events[Self.start].name), trace)]
    case .max(let name): condition = .onMax(try variable(name, "-m"))
    case .change(let name): condition = .onChange(try variable(name, "-c"))
    }
    var actions: [HistogramHandler.Action] = []
    // Something must be done; without the synthetic event nothing could be.
    if query.traces || !query.takesSnapshot && query.saved.isEmpty { actions.append(trace) }
    if !query.saved.isEmpty {
      var saved: [String] = []
      for name in query.saved { saved.append(try savedField(name)) }
      actions.append(.save(saved))
    }
    if query.takesSnapshot { actions.append(.snapshot) }
    return actions.map { HistogramHandler(condition, $0) }
  }

  /// The variable of the end event that has a selected value.
  private func variable(_ name: String, _ option: String) throws(TracefsError) -> String {
    guard let place = fields.firstIndex(where: { $0.name == name }) else {
      throw Self.unknown(
        "\(name) is not among what is selected", name, option, among: fields.map(\.name))
    }
    let field = fields[place]
    guard field.length == .one else {
      throw Self.unknown("\(name) is no number", name, option, among: [])
    }
    return String(parameters[place].dropFirst())
  }

  /// The kernel saves plain fields of the end event only.
  private func savedField(_ name: String) throws(TracefsError) -> String {
    let event = scope.events[Self.end]
    var parts = name.split(separator: ".").map(String.init)
    if parts.count == 2, parts[0] == event.label || parts[0] == event.name.name {
      parts.removeFirst()
    }
    if parts.count == 1 {
      if let field = event.fields.field(named: parts[0]),
        field.kind == .number || field.kind == .text
      {
        return field.name
      }
      if let place = fields.firstIndex(where: { $0.name == name }),
        !parameters[place].hasPrefix("$")
      {
        return parameters[place]
      }
    }
    throw Self.unknown(
      "\(event.name) has no field \(name) that can be saved", name, "-S",
      among: event.fields.names)
  }

  private static func unknown(
    _ problem: String, _ name: String, _ option: String, among names: [String]
  ) -> TracefsError {
    var nearest = Nearest.names(to: name, among: names)
    if nearest.isEmpty { nearest = Array(names.filter { !$0.hasPrefix("common_") }.prefix(8)) }
    return .malformed(
      MalformedText(what: option, text: name, place: 0, problem: problem, nearest: nearest))
  }
}
