import ByteIO
import Tracefs

/// `funccount`: how often functions of the kernel are called.
///
/// perf-tools' funccount needs a kernel with the function profiler, which distributions leave out.
package final class FuncCount: CountingTool, IntervalTool {
  package static let about = ToolDescription(
    name: "funccount",
    abstract: "How often functions of the kernel are called.",
    discussion: """
      Functions are named by a glob. The largest counts come last. Up to 500 functions are counted by
      probes in the kernel; for more, or for -p, the function tracer's events are counted.
      """,
    arguments: "FUNCTION",
    options: [
      ToolOption("i", "interval", "SECONDS", "A table so often. A file: a recording."),
      ToolOption("t", "top", "COUNT", "Only so many, the largest."),
    ],
    examples: [
      ("kscope funccount 'vfs_*'", "until Ctrl-C"),
      ("kscope funccount -i 1 -t 5 'tcp_*'", "the five largest, every second"),
      ("kscope funccount -p 1234 'ext4_*'", "of a process"),
    ],
    common: ToolOption.commonOfTables)

  private enum Call: Int, EventFields { case ip }

  package let options: ToolOptions
  private var functions: WantedFunctions
  private let top: Int?
  private var counts = CountTable<String, Int>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readIntervalOrInput("interval")
    let text = try options.argument(0, "FUNCTION")
    try options.expectArguments(1, "FUNCTION")
    self.options = options
    functions = try WantedFunctions(argument: text)
    top = try options.own["top"].map { (text) throws(ToolUsageError) in
      try ToolOptions.count(text, "-t")
    }
  }

  package var events: [WantedEvent] { [WantedEvent("ftrace:function", Call.self)] }
  package var tracer: WantedTracer? {
    WantedTracer(name: "function", functions: [functions.pattern.text])
  }
  package var isAboutCurrentTask: Bool { true }
  package var showsTables: Bool { true }
  package var leftOut: [String] { counts.leftOut("functions") }
  package var banner: String { "Tracing \"\(functions.pattern.text)\"... Ctrl-C to end." }

  package var columns: [Column] {
    Column.timeInRows(options) + [
      Column("FUNC", "function", width: 30),
      Column("COUNT", "count", width: 8, isLeft: false),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard context.isWanted(event.thread, source: event.source) else { return }
    guard let name = functions.name(at: event[Call.ip], source: event.source, context) else {
      return
    }
    counts.count(name, from: 0) { $0 += 1 }
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    let functions = counting.functions(functions.pattern.text)
    guard !functions.isEmpty, functions.count <= KernelCounting.functionLimit else { return nil }
    var counting = counting
    let event = counting.probe("funccount", functions)
    counting.add(
      event, HistogramTrigger(keys: [HistogramExpression(field: "__probe_ip", .symbol)]), table: 0)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    counts.count(row.text(0), from: 0) { $0 += row.count }
  }

  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    rows.beginTable(context.clockLine)
    let sorted = counts.entries.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    for (name, count) in sorted.suffix(top ?? sorted.count) {
      context.addTimeInRows(to: &rows)
      rows.add(name)
      rows.add(count)
      rows.endRow()
    }
    counts.removeAll()
  }
}
