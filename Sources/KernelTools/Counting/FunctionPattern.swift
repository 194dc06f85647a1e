import ByteIO

/// Functions that a person names: a name, or a glob as the kernel has them (`vfs_*`, `*_read`).
struct FunctionPattern {
  let text: String

  init(_ text: String) { self.text = text }

  /// Throws what is wrong with a command line's word.
  init(argument text: String) throws(ToolUsageError) {
    guard !text.isEmpty, text.utf8.allSatisfy(Self.isPart) else {
      throw .badValue(
        option: "FUNCTION", value: text, expected: "a function or a glob such as 'vfs_*'")
    }
    self.text = text
  }

  /// The same for regcomp(3), extended; a module may stand behind a line's name.
  var regex: String {
    var regex = "^"
    var isInSet = false
    for letter in text {
      switch letter {
      case "*" where !isInSet: regex += "[^[:space:]]*"
      case "?" where !isInSet: regex += "[^[:space:]]"
      case "[": (isInSet, regex) = (true, regex + "[")
      case "]": (isInSet, regex) = (false, regex + "]")
      case ".", "$": regex += "\\\(letter)"
      default: regex.append(letter)
      }
    }
    return regex + "([[:space:]]|$)"
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_.*?[]-$".utf8.contains(byte)
    }
  }
}
