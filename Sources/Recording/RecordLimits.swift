/// Values of `--duration` and `--max-size`.
enum RecordLimits {
  /// A time above 0 in nanoseconds: a number with `ms`, `s` (or nothing), `m` or `h`.
  static func duration(_ text: String) -> UInt64? {
    value(
      text,
      units: [
        "": 1_000_000_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000,
      ])
  }

  /// A size above 0 in bytes: a number with nothing, `K`, `M`, `G` or `T`, which are powers of 1024.
  static func size(_ text: String) -> Int64? {
    value(
      text.uppercased(), units: ["": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
    ).flatMap { Int64(exactly: $0) }
  }

  private static func value(_ text: String, units: [String: UInt64]) -> UInt64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = UInt64(digits), number > 0,
      let unit = units[String(text.dropFirst(digits.count))]
    else { return nil }
    let (result, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : result
  }
}
