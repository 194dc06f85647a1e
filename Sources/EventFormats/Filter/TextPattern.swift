package import ByteIO

/// What stands behind `=~`: a regular expression, or a plain text that one says with fewer steps.
///
/// trace-cmd reads basic expressions, in which `+ ? ( ) { }` mean themselves: names of tasks hold
/// them (`kworker/0:1+events`, `(sd-pam)`). Where a `|` stands, which no name holds, the expression
/// is extended.
package enum TextPattern {
  /// Lowercase bytes to be found, and whether only at the text's start or end.
  case literal([UInt8], atStart: Bool, atEnd: Bool)
  case regex(POSIXRegex)

  init(_ pattern: [UInt8]) throws(POSIXRegexError) {
    var literal = pattern[...]
    let atStart = literal.first == UInt8(ascii: "^")
    if atStart { literal.removeFirst() }
    let atEnd = literal.last == UInt8(ascii: "$")
    if atEnd { literal.removeLast() }
    if !literal.contains(where: Self.special.contains) {
      self = .literal(literal.map(Self.lowercased), atStart: atStart, atEnd: atEnd)
      return
    }
    let text = String(decoding: pattern, as: UTF8.self)
    self = .regex(try POSIXRegex(text, syntax: Self.isChoice(pattern) ? .extended : .basic))
  }

  private static let special = Array("\\.[*^$|".utf8) + [0]

  /// Whether a `|` is neither escaped nor in brackets.
  private static func isChoice(_ pattern: [UInt8]) -> Bool {
    var isEscaped = false
    var isInSet = false
    for byte in pattern {
      defer { isEscaped = !isInSet && !isEscaped && byte == UInt8(ascii: "\\") }
      guard !isEscaped else { continue }
      switch byte {
      case UInt8(ascii: "["): isInSet = true
      case UInt8(ascii: "]"): isInSet = false
      case UInt8(ascii: "|") where !isInSet: return true
      default: break
      }
    }
    return false
  }

  /// Whether it matches, for names that are looked at while compiling.
  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .regex(let regex): return regex.matches(text)
    case .literal(let literal, let atStart, let atEnd):
      return literal.withUnsafeBytes {
        Self.find($0, in: text, atStart: atStart, atEnd: atEnd)
      }
    }
  }

  /// Whether a text holds bytes.
  ///
  /// - Parameter ignoresCase: the bytes, which are lowercase then, may be in upper case there.
  @inline(__always)
  package static func find(
    _ part: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, atStart: Bool, atEnd: Bool,
    ignoresCase: Bool = true
  ) -> Bool {
    guard part.count <= text.count else { return false }
    let last = text.count &- part.count
    if atStart, atEnd, last != 0 { return false }
    var start = atEnd ? last : 0
    let stop = atStart ? 0 : last
    while start <= stop {
      var at = 0
      while at < part.count {
        let byte = text[start &+ at]
        guard (ignoresCase ? lowercased(byte) : byte) == part[at] else { break }
        at &+= 1
      }
      if at == part.count { return true }
      start &+= 1
    }
    return false
  }

  /// Of ASCII letters, as the C library has them while no locale is set.
  @inline(__always)
  package static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }
}
