import KernelTools

/// The words that may come next on the command line of a tool, which reads its arguments itself.
enum ToolCompletion {
  /// - Parameter previous: the word before, which may be an option that takes a value.
  static func words(
    after previous: String, beginning prefix: String, for tool: ToolDescription
  ) -> [String] {
    let taken = Set(tool.options.compactMap(\.letter))
    var words: [String] = []
    for (options, isCommon) in [(tool.options, false), (tool.common, true)] {
      for option in options {
        // Where a tool gives a letter its own meaning, the common option has its long name alone.
        let letter = option.letter.flatMap { isCommon && taken.contains($0) ? nil : "-\($0)" }
        let names = [letter, "--\(option.long)"].compactMap { $0 }
        // What a value may be is not known: the shell offers files.
        if option.value != nil, names.contains(previous) { return [] }
        words += names
      }
    }
    return words.filter { $0.hasPrefix(prefix) }
  }
}
