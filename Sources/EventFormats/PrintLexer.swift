/// A piece of a print format's C text.
enum PrintToken: Equatable {
  case name(String)
  case number(UInt64, NumberType)
  case string([UInt8])
  /// An operator or a bracket, one or two characters.
  case symbol(String)
  case end

  static func == (token: PrintToken, symbol: String) -> Bool {
    if case .symbol(let text) = token { return text == symbol }
    return false
  }
}

/// Cuts the text after `print fmt:` into tokens.
struct PrintLexer {
  private let bytes: [UInt8]
  private var at = 0
  private let longIs64: Bool
  private(set) var offset = 0

  init(_ text: String, longSize: Int) {
    bytes = Array(text.utf8)
    longIs64 = longSize == 8
  }

  mutating func next() throws(PrintFormatProblem) -> PrintToken {
    while at < bytes.count, bytes[at].isBlank { at += 1 }
    offset = at
    guard at < bytes.count else { return .end }
    let byte = bytes[at]
    if byte.isNameStart {
      let start = at
      while at < bytes.count, bytes[at].isNameByte { at += 1 }
      return .name(String(decoding: bytes[start..<at], as: UTF8.self))
    }
    if byte.isDigit { return try number() }
    if byte == UInt8(ascii: "\"") { return .string(try quoted(until: byte)) }
    if byte == UInt8(ascii: "'") {
      let text = try quoted(until: byte)
      return .number(text.reduce(0) { $0 << 8 | UInt64($1) }, .int)
    }
    if at + 1 < bytes.count {
      let pair = String(decoding: bytes[at..<at + 2], as: UTF8.self)
      switch pair {
      case "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||":
        at += 2
        return .symbol(pair)
      default: break
      }
    }
    at += 1
    return .symbol(String(decoding: [byte], as: UTF8.self))
  }

  private mutating func number() throws(PrintFormatProblem) -> PrintToken {
    let start = at
    while at < bytes.count, bytes[at].isNameByte { at += 1 }
    var text = bytes[start..<at]
    var isUnsigned = false
    var isLong = false
    while let last = text.last {
      if last | 0x20 == UInt8(ascii: "u") {
        isUnsigned = true
      } else if last | 0x20 == UInt8(ascii: "l") {
        isLong = true
      } else {
        break
      }
      text.removeLast()
    }
    var radix: UInt64 = 10
    if text.first == UInt8(ascii: "0"), text.count > 1 {
      radix = text[start + 1] | 0x20 == UInt8(ascii: "x") ? 16 : 8
      text = text.dropFirst(radix == 16 ? 2 : 1)
    }
    var value: UInt64 = 0
    for byte in text {
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x41...0x46: digit = UInt64(byte - 0x37)
      case 0x61...0x66: digit = UInt64(byte - 0x57)
      default: digit = 99
      }
      guard digit < radix else {
        throw PrintFormatProblem(
          "\"\(String(decoding: bytes[start..<at], as: UTF8.self))\" is no number", at: start)
      }
      value = value &* radix &+ digit
    }
    // C11 6.4.4.1: the first type that holds the value.
    let fitsInt = value <= 0x7fff_ffff
    let fitsUnsigned = value <= 0xffff_ffff && (radix != 10 || isUnsigned)
    let is64 = isLong && (longIs64 || !fitsUnsigned) || !(fitsInt || fitsUnsigned)
    let holds = is64 ? value <= UInt64(Int64.max) : fitsInt
    return .number(value, NumberType(is64: is64, isSigned: !isUnsigned && holds))
  }

  private mutating func quoted(until quote: UInt8) throws(PrintFormatProblem) -> [UInt8] {
    let start = at
    at += 1
    var text: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == quote { return text }
      guard byte == UInt8(ascii: "\\"), at < bytes.count else {
        text.append(byte)
        continue
      }
      let escaped = bytes[at]
      at += 1
      switch escaped {
      case UInt8(ascii: "n"): text.append(0x0a)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0d)
      case UInt8(ascii: "a"): text.append(0x07)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0c)
      case UInt8(ascii: "v"): text.append(0x0b)
      case UInt8(ascii: "e"): text.append(0x1b)
      case UInt8(ascii: "x"): text.append(digits(radix: 16, most: 2))
      case 0x30...0x37:
        at -= 1
        text.append(digits(radix: 8, most: 3))
      default: text.append(escaped)
      }
    }
    throw PrintFormatProblem("a quote is not closed", at: start)
  }

  private mutating func digits(radix: Int, most: Int) -> UInt8 {
    var value = 0
    var count = 0
    while count < most, at < bytes.count,
      let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue, digit < radix
    {
      value = value * radix + digit
      at += 1
      count += 1
    }
    return UInt8(truncatingIfNeeded: value)
  }
}

/// Why a print format was not understood.
struct PrintFormatProblem: Error, Equatable {
  var text: String
  /// Bytes from the start of the print format.
  var offset: Int

  init(_ text: String, at offset: Int) {
    self.text = text
    self.offset = offset
  }
}
