/// Numbers as people read them.
package enum HumanNumber {
  /// `1,234,567`.
  package static func grouped(_ number: UInt64) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `1 event`, `2 events`.
  package static func count(_ number: UInt64, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// `640 B`, `45.6 MB`; a kilobyte is 1,000 bytes.
  package static func bytes(_ count: Int64) -> String {
    var value = Double(max(count, 0))
    for unit in ["B", "kB", "MB", "GB", "TB"] {
      if value < 999.95 || unit == "TB" {
        return unit == "B" ? "\(Int(value)) B" : "\(tenths(value)) \(unit)"
      }
      value /= 1000
    }
    return ""
  }

  /// `1.25 s` below a minute, then `2:05`, then `1:02:05`.
  package static func duration(nanoseconds: UInt64) -> String {
    let hundredths = nanoseconds / 10_000_000
    let seconds = hundredths / 100
    func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 60 { return "\(seconds).\(two(hundredths % 100)) s" }
    if seconds < 3600 { return "\(seconds / 60):\(two(seconds % 60))" }
    return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }

  /// `41 %`.
  package static func percent(_ share: Double) -> String {
    "\(Int((min(max(share, 0), 1) * 100).rounded())) %"
  }

  private static func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
  }
}
