import EventFormats
package import Recording
package import Reports

/// `functrace`: each call of functions of the kernel.
package struct FuncTrace: StreamTool {
  package static let about = ToolDescription(
    name: "functrace",
    abstract: "Each call of functions of the kernel, and who calls.",
    discussion: """
      FUNCTION is a name or a glob: 'tcp_*'. The function tracer shows each call when it begins, and
      the function that calls. Many calls cost much: begin with a narrow name.
      """,
    arguments: "FUNCTION",
    options: [StreamWords.header],
    examples: [
      ("kscope functrace do_nanosleep", "who sleeps, until Ctrl-C"),
      ("kscope functrace -d 5 'tcp_*'", "TCP's functions, for five seconds"),
      ("kscope functrace -p 1234 'vfs_*'", "a process's and its children's"),
    ],
    common: ToolOption.commonOfLines)

  package let options: ToolOptions
  private let function: String

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    function = try options.argument(0, "FUNCTION")
    try options.expectArguments(1, "FUNCTION")
  }

  package var subject: String { "\"\(function)\"..." }
  package var title: String { "FUNCTION <-- CALLER" }

  package func buffer() -> BufferPlan {
    var buffer = BufferPlan(name: nil)
    buffer.tracer = "function"
    buffer.functions = [function]
    return buffer
  }

  package var line: ReportOptions.LineOptions {
    var line = ReportOptions.LineOptions()
    line.handlers.functionParent = true
    line.handlers.functionIndent = false
    return line
  }

  package func selection() -> ReportOptions.Selection {
    var selection = ReportOptions.Selection()
    let condition = StreamWords.condition("ip", isFunction: function)
    selection.filters = [StreamWords.filter("ftrace", "function", condition)]
    return selection
  }
}
