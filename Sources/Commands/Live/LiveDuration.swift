import Recording

/// The value of `--duration`: a number of seconds, or one with `ms`, `s`, `m` or `h` behind it.
enum LiveDuration {
  private static let units: [String: Double] = [
    "": 1e9, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
  ]

  /// - Returns: nanoseconds, at least one.
  static func parse(_ text: String) throws(RecordArgumentError) -> UInt64 {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = String(text.dropFirst(digits.count))
    guard let factor = units[unit], let number = Double(digits), number > 0,
      number * factor >= 1, number * factor < 9e18
    else {
      throw .badValue(
        option: "--duration", value: text, expected: "a time: 10, 0.5, 500ms, 2m or 1h")
    }
    return UInt64(number * factor)
  }
}
