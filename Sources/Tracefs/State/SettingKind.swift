/// How a setting is read, compared and put back; the kinds of a journal's lines.
enum SettingKind: String, Sendable {
  /// One value: what is read can be written.
  case value
  /// A list of words, the current one in brackets; that word is written.
  case choice
  /// `buffer_size_kb`: a number, `7 (expanded: 1408)` before the first use, or `X` where the CPUs
  /// differ.
  case bufferSize = "buffer-size"
  /// Functions, one a line; commands (`func:traceoff`) stand in the same file but are `added`.
  case functions
  /// Words, one a line.
  case list
  /// An event's filter: `none`, or its text.
  case filter
  /// Events switched on or off together; the former value lists them as `EventWord` says.
  case events
  /// One line added to a file that keeps many; the former value is the text that takes it back.
  case added
  /// An instance made; it is removed.
  case instance
}

extension SettingKind {
  /// Whether a file of this kind has one value, that of the last write.
  var isSetting: Bool {
    switch self {
    case .value, .choice, .bufferSize, .functions, .list, .filter: true
    case .events, .added, .instance: false
    }
  }

  /// What a file's text says, in the words that would be written to say it again.
  func words(in text: String) -> [String] {
    switch self {
    case .value, .events, .added, .instance:
      return [text.trimmed]
    case .choice:
      return [BracketedChoice(text).current ?? ""]
    case .bufferSize:
      return [Self.bufferSize(text)]
    case .functions:
      return Self.listed(text).compactMap(Self.function)
    case .list:
      return Self.listed(text).compactMap { $0.words.first }
    case .filter:
      // A filter that the kernel could not parse is shown with a caret line below; it took the
      // place of the one before and is not in force.
      let lines = text.lines
      return lines.count == 1 ? [lines[0].trimmed] : ["none", "unparsed"]
    }
  }

  /// The KB a CPU's buffer has, or will have from the first use on.
  ///
  /// Any use of the tracer expands the boot-time buffer, and nothing shrinks it back to that state:
  /// what can be put back is the size that everybody else would have found.
  private static func bufferSize(_ text: String) -> String {
    let words = text.words
    if words.count == 3, words[1] == "(expanded:" { return String(words[2].dropLast()) }
    return words.first ?? ""
  }

  /// The lines that name something; `#### all functions enabled ####` and `no pid` do not.
  private static func listed(_ text: String) -> [String] {
    text.lines.filter { !$0.hasPrefix("#") && $0.trimmed != "no pid" }
  }

  /// `func`, `func [module]`, `func:mod:module` of a module that is to come; a command
  /// (`func:traceoff:unlimited`) is not a function.
  private static func function(_ line: String) -> String? {
    let words = line.words
    guard let name = words.first else { return nil }
    if name.contains(":") {
      let parts = name.split(separator: ":", omittingEmptySubsequences: false)
      return parts.count == 3 && parts[1] == "mod" ? name : nil
    }
    if words.count == 2, words[1].hasPrefix("["), words[1].hasSuffix("]") {
      return "\(name):mod:\(words[1].dropFirst().dropLast())"
    }
    return name
  }

  /// The texts to write so that a file says `words` again.
  func texts(for words: [String]) -> [String] {
    switch self {
    // The end of a line ends the word: without it the kernel joins the next write to it.
    case .functions, .list: return words.map { $0 + "\n" }
    case .filter: return [words.first == "none" || words.isEmpty ? "0" : words[0]]
    default: return [words.first ?? ""]
    }
  }
}
