import Tracefs

/// A selected value, its names looked up: fields and numbers that are added and subtracted.
struct QuerySum {
  enum Operand: Equatable {
    case field(QueryScope.Field, event: Int)
    case number(UInt64)
  }

  struct Term: Equatable {
    var isSubtracted: Bool
    var operand: Operand
    var place: Int
  }

  /// The first is never subtracted.
  var terms: [Term]
  /// What it is called where the query does not say; nil for a calculation.
  var plainName: String?

  init(_ selection: QuerySyntax.Selection, in scope: QueryScope) throws(TracefsError) {
    terms = []
    for term in selection.terms {
      if case .name(let name) = term.operand, let delta = try Self.delta(name, term, in: scope) {
        terms += delta
        if selection.terms.count == 1 { plainName = name.text.lowercased() }
        continue
      }
      let operand: Operand
      switch term.operand {
      case .number(let number, _): operand = .number(number)
      case .name(let name):
        let (event, field) = try scope.resolve(name)
        try Self.check(field, name, in: scope, isAlone: selection.terms.count == 1)
        operand = .field(field, event: event)
        if selection.terms.count == 1 { plainName = field.plainName }
      }
      terms.append(
        Term(isSubtracted: term.isSubtracted, operand: operand, place: term.operand.place))
    }
    if terms.count == 1, case .number = terms[0].operand {
      throw scope.query.failure("a number alone is no field", at: selection.place)
    }
    try checkUnits(scope.query)
  }

  /// `TIMESTAMP_DELTA` and `TIMESTAMP_DELTA_USECS`: the time from the first event to the second.
  private static func delta(
    _ name: QuerySyntax.Name, _ term: QuerySyntax.Term, in scope: QueryScope
  ) throws(TracefsError) -> [Term]? {
    let inMicroseconds: Bool
    switch name.text.uppercased() {
    case "TIMESTAMP_DELTA": inMicroseconds = false
    case "TIMESTAMP_DELTA_USECS": inMicroseconds = true
    default: return nil
    }
    guard scope.events.count == 2 else {
      throw scope.query.failure("a difference of times needs two events: JOIN", at: name.place)
    }
    let time = QueryScope.Field.timestamp(inMicroseconds: inMicroseconds)
    return [1, 0].map { event in
      Term(
        isSubtracted: term.isSubtracted == (event == 1), operand: .field(time, event: event),
        place: name.place)
    }
  }

  private static func check(
    _ field: QueryScope.Field, _ name: QuerySyntax.Name, in scope: QueryScope, isAlone: Bool
  ) throws(TracefsError) {
    switch field.kind {
    case .number: return
    case .text, .stack:
      if isAlone { return }
      throw scope.query.failure(
        "\(name.text) is no number: it can only stand alone", at: name.place)
    case .taskName:
      throw scope.query.failure(
        "the task's name is for conditions only; CAST(common_pid AS EXECNAME) shows it in a "
          + "histogram", at: name.place)
    case .other:
      throw scope.query.failure("\(name.text) is neither a number nor a text", at: name.place)
    }
  }

  /// The kernel adds and subtracts times of one unit only (`TIMESTAMP_MISMATCH`).
  private func checkUnits(_ query: QueryText) throws(TracefsError) {
    var first: Bool?
    for term in terms {
      guard case .field(.timestamp(let inMicroseconds), _) = term.operand else { continue }
      if let first, first != inMicroseconds {
        throw query.failure(
          "TIMESTAMP is in nanoseconds and TIMESTAMP_USECS in microseconds: they cannot be mixed",
          at: term.place)
      }
      first = inMicroseconds
    }
  }

  /// The field that this is, where it is no more than one.
  var field: (field: QueryScope.Field, event: Int)? {
    if terms.count == 1, case .field(let field, let event) = terms[0].operand {
      return (field, event)
    }
    return nil
  }

  /// As the kernel reads it; `operand` says what stands for a field.
  func expression(
    _ operand: (QueryScope.Field, _ event: Int) -> HistogramExpression.Operand
  ) -> HistogramExpression {
    let operands = terms.map { term in
      switch term.operand {
      case .field(let field, let event): operand(field, event)
      case .number(let number): HistogramExpression.Operand.number(number)
      }
    }
    let rest = zip(terms, operands).dropFirst().map { term, operand in
      HistogramExpression.Term(term.isSubtracted ? .minus : .plus, operand)
    }
    return HistogramExpression(operands.first ?? .number(0), rest)
  }

  /// The declaration of a synthetic event's field that takes it: the kernel gives a calculation the
  /// type of its first operand (kernel/trace/trace_events_hist.c, parse_expr).
  func declaration(_ name: String) -> SyntheticEvent.Field {
    if case .field(.field(let field), _)? = terms.first?.operand {
      return SyntheticEvent.Field(field.type, name, field.length)
    }
    return SyntheticEvent.Field("u64", name)
  }
}
