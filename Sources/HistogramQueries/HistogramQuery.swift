package import Tracefs

/// A query in SQL's words, and what its histogram is to do.
///
/// The language is that of trace-cmd's `sqlhist`; Documentation/sqlhist.md shows what comes of it.
package struct HistogramQuery: Equatable, Sendable {
  /// When the end event's histogram acts.
  package enum Handler: Equatable, Sendable {
    /// Whenever an end event finds its start event.
    case match
    /// When the selected value of that name is larger than ever, or another than before, for its
    /// key.
    case max(String)
    case change(String)
  }

  package var text: String
  /// Of the synthetic event.
  package var name = "Anonymous"
  package var handler = Handler.match
  package var traces = false
  package var takesSnapshot = false
  /// Fields of the end event that are kept beside a maximum or change.
  package var saved: [String] = []

  package init(_ text: String) { self.text = text }

  /// Looks everything up and says what is to be set.
  ///
  /// Throws `.malformed` for what is wrong with the query, the caret under the place.
  package func plan(in source: EventSource) throws(TracefsError) -> HistogramPlan {
    let syntax = try QueryParser.parse(text)
    let scope = try QueryScope(syntax, QueryText(text: text), in: source)
    let filters = try QueryFilters(scope).filters(of: syntax.condition)
    let plan: HistogramPlan
    if syntax.join == nil {
      try checkOptionsOfOneEvent()
      plan = try CountCompiler(scope).plan(syntax, filter: filters[0])
    } else {
      try checkActions()
      var compiler = JoinCompiler(self, scope, source)
      plan = try compiler.plan(syntax, filters: filters)
    }
    if let event = plan.synthetic { try DynamicEvent.synthetic(event).check() }
    for placed in plan.triggers { try Trigger.histogram(placed.trigger).check() }
    return plan
  }

  private func checkOptionsOfOneEvent() throws(TracefsError) {
    let expected = "for one event alone: it needs a JOIN"
    switch handler {
    case .match: break
    case .max(let variable): throw .badValue(what: "-m", text: variable, expected: expected)
    case .change(let variable): throw .badValue(what: "-c", text: variable, expected: expected)
    }
    try checkActions()
  }

  private func checkActions() throws(TracefsError) {
    guard handler == .match else { return }
    let expected = "for every match: it goes with -m or -c"
    if takesSnapshot { throw .badValue(what: "-s", text: "snapshot()", expected: expected) }
    if let first = saved.first { throw .badValue(what: "-S", text: first, expected: expected) }
  }
}
