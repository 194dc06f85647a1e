import Recording

/// The parts that the help texts of `stream` and `profile` share.
enum LiveHelp {
  private static let indent = 26

  /// Options of `record` that make no sense where no file is written.
  private static let unsuited: Set<String> = [
    "-o", "-m", "--compression", "--file-version", "--date", "--ts-offset", "--temp", "-k", "-r",
    "--nosplice",
  ]

  /// The options of `record` that a command takes, and its own under a title.
  static func options(_ own: [OwnOption], titled title: String) -> String {
    var text = title.uppercased() + "\n"
    for option in own { text += lines(option.synopsis, option.help) }
    text += "\n"
    for group in RecordOption.Group.allCases {
      let options = RecordOption.all.filter { option in
        option.group == group
          && !unsuited.contains(option.letter.map { "-\($0)" } ?? "")
          && !unsuited.contains(option.long.map { "--\($0)" } ?? "")
      }
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
