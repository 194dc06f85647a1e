import ByteIO
import Tracefs

/// `funclatency`: how long functions of the kernel take, as a histogram.
package final class FuncLatency: LatencyTool {
  package static let about = ToolDescription(
    name: "funclatency",
    abstract: "How long functions of the kernel take, from call to return, as a histogram.",
    discussion: """
      Functions are named by a glob; their time includes that of what they call, and of waiting. Of a
      function that calls itself, the innermost call counts. A recording must be one of
      function_graph.
      """,
    arguments: "FUNCTION",
    options: [
      ToolOption("u", "microseconds", "Count in microseconds, not nanoseconds."),
      .milliseconds, .average,
      ToolOption("F", "function", "A histogram for each function."),
      ToolOption("i", "interval", "SECONDS", "Histograms so often. A file: a recording."),
    ],
    examples: [
      ("kscope funclatency vfs_read", "until Ctrl-C"),
      ("kscope funclatency -u -F -e 'vfs_*'", "each of them, with averages"),
      ("kscope funclatency -i graph.dat do_sys_openat2", "of a recording of function_graph"),
    ],
    common: ToolOption.commonOfTables)

  private enum Exit: Int, EventFields { case `func`, calltime, rettime }

  package let options: ToolOptions
  private var functions: WantedFunctions
  private let byFunction: Bool
  package var tables: LatencyTables

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readIntervalOrInput("interval")
    let text = try options.argument(0, "FUNCTION")
    try options.expectArguments(1, "FUNCTION")
    self.options = options
    functions = try WantedFunctions(argument: text)
    byFunction = options.has("function")
    let unit: LatencyTables.Unit =
      options.has("milliseconds")
      ? .milliseconds : options.has("microseconds") ? .microseconds : .nanoseconds
    tables = LatencyTables(unit, by: byFunction ? "function" : nil)
  }

  package var events: [WantedEvent] { [WantedEvent("ftrace:funcgraph_exit", Exit.self)] }
  package var tracer: WantedTracer? {
    WantedTracer(name: "function_graph", functions: [functions.pattern.text])
  }
  package var isAboutCurrentTask: Bool { true }
  package var banner: String {
    "Tracing functions for \"\(functions.pattern.text)\"... Hit Ctrl-C to end."
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard context.isWanted(event.thread, source: event.source) else { return }
    guard let name = functions.name(at: event[Exit.func], source: event.source, context) else {
      return
    }
    let time = UInt64(bitPattern: Int64(event[Exit.rettime]))
      .distance(since: UInt64(bitPattern: Int64(event[Exit.calltime])))
    guard let time else { return }
    tables.add(nanoseconds: time, to: byFunction ? .text(name) : .all)
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    let functions = counting.functions(functions.pattern.text)
    guard !functions.isEmpty, functions.count <= KernelCounting.functionLimit else { return nil }
    var counting = counting
    let begin = counting.probe("funclatency", functions)
    let end = counting.probe("funclatency_return", functions, atReturn: true)
    counting.addSpans(
      "funclatency", from: [.init("\(begin)", key: "common_pid", "__probe_ip")],
      to: .init("\(end)", key: "common_pid", "__probe_func"),
      carrying: byFunction ? [.init("u64", "function", of: "__probe_func", .symbol)] : [],
      unit: tables.unit.spans, table: 0)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    tables.add(row, to: byFunction ? .text(row.text(0)) : .all)
  }
}
