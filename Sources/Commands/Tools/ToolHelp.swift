import KernelTools

/// What a tool's `--help` and `-v` say.
enum ToolHelp {
  static func text(of tool: ToolDescription) -> String {
    var text = """
      \(tool.abstract)

      USAGE: kscope \(tool.name) [OPTION …]\(tool.arguments.isEmpty ? "" : " \(tool.arguments)")

      \(tool.discussion)

      OPTIONS

      """
    for option in tool.allOptions { text += line(option) }
    text += line(ToolOption("h", "help", "Show this."))
    text += "\nEXAMPLES\n"
    let width = max(42, 4 + (tool.examples.map(\.command.count).max() ?? 0))
    for example in tool.examples {
      text += "  \(example.command)".padding(to: width) + example.shows + "\n"
    }
    return text + "\n" + tool.remarks + "\n"
  }

  private static func line(_ option: ToolOption) -> String {
    let head =
      "  " + (option.letter.map { "-\($0), " } ?? "") + "--\(option.long)"
      + (option.value.map { " \($0)" } ?? "")
    return head.padding(to: 30) + option.help + "\n"
  }

  /// What is asked of the kernel.
  static func plan(of tool: some KernelTool) -> [String] {
    tool.requestedEvents.map { event in
      "event \(event.request)" + (event.filter.map { " if \($0)" } ?? "")
        + (event.hasCalls ? ", with the calls that led to it" : "")
        + (event.isOptional ? ", where there is one" : "")
    }
  }
}

extension String {
  /// With blanks behind it, one at least.
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
