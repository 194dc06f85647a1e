import Tracefs

/// Spans of which those come out, one by one, that meet a condition.
extension KernelCounting {
  /// Pairs ends with what began last under their keys.
  ///
  /// Any of several events may begin a span. Were their times kept beside each other, one that began
  /// and never ended would be paired with a later end; so each makes an event of its own, and that
  /// event's time is the begin's.
  ///
  /// - Parameters:
  ///   - length: what the field is called that has it, in nanoseconds.
  ///   - filter: over `length` and what is carried.
  mutating func showSpans(
    _ name: String, from begins: [End], to end: End, carrying carried: [Carried],
    length: String, if filter: String
  ) {
    let event = SyntheticEvent(
      name: "kscope_\(name)_\(suffix)",
      fields: [SyntheticEvent.Field("u64", length)]
        + carried.map(\.asField))
    let size = rowsByTask * 2
    let begin = SyntheticEvent(
      name: "kscope_\(name)_begin_\(suffix)", fields: [.init("pid_t", "key")])
    define(.synthetic(begin))
    define(.synthetic(event))
    add(
      begin.eventName,
      HistogramTrigger(
        keys: [HistogramExpression(field: "key")],
        variables: [.init("begin", HistogramExpression(field: HistogramTrigger.timestamp))],
        size: size, clock: "mono"))
    for (number, one) in begins.enumerated() {
      // A time is another one each time.
      add(
        one.event,
        HistogramTrigger(
          keys: one.keys.map { HistogramExpression(field: $0) },
          variables: [
            .init("at\(number)", HistogramExpression(field: HistogramTrigger.timestamp))
          ], size: size, clock: "mono",
          handlers: [HistogramHandler(.onChange("at\(number)"), .trace(begin.name, one.keys))],
          filter: one.filter))
    }
    add(
      end.event,
      HistogramTrigger(
        keys: end.keys.map { HistogramExpression(field: $0) },
        variables: [
          .init(
            "length",
            HistogramExpression(
              .field(HistogramField(HistogramTrigger.timestamp)),
              [.init(.minus, .variable("begin"))]))
        ], size: size, clock: "mono",
        handlers: [
          HistogramHandler(
            .onMatch(begin.eventName), .trace(event.name, ["$length"] + carried.map(\.field)))
        ],
        filter: end.filter))
    show(event.eventName, if: filter)
  }
}
