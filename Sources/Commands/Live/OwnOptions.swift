import Recording

/// An option that a command has beside those of `record`.
struct OwnOption: Sendable, Equatable {
  var letter: Character?
  var long: String?
  /// What the value is called in the help; nil where there is none.
  var value: String?
  /// One line or a few, separated by newlines.
  var help: String

  init(_ letter: Character?, _ long: String?, _ value: String?, _ help: String) {
    self.letter = letter
    self.long = long
    self.value = value
    self.help = help
  }

  /// What the help shows before the text.
  var synopsis: String {
    let forms = [letter.map { "-\($0)" }, long.map { "--\($0)" }].compactMap { $0 }
    return forms.joined(separator: ", ") + (value.map { " \($0)" } ?? "")
  }
}

/// Parts a command's own options from those of `record`, whose order matters.
///
/// The command that is to run, and all behind it, is left alone.
struct OwnOptionScanner {
  private let own: [OwnOption]
  private var left: ArraySlice<String>
  /// The own options that stand there, in order; "" where there is no value.
  private(set) var found: [(option: OwnOption, value: String)] = []
  /// What is left, for `RecordArguments`.
  private(set) var rest: [String] = []

  init(_ arguments: [String], own: [OwnOption]) throws(RecordArgumentError) {
    self.own = own
    left = arguments[...]
    while let argument = left.first {
      guard argument.hasPrefix("-"), argument != "-", argument != "--" else { break }
      left.removeFirst()
      if argument.hasPrefix("--") { try readLong(argument) } else { try readLetters(argument) }
    }
    rest += left
  }

  private mutating func readLong(_ argument: String) throws(RecordArgumentError) {
    let parts = argument.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first ?? ""
    if let option = own.first(where: { $0.long.map { $0[...] } == name }) {
      let value: String? = parts.count > 1 ? String(parts[1]) : nil
      guard let valueName = option.value else {
        guard value == nil else { throw .unexpectedValue("--\(name)") }
        return found.append((option, ""))
      }
      guard let given = value ?? left.popFirst() else {
        throw .missingValue("--\(name)", name: valueName)
      }
      return found.append((option, given))
    }
    rest.append(argument)
    let takesValue = RecordOption.all.contains {
      $0.value != nil && $0.long?.hasPrefix(name) ?? false
    }
    if takesValue, parts.count == 1, let value = left.popFirst() { rest.append(value) }
  }

  private mutating func readLetters(_ argument: String) throws(RecordArgumentError) {
    var kept = "-"
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      if let option = own.first(where: { $0.letter == letter }) {
        guard let valueName = option.value else {
          found.append((option, ""))
          continue
        }
        guard let value = letters.isEmpty ? left.popFirst() : String(letters) else {
          throw .missingValue("-\(letter)", name: valueName)
        }
        found.append((option, value))
        break
      }
      kept.append(letter)
      guard RecordOption.all.contains(where: { $0.letter == letter && $0.value != nil }) else {
        continue
      }
      if letters.isEmpty {
        rest.append(kept)
        if let value = left.popFirst() { rest.append(value) }
      } else {
        rest.append(kept + letters)
      }
      return
    }
    if kept != "-" { rest.append(kept) }
  }
}
