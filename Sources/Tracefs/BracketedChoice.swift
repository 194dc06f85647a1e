/// A control file that lists what can be chosen, the current choice in brackets:
/// `[local] global counter`.
public struct BracketedChoice: Equatable, Sendable {
  /// Every choice, in the kernel's order.
  public var all: [String]
  public var current: String?

  public init(_ text: String) {
    all = []
    for word in text.words {
      if word.hasPrefix("["), word.hasSuffix("]") {
        let name = String(word.dropFirst().dropLast())
        current = name
        all.append(name)
      } else {
        all.append(word)
      }
    }
  }
}
