import Tracefs

/// A word of the query, and where it stands.
struct QueryToken: Equatable {
  enum Kind: Equatable {
    /// A keyword, or part of a name.
    case word(String)
    case number(UInt64)
    /// Without its quotes.
    case text(String)
    case sign(String)
    case end
  }

  var kind: Kind
  /// In bytes from the start of the query.
  var place: Int

  /// The words that mean something in every query; a field of such a name needs its event's name
  /// before it.
  static let keywords = [
    "SELECT", "FROM", "JOIN", "ON", "WHERE", "AS", "AND", "OR", "NOT", "CAST",
  ]

  func isKeyword(_ keyword: String) -> Bool {
    if case .word(let word) = kind { return word.uppercased() == keyword }
    return false
  }

  var isAnyKeyword: Bool { Self.keywords.contains(where: isKeyword) }

  /// The longest first, so that `<=` is not read as `<`.
  private static let signs = [
    "==", "!=", "<=", ">=", "&&", "||", "(", ")", ",", ".", "+", "-", ";", "=", "<", ">", "~", "&",
    "!", "*",
  ]

  static func list(of query: QueryText) throws(TracefsError) -> [QueryToken] {
    let bytes = Array(query.text.utf8)
    var tokens: [QueryToken] = []
    var at = 0
    while at < bytes.count {
      let start = at
      let byte = bytes[at]
      if byte == 0x20 || (0x09...0x0D).contains(byte) {
        at += 1
      } else if isNameByte(byte) {
        while at < bytes.count, isNameByte(bytes[at]) { at += 1 }
        let word = String(decoding: bytes[start..<at], as: UTF8.self)
        guard isDigit(byte) else {
          tokens.append(QueryToken(kind: .word(word), place: start))
          continue
        }
        let isHex = word.hasPrefix("0x") || word.hasPrefix("0X")
        guard let number = isHex ? UInt64(word.dropFirst(2), radix: 16) : UInt64(word) else {
          throw query.failure("'\(word)' is no number of 64 bits", at: start)
        }
        tokens.append(QueryToken(kind: .number(number), place: start))
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        guard let end = bytes[(at + 1)...].firstIndex(of: byte) else {
          throw query.failure("the text that begins here has no end", at: start)
        }
        tokens.append(
          QueryToken(
            kind: .text(String(decoding: bytes[(at + 1)..<end], as: UTF8.self)), place: start))
        at = end + 1
      } else if let sign = signs.first(where: { bytes[at...].starts(with: $0.utf8) }) {
        tokens.append(QueryToken(kind: .sign(sign), place: start))
        at += sign.utf8.count
      } else {
        throw query.failure("nothing of a query begins so", at: start)
      }
    }
    // Behind the last word, not behind blanks and newlines, where nobody would look for it.
    var end = bytes.count
    while end > 0, bytes[end - 1] <= 0x20 { end -= 1 }
    tokens.append(QueryToken(kind: .end, place: end))
    return tokens
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || (0x61...0x7A).contains(byte | 0x20)
  }
}
