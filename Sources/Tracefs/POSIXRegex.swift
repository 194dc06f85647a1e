import Glibc

/// A POSIX regular expression over names, compiled by the C library (regcomp(3)); upper and lower
/// case are one.
///
/// trace-cmd reads basic expressions, people write extended ones. Names hold none of `( ) | { } +`,
/// so the two can be told apart: where an operator is escaped (`a\|b`) the expression is basic, else
/// it is extended (`(a|b)`), and each finds what its writer meant.
package final class POSIXRegex {
  private var compiled = regex_t()

  /// Throws where the expression is malformed, in the library's words.
  ///
  /// - Parameter wholeText: must the whole text match, not only a part?
  package init(_ text: String, wholeText: Bool = false) throws(TracefsError) {
    let isBasic = Self.escapesOperator(text)
    var pattern = text
    if wholeText { pattern = isBasic ? "^\\(\(text)\\)$" : "^(\(text))$" }
    let flags = REG_NOSUB | REG_ICASE | (isBasic ? 0 : REG_EXTENDED)
    let code = regcomp(&compiled, pattern, flags)
    guard code == 0 else {
      var words = [CChar](repeating: 0, count: 200)
      regerror(code, &compiled, &words, words.count)
      let reason = String(
        decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw .badValue(
        what: "regular expression", text: text, expected: "one that can be read (\(reason))")
    }
  }

  deinit { regfree(&compiled) }

  /// Whether it matches.
  package func matches(_ text: String) -> Bool { regexec(&compiled, text, 0, nil, 0) == 0 }

  /// The same for bytes that end with a NUL.
  func matches(_ text: UnsafePointer<CChar>) -> Bool { regexec(&compiled, text, 0, nil, 0) == 0 }

  private static func escapesOperator(_ text: String) -> Bool {
    var isEscaped = false
    for byte in text.utf8 {
      if isEscaped {
        if "()|{}+?".utf8.contains(byte) { return true }
        isEscaped = false
      } else {
        isEscaped = byte == UInt8(ascii: "\\")
      }
    }
    return false
  }
}
