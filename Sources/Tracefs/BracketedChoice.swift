/// A control file that lists what can be chosen, the current choice in brackets:
/// `[local] global counter`.
package struct BracketedChoice: Equatable, Sendable {
  /// Every choice, in the kernel's order.
  package var all: [String]
  package var current: String?

  package init(_ text: String) {
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
