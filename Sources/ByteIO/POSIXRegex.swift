package import Glibc

/// A POSIX regular expression, compiled by the C library (regcomp(3)); upper and lower case are one.
///
/// Matching may go on in several threads at once; the library locks where it must.
package final class POSIXRegex: @unchecked Sendable {
  /// Which of the two grammars an expression is written in.
  package enum Syntax: Sendable {
    /// `a\|b`, `a\+`; unescaped, these characters mean themselves.
    case basic
    /// `a|b`, `a+`
    case extended
    /// For expressions over names, which hold none of `( ) | { } +`. trace-cmd reads basic
    /// expressions, people write extended ones: where an operator is escaped (`a\|b`) it is basic,
    /// else extended, and each finds what its writer meant.
    case ofNames
  }

  /// What the C library made of it; lives as long as this object.
  package let compiled: UnsafeMutablePointer<regex_t>

  /// Throws where the expression is malformed, in the library's words.
  ///
  /// - Parameter wholeText: must the whole text match, not only a part?
  package init(
    _ text: String, syntax: Syntax = .ofNames, wholeText: Bool = false
  ) throws(POSIXRegexError) {
    let isBasic = syntax == .basic || syntax == .ofNames && Self.escapesOperator(text)
    var pattern = text
    if wholeText { pattern = isBasic ? "^\\(\(text)\\)$" : "^(\(text))$" }
    let flags = REG_NOSUB | REG_ICASE | (isBasic ? 0 : REG_EXTENDED)
    let memory = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
    memory.initialize(to: regex_t())
    let code = regcomp(memory, pattern, flags)
    guard code == 0 else {
      var words = [CChar](repeating: 0, count: 200)
      regerror(code, memory, &words, words.count)
      memory.deallocate()
      let reason = String(
        decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw POSIXRegexError(text: text, reason: reason)
    }
    compiled = memory
  }

  deinit {
    regfree(compiled)
    compiled.deallocate()
  }

  /// Whether it matches.
  package func matches(_ text: String) -> Bool { regexec(compiled, text, 0, nil, 0) == 0 }

  /// The same for bytes that end with a NUL.
  package func matches(_ text: UnsafePointer<CChar>) -> Bool {
    regexec(compiled, text, 0, nil, 0) == 0
  }

  /// The same for bytes that nothing ends.
  package func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    Self.matches(compiled, text)
  }

  /// The same, for loops that must not count references.
  package static func matches(
    _ compiled: UnsafePointer<regex_t>, _ text: UnsafeRawBufferPointer
  ) -> Bool {
    guard let start = text.baseAddress else {
      return regexec(compiled, "", 0, nil, 0) == 0
    }
    // REG_STARTEND, of BSD and the GNU library: the match's place says where the text lies.
    var place = regmatch_t(rm_so: 0, rm_eo: regoff_t(clamping: text.count))
    return regexec(
      compiled, start.assumingMemoryBound(to: CChar.self), 1, &place, REG_STARTEND) == 0
  }

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

/// A regular expression that is malformed.
package struct POSIXRegexError: ExplainedError, Equatable {
  /// The expression.
  package var text: String
  /// What is wrong with it, in the C library's words.
  package var reason: String

  package var message: String {
    "regular expression: '\(text)' is not one that can be read (\(reason))"
  }
}
