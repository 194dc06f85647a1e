/// A piece of a filter's text.
struct FilterToken: Equatable {
  enum Kind: Equatable {
    case name(String)
    /// A number's bits, and whether it is too large for a signed number of 64 bits.
    case number(UInt64, isUnsigned: Bool)
    /// A text without its quotes; backslashes before other characters than the quote are kept.
    case text([UInt8], quote: UInt8)
    /// An operator or a bracket, one or two characters.
    case symbol(String)
    case end
  }

  var kind: Kind
  /// Bytes from the filter's start.
  var place: Range<Int>

  func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
}

/// Cuts a filter into tokens.
struct FilterLexer {
  private let bytes: [UInt8]
  private var at: Int

  /// Begins at an offset of a filter's bytes.
  init(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    at = start
  }

  mutating func next() throws(FilterProblem) -> FilterToken {
    while at < bytes.count, bytes[at].isBlank { at += 1 }
    let start = at
    guard at < bytes.count else { return FilterToken(kind: .end, place: start..<start) }
    let byte = bytes[at]
    if byte.isNameStart {
      // A dot occurs in the symbols that compilers make: getname_flags.part.0
      while at < bytes.count, bytes[at].isNameByte || bytes[at] == UInt8(ascii: ".") { at += 1 }
      return token(.name(String(decoding: bytes[start..<at], as: UTF8.self)), start)
    }
    if byte.isDigit { return try number() }
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try quoted(until: byte) }
    if at + 1 < bytes.count {
      switch (byte, bytes[at + 1]) {
      case (UInt8(ascii: "&"), UInt8(ascii: "&")), (UInt8(ascii: "|"), UInt8(ascii: "|")),
        (UInt8(ascii: "="), UInt8(ascii: "=")), (UInt8(ascii: "="), UInt8(ascii: "~")),
        (UInt8(ascii: "!"), UInt8(ascii: "=")), (UInt8(ascii: "!"), UInt8(ascii: "~")),
        (UInt8(ascii: "<"), UInt8(ascii: "=")), (UInt8(ascii: ">"), UInt8(ascii: "=")),
        (UInt8(ascii: "<"), UInt8(ascii: "<")), (UInt8(ascii: ">"), UInt8(ascii: ">")):
        at += 2
        return token(.symbol(String(decoding: bytes[start..<at], as: UTF8.self)), start)
      default: break
      }
    }
    at += 1
    while at < bytes.count, bytes[at] & 0xc0 == 0x80 { at += 1 }
    return token(.symbol(String(decoding: bytes[start..<at], as: UTF8.self)), start)
  }

  private func token(_ kind: FilterToken.Kind, _ start: Int) -> FilterToken {
    FilterToken(kind: kind, place: start..<at)
  }

  private mutating func quoted(until quote: UInt8) throws(FilterProblem) -> FilterToken {
    let start = at
    at += 1
    var text: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == quote { return token(.text(text, quote: quote), start) }
      if byte == UInt8(ascii: "\\"), at < bytes.count {
        if bytes[at] != quote { text.append(byte) }
        text.append(bytes[at])
        at += 1
      } else {
        text.append(byte)
      }
    }
    throw FilterProblem("this quote is not closed", at: start..<start + 1)
  }

  // MARK: Numbers

  /// `12`, `0x1f`, `0755`, and times in nanoseconds: `7ns`, `300us`, `20ms`, `1.5s`.
  private mutating func number() throws(FilterProblem) -> FilterToken {
    let start = at
    while at < bytes.count, bytes[at].isNameByte || bytes[at] == UInt8(ascii: ".") { at += 1 }
    let text = bytes[start..<at]
    let value: UInt64?
    if text.first == UInt8(ascii: "0"), text.count > 1, text[start + 1] | 0x20 == UInt8(ascii: "x")
    {
      value = Self.whole(text.dropFirst(2), radix: 16)
    } else if text.first == UInt8(ascii: "0"), text.allSatisfy(\.isDigit), text.count > 1 {
      value = Self.whole(text.dropFirst(), radix: 8)
    } else {
      value = Self.whole(text, radix: 10) ?? Self.time(text)
    }
    guard let value else {
      throw FilterProblem(
        "'\(String(decoding: text, as: UTF8.self))' is no number of 64 bits", at: start..<at,
        hint: "numbers are written as 12, 0x1f, 017, or as times: 1.5s, 20ms, 300us, 7ns")
    }
    return token(.number(value, isUnsigned: value > UInt64(Int64.max)), start)
  }

  private static func whole(_ digits: ArraySlice<UInt8>, radix: UInt64) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in digits {
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x41...0x46: digit = UInt64(byte - 0x37)
      case 0x61...0x66: digit = UInt64(byte - 0x57)
      default: return nil
      }
      let (raised, tooLarge) = value.multipliedReportingOverflow(by: radix)
      let (sum, overflow) = raised.addingReportingOverflow(digit)
      guard digit < radix, !tooLarge, !overflow else { return nil }
      value = sum
    }
    return value
  }

  /// A decimal number and its unit, in nanoseconds; no digit may be lost.
  private static func time(_ text: ArraySlice<UInt8>) -> UInt64? {
    let digits = text.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
    let places: Int
    switch String(decoding: text[digits.endIndex...], as: UTF8.self) {
    case "s": places = 9
    case "ms": places = 6
    case "us": places = 3
    case "ns": places = 0
    default: return nil
    }
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2 else { return nil }
    let fraction = parts.count == 2 ? parts[1] : []
    guard fraction.count <= places, parts.count == 1 || !fraction.isEmpty else { return nil }
    let zeros = [UInt8](repeating: 0x30, count: places - fraction.count)
    return whole(first + fraction + zeros, radix: 10)
  }
}
