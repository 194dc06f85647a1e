/// Bits of a number by their names, as a program's source has them: `MS_RDONLY|MS_BIND`.
struct KernelFlags: Sendable {
  let names: [(bits: Int, name: String)]

  init(_ names: [(bits: Int, name: String)]) { self.names = names }

  /// - Returns: `0` for none; what has no name stands at the end, in hexadecimal.
  func text(_ number: Int) -> String {
    var rest = number
    var words: [String] = []
    for (bits, name) in names where bits != 0 && rest & bits == bits {
      words.append(name)
      rest &= ~bits
    }
    if rest != 0 { words.append("0x" + String(UInt(bitPattern: rest), radix: 16)) }
    return words.isEmpty ? "0" : words.joined(separator: "|")
  }
}
