package import Recording
package import Reports
import Tracefs

/// `uprobe`: what comes past a place in a program's or a library's code, with values.
package struct UProbe: StreamTool {
  package static let about = ToolDescription(
    name: "uprobe",
    abstract: "Each time that a place in a program's or library's code is run, with values.",
    discussion: """
      DEFINITION is p:[NAME ]TARGET:PLACE [NAME=VALUE …], or r for a function's return. TARGET is a
      path, a program's name (bash) or a library's (libc); PLACE a function, or a place in the file,
      0x4a0f0. The values are in the kernel's words: +0($retval):ustring. FILTER is a condition of
      the kernel's filter language.
      """,
    arguments: "DEFINITION [FILTER] | -l TARGET",
    options: [
      ToolOption("F", "force", "Accepted for perf-tools' sake: the kernel says what it can probe."),
      StreamWords.header,
      ToolOption("l", "list", "TARGET", "List a target's functions, and do not trace."),
      ToolOption("s", "stacks", "Print the program's stack behind each line."), StreamWords.format,
    ],
    examples: [
      ("kscope uprobe 'r:bash:readline +0($retval):ustring'", "what is typed into any bash"),
      ("kscope uprobe -p 1234 p:libc:malloc", "a process's calls"),
      ("kscope uprobe -l bash | grep read", "functions that can be named"),
    ],
    common: ToolOption.commonOfLines)

  package let options: ToolOptions
  private let definition: UserProbeText?
  private let filter: String?

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    guard !options.has("list") else {
      try options.expectArguments(0, "")
      (definition, filter) = (nil, nil)
      return
    }
    definition = try UserProbeText(try options.argument(0, "DEFINITION"))
    try options.expectArguments(2, "DEFINITION and FILTER")
    filter = options.arguments.count > 1 ? options.arguments[1] : nil
  }

  package var subject: String {
    guard let definition else { return "uprobe." }
    return
      "uprobe \(definition.eventName) (\(definition.letter):\(definition.target):\(definition.place))."
  }

  private func request() throws -> EventRequest {
    guard let definition else { return EventRequest("") }
    return EventRequest(
      making: .probe(try definition.probe()), mayBeRenamed: definition.hasNoName)
  }

  // A program's stack is a setting of the whole buffer and would stand behind names, too.
  package var canHideNames: Bool { !options.has("stacks") }

  package func buffer() throws -> BufferPlan {
    try StreamWords.buffer(
      request(), if: filter, stacks: options.has("stacks") ? "userstacktrace" : nil)
  }

  package func selection() -> ReportOptions.Selection {
    var selection = ReportOptions.Selection()
    if let definition {
      selection.filters = [StreamWords.filter("*", definition.eventName, filter)]
    }
    return selection
  }

  package func answer(_ commandLine: [String]) throws -> [UInt8]? {
    if let target = options.own["list"] {
      let symbols = try ProgramSymbols(path: try ProgramSearch.path(of: target))
      return Set(symbols.functions.map(\.name)).sorted().flatMap { Array("\($0)\n".utf8) }
    }
    guard options.has("view") else { return nil }
    return try EventPreview.formats(of: try request(), commandLine: commandLine).flatMap { $0 }
  }
}
