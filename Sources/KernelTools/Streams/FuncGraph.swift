import EventFormats
package import Recording
package import Reports

/// `funcgraph`: what a function of the kernel calls, and how long each call takes.
package struct FuncGraph: StreamTool {
  package static let about = ToolDescription(
    name: "funcgraph",
    abstract: "What a function of the kernel calls, and how long each call takes.",
    discussion: """
      The function_graph tracer draws the calls below FUNCTION. All functions of the kernel pass
      through the tracer meanwhile, which slows the system down. FUNCTION, the depth and -C are
      settings of the whole kernel while it runs.
      """,
    arguments: "FUNCTION",
    options: [
      StreamWords.all, StreamWords.cpuTime,
      ToolOption("D", "no-durations", "Leave out how long calls take."),
      StreamWords.header,
      ToolOption("m", "max-depth", "N", "No more than so many calls deep."),
    ] + StreamWords.lineParts + [
      ToolOption("T", "tail", "Show the function's name where a call ends, too.")
    ],
    examples: [
      ("kscope funcgraph -m 3 do_nanosleep", "three calls deep"),
      ("kscope funcgraph -T -p 1234 vfs_read", "of a process and its children"),
    ],
    common: ToolOption.commonOfLines, remarks: StreamWords.remarksOfGraph)

  package let options: ToolOptions
  private let function: String
  private let depth: Int

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    function = try options.argument(0, "FUNCTION")
    try options.expectArguments(1, "FUNCTION")
    depth = try Self.depth(options)
  }

  private static func depth(_ options: ToolOptions) throws(ToolUsageError) -> Int {
    guard let text = options.own["max-depth"] else { return 0 }
    guard let depth = Int(text), (1...1 << 20).contains(depth) else {
      throw .badValue(option: "-m", value: text, expected: "a number of calls above 0")
    }
    return depth
  }

  package var subject: String { "\"\(function)\"..." }
  package var title: String {
    options.has("no-durations") ? "FUNCTION CALLS" : "  DURATION   |  FUNCTION CALLS"
  }
  package var showsHead: Bool { options.has("header") || options.has("all") }

  package func buffer() -> BufferPlan {
    var buffer = BufferPlan(name: nil)
    buffer.tracer = "function_graph"
    buffer.graphFunctions = [function]
    if depth > 0 { buffer.maximumGraphDepth = depth }
    if options.has("cpu-time") { buffer.options = ["nosleep-time"] }
    return buffer
  }

  package var line: ReportOptions.LineOptions {
    var line = ReportOptions.LineOptions()
    line.handlers.graphTailprint = options.has("tail")
    line.hidesDurations = options.has("no-durations")
    return line
  }

  package func selection() -> ReportOptions.Selection {
    var selection = ReportOptions.Selection()
    selection.filters = [StreamWords.filter("ftrace", "funcgraph_*", nil)]
    selection.callsBelow = CallsBelow.Choice(function: function, maximumDepth: depth)
    return selection
  }
}
