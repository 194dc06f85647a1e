/// What `trace` is to show, and how.
struct TraceSpec {
  let wish: FieldWish
  /// nil for the event's own text.
  let format: TraceFormat?

  init(_ text: String) throws(ToolUsageError) {
    var scanner = NamedEventScanner(text)
    scanner.skipBlanks()
    _ = scanner.take("t:")
    guard let event = scanner.takeEvent() else { throw Self.bad(text) }
    let filter = scanner.takeFilter()
    scanner.skipBlanks()
    var fields: [String] = []
    if scanner.rest.isEmpty {
      format = nil
    } else {
      guard let template = scanner.takeQuoted() else { throw Self.bad(text) }
      scanner.skipBlanks()
      if scanner.take(",") {
        guard let found = scanner.takeFields() else { throw Self.bad(text) }
        fields = found
      }
      scanner.skipBlanks()
      guard scanner.rest.isEmpty, let format = TraceFormat(template) else { throw Self.bad(text) }
      guard format.valueCount == fields.count else {
        throw .badValue(
          option: "SPEC", value: text,
          expected: "as many fields as the format has places for (\(format.valueCount))")
      }
      self.format = format
    }
    wish = FieldWish(event: event, fields: fields, filter: filter)
  }

  private static func bad(_ text: String) -> ToolUsageError {
    .badValue(
      option: "SPEC", value: text,
      expected: "SYSTEM:EVENT or probe:FUNCTION(…), [if FILTER] [\"FORMAT\", FIELD, …]")
  }
}

/// A format such as printf(3) has them, for fields of any size.
struct TraceFormat {
  private enum Part {
    case text(String)
    case value(Conversion)
  }

  private struct Conversion {
    var isLeft = false
    var hasZeros = false
    var width = 0
    var letter: Character = "d"
  }

  private var parts: [Part] = []

  /// nil where a conversion is none of those that are known.
  init?(_ template: String) {
    var rest = Substring(template)
    var text = ""
    while let letter = rest.popFirst() {
      if letter == "\\", let next = rest.popFirst() {
        text += next == "t" ? "\t" : next == "n" ? " " : String(next)
        continue
      }
      guard letter == "%" else {
        text.append(letter)
        continue
      }
      if rest.first == "%" {
        text.append(rest.removeFirst())
        continue
      }
      guard let conversion = Self.conversion(&rest) else { return nil }
      if !text.isEmpty { parts.append(.text(text)) }
      text = ""
      parts.append(.value(conversion))
    }
    if !text.isEmpty { parts.append(.text(text)) }
  }

  private static func conversion(_ rest: inout Substring) -> Conversion? {
    var conversion = Conversion()
    while let flag = rest.first, "-0".contains(flag) {
      if flag == "-" { conversion.isLeft = true } else { conversion.hasZeros = true }
      rest.removeFirst()
    }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    if !digits.isEmpty {
      guard let width = Int(digits), width <= 256 else { return nil }
      conversion.width = width
      rest = rest.dropFirst(digits.count)
    }
    // How large a number is the field says itself.
    rest = rest.drop { "hlzjt".contains($0) }
    guard let letter = rest.popFirst(), "diuxXocspK".contains(letter) else { return nil }
    conversion.letter = letter
    return conversion
  }

  var valueCount: Int {
    parts.count {
      if case .value = $0 { true } else { false }
    }
  }

  /// - Parameter function: the function that an address is in.
  func text(of values: [FieldContent], function: (UInt) -> String) -> String {
    var values = values[...]
    return parts.reduce(into: "") { text, part in
      switch part {
      case .text(let constant): text += constant
      case .value(let conversion):
        guard let value = values.popFirst() else { return }
        let shown = Self.shown(value, conversion.letter, function)
        let blanks = max(0, conversion.width - shown.count)
        if conversion.isLeft {
          text += shown + String(repeating: " ", count: blanks)
        } else if conversion.hasZeros, shown.first == "-" {
          text += "-" + String(repeating: "0", count: blanks) + shown.dropFirst()
        } else {
          text += String(repeating: conversion.hasZeros ? "0" : " ", count: blanks) + shown
        }
      }
    }
  }

  private static func shown(
    _ value: FieldContent, _ letter: Character, _ function: (UInt) -> String
  ) -> String {
    guard let bits = value.bits else { return value.shown }
    return switch letter {
    case "x": String(bits, radix: 16)
    case "X": String(bits, radix: 16, uppercase: true)
    case "o": String(bits, radix: 8)
    case "p": "0x" + String(bits, radix: 16)
    case "c": String(UnicodeScalar(UInt8(truncatingIfNeeded: bits)))
    case "K": function(bits)
    case "u": String(bits)
    case "s": value.shown
    // An address is a number as well.
    default: if case .address = value { String(bits) } else { value.shown }
    }
  }
}
