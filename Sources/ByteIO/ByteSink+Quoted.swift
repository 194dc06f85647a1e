extension ByteSink {
  /// Appends text as the inside of a JSON string.
  ///
  /// Bytes that are not UTF-8 become U+FFFD, one for each. Source: RFC 8259 §7.
  @inlinable public mutating func append(json text: UnsafeRawBufferPointer) {
    guard let start = text.baseAddress else { return }
    var isPlain = true
    for byte in text where byte < 0x20 || byte >= 0x7f || byte == 0x22 || byte == 0x5c {
      isPlain = false
      break
    }
    if _fastPath(isPlain) {
      append(UnsafeRawBufferPointer(start: start, count: text.count))
    } else {
      appendEscaped(text)
    }
  }

  @usableFromInline mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
    var at = 0
    while at < text.count {
      let byte = text[at]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\t"): append("\\t")
      case UInt8(ascii: "\r"): append("\\r")
      case 0..<0x20, 0x7f:
        append("\\u00")
        append(hex: UInt64(byte), width: 2)
      case 0..<0x80: append(byte)
      default:
        let length = Self.sequenceLength(text, at)
        if length == 0 {
          append("\\ufffd")
        } else if byte == 0xc2, text[at + 1] < 0xa0 {
          // Controls of eight bits: some terminals obey them.
          append("\\u00")
          append(hex: UInt64(text[at + 1]), width: 2)
          at += 1
        } else {
          append(UnsafeRawBufferPointer(rebasing: text[at..<at + length]))
          at += length - 1
        }
      }
      at += 1
    }
  }

  /// How many bytes of valid UTF-8 stand at a place as one character; 0 for none (RFC 3629 §4).
  private static func sequenceLength(_ text: UnsafeRawBufferPointer, _ at: Int) -> Int {
    let first = text[at]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: length = 3
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    case 0xf1...0xf3: length = 4
    default: return 0
    }
    guard at + length <= text.count, second.contains(text[at + 1]) else { return 0 }
    for place in (at + 2)..<max(at + length, at + 2) where text[place] & 0xc0 != 0x80 { return 0 }
    return length
  }

  /// Appends text as a cell of a CSV row, in quotes where it needs them (RFC 4180 §2).
  public mutating func append(csv text: UnsafeRawBufferPointer) {
    guard text.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x2c }) else {
      return append(text)
    }
    append(UInt8(ascii: "\""))
    for byte in text {
      if byte == UInt8(ascii: "\"") { append(byte) }
      append(byte)
    }
    append(UInt8(ascii: "\""))
  }
}
