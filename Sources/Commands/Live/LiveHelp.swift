import Recording

/// The parts that the help texts of `stream` and `profile` share.
enum LiveHelp {
  private static let indent = 26

  /// The options of `record` that a command takes, behind its own, which have a title.
  static func options(
    of command: TracingCommand, _ own: [OwnOption], titled title: String
  ) -> String {
    var text = title.uppercased() + "\n"
    for option in own { text += lines(option.synopsis, option.help) }
    text += "\n"
    for group in RecordOption.Group.allCases {
      let options = command.options.filter { $0.group == group }
      if options.isEmpty { continue }
      text += group.rawValue.uppercased() + "\n"
      for option in options { text += lines(option.synopsis, option.help) }
      text += "\n"
    }
    return text
  }

  private static func lines(_ synopsis: String, _ help: String) -> String {
    let head = "  " + synopsis
    var parts = help.split(separator: "\n").map(String.init)
    let gap = String(repeating: " ", count: indent)
    var text =
      head.count + 2 > indent
      ? head + "\n" + gap : head + String(repeating: " ", count: indent - head.count)
    text += parts.removeFirst() + "\n"
    for part in parts { text += gap + part + "\n" }
    return text
  }
}
