import ByteIO
import Tracefs

/// `stackcount`: which ways through the kernel lead to a function or an event, and how often.
package final class StackCount: CountingTool, IntervalTool {
  package static let about = ToolDescription(
    name: "stackcount",
    abstract: "Which ways through the kernel lead to a function or an event, and how often.",
    discussion: """
      Counted are whole stacks, the kernel's part of them. An event is named t:SYSTEM:EVENT, or
      SYSTEM:EVENT; everything else is a function, or a glob of functions. Where the kernel counts, a
      stack has at most 16 functions.
      """,
    arguments: "FUNCTION|SYSTEM:EVENT",
    options: [
      ToolOption("i", "interval", "SECONDS", "Stacks so often. A file: a recording."),
      ToolOption("P", "pids", "Count by process, too."),
      ToolOption("f", "folded", "A line a stack, as flamegraph.pl reads them."),
      ToolOption(nil, "svg", "FILE", "Write a flame graph."),
      ToolOption("D", "seconds", "SECONDS", "End after so long, as -d."),
    ],
    examples: [
      ("kscope stackcount submit_bio", "until Ctrl-C"),
      ("kscope stackcount -P -d 5 t:sched:sched_switch", "who gives the processor away, and where"),
      ("kscope stackcount --svg bio.svg -d 10 'blk_mq_*'", "a flame graph, for a browser"),
    ],
    common: ToolOption.commonOfLists)

  private enum Nothing: Int, EventFields { case none }

  package let options: ToolOptions
  private let pattern: String
  /// What is asked for, where it is an event.
  private let event: EventName?
  private let byProcess: Bool
  private let isFolded: Bool
  private let svg: String?
  private var stacks = FoldedStacks()
  /// Of all intervals, for the graph.
  private var all = FoldedStacks()
  private var left = 0

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readIntervalOrInput("interval")
    if let seconds = options.own["seconds"] {
      options.duration = try ToolOptions.seconds(seconds, "-D")
    }
    let text = try options.argument(0, "FUNCTION or SYSTEM:EVENT")
    try options.expectArguments(1, "FUNCTION or SYSTEM:EVENT")
    self.options = options
    pattern = text.hasPrefix("t:") ? String(text.dropFirst(2)) : text
    event = pattern.contains(":") ? EventName(pattern) : nil
    if event == nil { _ = try FunctionPattern(argument: pattern) }
    byProcess = options.has("pids")
    isFolded = options.has("folded")
    svg = options.own["svg"]
  }

  package var events: [WantedEvent] {
    var wanted =
      event.map { WantedEvent("\($0)", Nothing.self) }
      ?? WantedEvent(probeOf: pattern, Nothing.self, values: [])
    wanted.hasCalls = true
    return [wanted]
  }

  package var isQuiet: Bool { isFolded }
  package var banner: String { "Tracing 1 pattern, \"\(pattern)\"... Hit Ctrl-C to end." }
  package var columns: [Column] {
    options.format == .text
      ? [] : Column.timeInRows(options) + [Column("", "stack"), Column("", "count")]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard context.isWanted(event.thread, source: event.source) else { return }
    let task =
      byProcess
      ? [
        String(decoding: context.name(of: event.thread, source: event.source), as: UTF8.self)
          + " [\(context.process(of: event.thread))]"
      ] : []
    stacks.add(task + context.calls.reversed(), 1)
  }

  package var countsByTask: Bool { byProcess }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    var counting = counting
    var counted = event
    if counted == nil {
      let functions = counting.functions(pattern)
      guard !functions.isEmpty, functions.count <= KernelCounting.functionLimit else { return nil }
      counted = counting.probe("stackcount", functions)
    }
    guard let counted else { return nil }
    let stack = HistogramExpression(.field(.stacktrace))
    counting.add(
      counted,
      HistogramTrigger(
        keys: (byProcess ? [HistogramExpression(field: "common_pid", .execname)] : []) + [stack],
        size: 1 << 14),
      table: 0)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    var frames = Array(row.stack(row.keys.count - 1).reversed())
    if byProcess {
      let task = context.task(of: row, 0)
      frames.insert("\(task.name) [\(task.process)]", at: 0)
    }
    stacks.add(frames, row.count)
  }

  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    if !context.clockLine.isEmpty { rows.say(context.clockLine) }
    for (frames, count) in stacks.sorted where rows.format != .text || !isFolded {
      guard rows.format == .text else {
        context.addTimeInRows(to: &rows)
        rows.add(FoldedStacks.folded(frames))
        rows.add(count)
        rows.endRow()
        continue
      }
      rows.separate()
      for frame in frames.reversed() { rows.say("  ", name: frame) }
      rows.say("    \(count)")
    }
    if isFolded, rows.format == .text { stacks.lines.forEach { rows.say($0) } }
    if svg != nil { for (frames, count) in stacks.sorted { all.add(frames, count) } }
    left += stacks.left
    stacks = FoldedStacks()
  }

  package var leftOut: [String] {
    let left = svg == nil ? left : all.left
    return left == 0
      ? [] : ["calls by \(left) further stacks were left out to keep memory bounded"]
  }

  package var files: [ToolFile] {
    svg.map { path in
      [
        ToolFile(
          path: path, content: FlameGraph(all, title: "Calls of \(pattern)", unit: "times").svg)
      ]
    } ?? []
  }
}
