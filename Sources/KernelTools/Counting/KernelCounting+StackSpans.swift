import Tracefs

/// Times by stack, which the kernel takes and sums up itself (Linux 6.3: stacks in synthetic events).
extension KernelCounting {
  /// At which end of a span its stack is taken.
  enum StackPlace { case begin, end }

  /// What a span is counted by: what its synthetic event carries, and what every event has.
  struct StackKeys {
    /// What every event has, such as the task that the end happens in.
    var own: [HistogramExpression] = []
    var carried: [Carried] = []
  }

  /// Sums up the nanoseconds of spans by keys and by a stack, which is the last key of a row
  /// (`CountedRow.carriedStack`).
  ///
  /// - Parameters:
  ///   - lengths: in microseconds; others do not count.
  mutating func addStackSpans(
    _ name: String, from begin: End, to end: End, stackAt place: StackPlace, by counted: StackKeys,
    lengths: ClosedRange<UInt64>, table: Int
  ) {
    let event = SyntheticEvent(
      name: "kscope_\(name)_\(suffix)",
      fields: [SyntheticEvent.Field("u64", "length")] + counted.carried.map(\.asField)
        + [SyntheticEvent.Field("unsigned long", "stack", .dynamic)])
    define(.synthetic(event))
    add(
      event.eventName,
      HistogramTrigger(
        keys: counted.own + counted.carried.map { HistogramExpression(field: $0.name) }
          + [HistogramExpression(field: "stack", .stacktrace)],
        values: [HistogramExpression(field: "length")], size: 1 << 14,
        filter: Self.filter(lengths)),
      table: table)
    let time = HistogramExpression.Operand.field(HistogramField(HistogramTrigger.timestamp))
    let stack = HistogramTrigger.Variable("stack", HistogramExpression(.field(.stacktrace)))
    add(
      begin.event,
      HistogramTrigger(
        keys: begin.keys.map { HistogramExpression(field: $0) },
        variables: [.init("begin", HistogramExpression(time))] + (place == .begin ? [stack] : []),
        size: rowsByTask, clock: "mono", filter: begin.filter))
    let length = HistogramExpression(time, [.init(.minus, .variable("begin"))])
    add(
      end.event,
      HistogramTrigger(
        keys: end.keys.map { HistogramExpression(field: $0) },
        variables: [.init("length", length)] + (place == .end ? [stack] : []), size: rowsByTask,
        clock: "mono",
        handlers: [
          HistogramHandler(
            .onMatch(begin.event),
            .trace(event.name, ["$length"] + counted.carried.map(\.field) + ["$stack"]))
        ],
        filter: end.filter))
  }

  private static func filter(_ microseconds: ClosedRange<UInt64>) -> String? {
    let least = microseconds.lowerBound.multipliedReportingOverflow(by: 1000)
    let most = microseconds.upperBound.multipliedReportingOverflow(by: 1000)
    var conditions: [String] = []
    if least.partialValue > 0 || least.overflow {
      conditions.append("length >= \(least.overflow ? .max : least.partialValue)")
    }
    if !most.overflow, most.partialValue <= .max - 999 {
      conditions.append("length <= \(most.partialValue + 999)")
    }
    return conditions.isEmpty ? nil : conditions.joined(separator: " && ")
  }
}

extension KernelCounting.Carried {
  /// As a synthetic event has it; a text has its length in its type, `char[16]`.
  var asField: SyntheticEvent.Field {
    guard type.hasPrefix("char["), let count = Int(type.dropFirst(5).dropLast()) else {
      return SyntheticEvent.Field(type, name)
    }
    return SyntheticEvent.Field("char", name, .fixed(count))
  }
}

extension CountedRow {
  /// The kernel takes so many functions of a stack (`HIST_STACKTRACE_DEPTH`).
  private static let depth = 16
  /// Stands for what may have led to a stack of which the kernel shows no more.
  static let cutFrame = "[...]"
  /// What the outermost functions of a whole stack are called, on x86 and arm64.
  private static let roots = [
    "entry_", "ret_from_fork", "common_startup", "secondary_startup", "el0t_",
    "__secondary_switched",
    "__primary_switched",
  ]

  /// A key that is a stack which an event carried, the innermost function first.
  ///
  /// Of a stack that is full the kernel carries all but the last, and shows what lies behind it in
  /// memory as that, be it nothing (kernel/trace/trace_events_synth.c, trace_stack).
  ///
  /// - Parameter maker: the function that makes the event. The kernel leaves out as many functions of
  ///   its tracer as there may be, and that one where there is one less.
  func carriedStack(_ index: Int, in maker: String) -> [String] {
    guard case .stack(let symbols) = keys[index] else { return [] }
    let isWhole =
      symbols.count < Self.depth - 1
      || symbols.count < Self.depth
        && Self.roots.contains { symbols.last?.name.hasPrefix($0) == true }
    var known = self
    known.keys[index] = .stack(Array(symbols.prefix(Self.depth - 1)))
    let calls = known.stack(index)
    return (calls.first == maker ? [] : [maker]) + calls + (isWhole ? [] : [Self.cutFrame])
  }
}
