/// One `%…` of a format string.
struct ConversionSpec {
  var flags: ConversionFlags = []
  var width = 0
  /// -1 where none is given.
  var precision = -1
  /// Bytes of the number: 1, 2, 4, 8, or 0 for `long`.
  var size = 4
  var letter: UInt8 = 0
  /// The letters after `%p`.
  var suffix: [UInt8] = []
  /// The whole conversion as it stands.
  var source: ArraySlice<UInt8> = []

  /// Width and precision as a step's `c`.
  var packed: UInt32 {
    UInt32(UInt16(clamping: width)) | UInt32(precision < 0 ? 0xffff : UInt16(clamping: precision))
      << 16
  }

  var isPlain: Bool { flags.isEmpty && width == 0 && precision < 0 }

  /// Reads the conversion whose `%` is at `at`; moves `at` behind it. Nil at the text's end.
  init?(_ text: [UInt8], at: inout Int) {
    let start = at
    var i = at + 1
    func peek() -> UInt8 { i < text.count ? text[i] : 0 }
    loop: while true {
      switch peek() {
      case UInt8(ascii: "-"): flags.insert(.left)
      case UInt8(ascii: "0"): flags.insert(.zero)
      case UInt8(ascii: "+"): flags.insert(.plus)
      case UInt8(ascii: " "): flags.insert(.space)
      case UInt8(ascii: "#"): flags.insert(.alternate)
      default: break loop
      }
      i += 1
    }
    func number() -> Int {
      var value = 0
      while peek().isDigit {
        value = min(value * 10 + Int(peek() - 0x30), 4096)
        i += 1
      }
      return value
    }
    if peek() == UInt8(ascii: "*") {
      flags.insert(.widthOnStack)
      i += 1
    } else {
      width = number()
    }
    if peek() == UInt8(ascii: ".") {
      i += 1
      if peek() == UInt8(ascii: "*") {
        flags.insert(.precisionOnStack)
        i += 1
      } else {
        precision = number()
      }
    }
    modifiers: while true {
      switch peek() {
      case UInt8(ascii: "h"): size = size == 2 ? 1 : 2
      case UInt8(ascii: "l"): size = size == 0 ? 8 : 0
      case UInt8(ascii: "L"), UInt8(ascii: "q"), UInt8(ascii: "j"): size = 8
      case UInt8(ascii: "z"), UInt8(ascii: "t"), UInt8(ascii: "Z"): size = 0
      default: break modifiers
      }
      i += 1
    }
    letter = peek()
    guard letter != 0 else {
      at = text.count
      return nil
    }
    i += 1
    if letter == UInt8(ascii: "p") {
      suffix = Self.pointerSuffix(text, at: &i)
    }
    source = text[start..<min(i, text.count)]
    at = i
  }

  /// The letters after `%p` that change what is printed
  /// (Documentation/core-api/printk-formats.rst).
  private static func pointerSuffix(_ text: [UInt8], at i: inout Int) -> [UInt8] {
    func peek(_ ahead: Int = 0) -> UInt8 { i + ahead < text.count ? text[i + ahead] : 0 }
    func take(_ count: Int) -> [UInt8] {
      defer { i += count }
      return Array(text[i..<min(i + count, text.count)])
    }
    switch peek() {
    case UInt8(ascii: "F"), UInt8(ascii: "f"), UInt8(ascii: "S"), UInt8(ascii: "s"),
      UInt8(ascii: "B"):
      let isFirmwareNode = peek() == UInt8(ascii: "f") && peek(1) == UInt8(ascii: "w")
      if isFirmwareNode { return take(2) }
      let first = take(1)
      if peek() == UInt8(ascii: "R") || peek() == UInt8(ascii: "b") { i += 1 }
      return first
    case UInt8(ascii: "M"), UInt8(ascii: "m"):
      return take(peek(1) == UInt8(ascii: "F") || peek(1) == UInt8(ascii: "R") ? 2 : 1)
    case UInt8(ascii: "I"), UInt8(ascii: "i"):
      switch peek(1) {
      case UInt8(ascii: "4"):
        let order: [UInt8] = Array("hnbl".utf8)
        return take(order.contains(peek(2)) ? 3 : 2)
      case UInt8(ascii: "6"): return take(peek(2) == UInt8(ascii: "c") ? 3 : 2)
      case UInt8(ascii: "S"):
        var length = 2
        let options: [UInt8] = Array("pfschnbl".utf8)
        while options.contains(peek(length)) { length += 1 }
        return take(length)
      default: return []
      }
    case UInt8(ascii: "U"):
      let forms: [UInt8] = Array("bBlL".utf8)
      return take(forms.contains(peek(1)) ? 2 : 1)
    case UInt8(ascii: "h"):
      let separators: [UInt8] = Array("CDN".utf8)
      return take(separators.contains(peek(1)) ? 2 : 1)
    case UInt8(ascii: "x"), UInt8(ascii: "K"), UInt8(ascii: "e"): return take(1)
    case UInt8(ascii: "a"):
      return take(peek(1) == UInt8(ascii: "p") || peek(1) == UInt8(ascii: "d") ? 2 : 1)
    default: return []
    }
  }
}
