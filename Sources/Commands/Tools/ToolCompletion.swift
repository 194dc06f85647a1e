import KernelTools

/// The words that may come next on the command line of a tool, which reads its arguments itself.
enum ToolCompletion {
  /// - Parameter previous: the word before, which may be an option that takes a value.
  static func words(
    after previous: String, beginning prefix: String, for tool: ToolDescription
  ) -> [String] {
    var words: [String] = []
    for option in tool.allOptions {
      let names = [option.letter.map { "-\($0)" }, "--\(option.long)"].compactMap { $0 }
      // What a value may be is not known: the shell offers files.
      if option.value != nil, names.contains(previous) { return [] }
      words += names
    }
    return words.filter { $0.hasPrefix(prefix) }
  }
}
