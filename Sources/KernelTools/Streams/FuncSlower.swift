package import EventFormats
package import Recording
package import Reports

/// `funcslower`: calls of a function of the kernel that take long.
package struct FuncSlower: StreamTool {
  package static let about = ToolDescription(
    name: "funcslower",
    abstract: "Calls of a function of the kernel that take as long as so many microseconds.",
    discussion: """
      The function_graph tracer measures each call of FUNCTION, a name or a glob; what takes less
      than MICROSECONDS is not shown. The time includes what the function waits for, but for -C.
      """,
    arguments: "FUNCTION MICROSECONDS",
    options: [
      StreamWords.all, StreamWords.cpuTime, StreamWords.header,
    ] + StreamWords.lineParts,
    examples: [
      ("kscope funcslower vfs_read 10000", "reads of 10 ms and more"),
      ("kscope funcslower -C vfs_read 200", "those that keep a CPU for 200 µs"),
    ],
    common: ToolOption.commonOfLines, remarks: StreamWords.remarksOfGraph)

  package let options: ToolOptions
  private let function: String
  private let microseconds: UInt64

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    function = try options.argument(0, "FUNCTION")
    let text = try options.argument(1, "MICROSECONDS")
    try options.expectArguments(2, "FUNCTION and MICROSECONDS")
    guard let number = UInt64(text), number <= 1 << 40 else {
      throw .badValue(option: "MICROSECONDS", value: text, expected: "a whole number")
    }
    microseconds = number
  }

  package var subject: String { "\"\(function)\" slower than \(microseconds) us..." }
  package var title: String { "  DURATION   |  FUNCTION" }
  package var showsHead: Bool { options.has("header") || options.has("all") }

  package func buffer() -> BufferPlan {
    var buffer = BufferPlan(name: nil)
    buffer.tracer = "function_graph"
    buffer.functions = [function]
    if options.has("cpu-time") { buffer.options = ["nosleep-time"] }
    return buffer
  }

  package var line: ReportOptions.LineOptions {
    var line = ReportOptions.LineOptions()
    line.handlers.graphTailprint = true
    return line
  }

  /// The kernel's own threshold, `tracing_thresh`, is everybody's: the ends of all calls come here.
  private var isSlow: String { "rettime - calltime >= \(microseconds * 1000)" }

  package var liveFilters: [FilterText] {
    [StreamWords.filter("ftrace", "funcgraph_exit", isSlow)]
  }

  package func selection() -> ReportOptions.Selection {
    var selection = ReportOptions.Selection()
    let condition = StreamWords.condition("func", isFunction: function) + " && " + isSlow
    selection.filters = [StreamWords.filter("ftrace", "funcgraph_exit", condition)]
    return selection
  }
}
