import Glibc

/// A POSIX regular expression, compiled by the C library (regcomp(3)).
package final class ExtendedRegex {
  private var compiled = regex_t()

  /// Throws where the expression is malformed, in the library's words.
  package init(_ text: String, ignoringCase: Bool = false) throws(TracefsError) {
    let flags = REG_EXTENDED | REG_NOSUB | (ignoringCase ? REG_ICASE : 0)
    let code = regcomp(&compiled, text, flags)
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

  /// Whether any part of the text matches.
  package func matches(_ text: String) -> Bool { regexec(&compiled, text, 0, nil, 0) == 0 }

  /// The same for bytes that end with a NUL.
  func matches(_ text: UnsafePointer<CChar>) -> Bool { regexec(&compiled, text, 0, nil, 0) == 0 }
}
