/// A text of the kernel that records refer to by its address: a line of `printk_formats`.
public struct PrintkFormat: Hashable, Sendable {
  public var address: UInt64
  /// With escapes as the kernel prints them: `\n` is two letters.
  public var text: String

  /// `0xffffffff824d90db : "CPU_ON"`.
  init?(_ line: some StringProtocol) {
    let parts = String(line).parts(separatedBy: " : ")
    guard parts.count == 2, parts[0].hasPrefix("0x"),
      let address = UInt64(parts[0].dropFirst(2), radix: 16), parts[1].utf8.count >= 2,
      parts[1].hasPrefix("\""), parts[1].hasSuffix("\"")
    else { return nil }
    self.address = address
    text = String(parts[1].dropFirst().dropLast())
  }
}

extension TracingDirectory {
  /// In the kernel's order, in which some stand twice.
  public func printkFormats() throws(TracefsError) -> [PrintkFormat] {
    try read(.printkFormats).split(separator: "\n").compactMap { PrintkFormat($0) }
  }
}
