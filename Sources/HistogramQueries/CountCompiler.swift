import Tracefs

/// A query of one event: a histogram that counts it by keys.
struct CountCompiler {
  private let scope: QueryScope

  /// The kernel's limit (`TRACING_MAP_KEYS_MAX`).
  static let keyLimit = 3

  init(_ scope: QueryScope) { self.scope = scope }

  func plan(
    _ syntax: QuerySyntax, filter: String?
  ) throws(TracefsError) -> HistogramPlan {
    var keys: [HistogramExpression] = []
    var values: [HistogramExpression] = []
    for selection in syntax.selections {
      let sum = try QuerySum(selection, in: scope)
      var expression = sum.expression { field, _ in .field(field.histogramField) }
      switch try cast(of: selection) {
      case .counter?:
        guard sum.terms.count > 1 || sum.field?.field.kind == .number else {
          throw scope.query.failure("only numbers can be summed up", at: selection.place)
        }
        values.append(expression)
        continue
      case .modifier(let modifier)?:
        expression = try modified(sum, modifier, selection)
      case nil: break
      }
      keys.append(expression)
      if keys.count > Self.keyLimit {
        throw scope.query.failure(
          "a histogram has \(Self.keyLimit) keys at most; CAST(… AS _COUNTER_) makes a value",
          at: selection.place)
      }
    }
    guard !keys.isEmpty else {
      throw scope.query.failure(
        "a histogram needs a field to count by, beside its counters",
        at: syntax.selections.first?.place ?? 0)
    }
    let trigger = HistogramTrigger(keys: keys, values: values, filter: filter)
    return HistogramPlan(
      synthetic: nil, triggers: [.init(event: scope.events[0].name, trigger: trigger)])
  }

  private func cast(of selection: QuerySyntax.Selection) throws(TracefsError) -> HistogramCast? {
    guard let word = selection.cast else { return nil }
    guard let cast = HistogramCast(word.text) else {
      throw scope.query.failure(
        "a field cannot be cast to \(word.text)", at: word.place, nearest: HistogramCast.words)
    }
    return cast
  }

  private func modified(
    _ sum: QuerySum, _ modifier: HistogramField.Modifier, _ selection: QuerySyntax.Selection
  ) throws(TracefsError) -> HistogramExpression {
    let place = selection.terms.first?.operand.place ?? selection.place
    guard case .field(let field)? = sum.field?.field, field.kind == .number else {
      throw scope.query.failure("only a field that is a number can be cast so", at: place)
    }
    // The kernel finds the name by the number of the running task, whatever the field says
    // (Documentation/trace/histogram.rst: "valid only with common_pid").
    if modifier == .execname, field.name != "common_pid" {
      throw scope.query.failure(
        "EXECNAME is the name of the task that runs: CAST(common_pid AS EXECNAME)", at: place)
    }
    return HistogramExpression(field: field.name, modifier)
  }
}
