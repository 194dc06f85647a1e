/// What stands in the address of the page so that nobody finds it who was not told: 128 random
/// bits.
package struct AccessToken: Sendable {
  /// 32 hexadecimal digits.
  package let text: String

  /// Makes one that nobody else has. Source: getrandom(2), by Swift's generator.
  package init() {
    let digits = String(UInt128.random(in: 0...UInt128.max), radix: 16)
    text = String(repeating: "0", count: Self.length - digits.utf8.count) + digits
  }

  private static let length = 32

  /// Whether a text is the token. How long that takes tells nothing about where they differ.
  func isEqual(to other: some StringProtocol) -> Bool {
    guard other.utf8.count == text.utf8.count else { return false }
    var differences: UInt8 = 0
    for (mine, theirs) in zip(text.utf8, other.utf8) { differences |= mine ^ theirs }
    return differences == 0
  }
}
