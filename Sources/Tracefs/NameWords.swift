import ByteIO

/// A wanted name in its words, to be compared with many others: `do_page_fault` has three.
struct NameWords {
  private let name: [UInt8]
  private let words: [[UInt8]]
  /// How many letters a name may differ that shares too few words.
  private let allowed: Int

  init(_ text: String) {
    name = Array(text.utf8)
    words = name.split(whereSeparator: Self.isBorder).map { Array($0) }
    allowed = max(2, name.count / 3)
  }

  /// The words that mean something: `do` and `vm` stand in too many names.
  private var meaning: some Sequence<[UInt8]> { words.lazy.filter { $0.count > 2 } }

  var count: Int { meaning.reduce(0) { count, _ in count + 1 } }

  /// Whether another name has all words that mean something, be they misspelled here.
  func allAre(in other: String) -> Bool {
    let others = Array(other.utf8).split(whereSeparator: Self.isBorder)
    return meaning.allSatisfy { word in
      others.contains { other in
        other.withUnsafeBufferPointer { Self.letters(of: word, in: $0) != nil }
      }
    }
  }

  private static func isBorder(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
  }

  /// How far another name is from this one, the less the nearer; nil where it has too little in
  /// common. A word in common is worth more than its letters in difference elsewhere.
  func difference(from other: UnsafeBufferPointer<UInt8>) -> Int? {
    let shared = lettersShared(with: other)
    if shared * 2 >= name.count, shared > 2 {
      return (Nearest.editDistance(name, other, atMost: 64) ?? 64) - 2 * shared
    }
    return Nearest.editDistance(name, other, atMost: allowed).map { $0 - 2 * shared }
  }

  /// The letters of the words that the other name has too, those misspelled taken off.
  private func lettersShared(with other: UnsafeBufferPointer<UInt8>) -> Int {
    var best = [Int](repeating: 0, count: words.count)
    var start = 0
    while start < other.count {
      var end = start
      while end < other.count, !Self.isBorder(other[end]) { end += 1 }
      let word = UnsafeBufferPointer(rebasing: other[start..<end])
      for (index, wanted) in words.enumerated() where best[index] < wanted.count {
        if let letters = Self.letters(of: wanted, in: word) {
          best[index] = max(best[index], letters)
        }
      }
      start = end + 1
    }
    return best.reduce(0, +)
  }

  /// What a word of the other name is worth as one of ours; nil where it is another word.
  private static func letters(of wanted: [UInt8], in word: UnsafeBufferPointer<UInt8>) -> Int? {
    if wanted.count == word.count, word.elementsEqual(wanted) { return wanted.count }
    // Short words are too much alike, and nobody errs in the first letter.
    guard wanted.count >= 4, wanted.first == word.first else { return nil }
    return Nearest.editDistance(wanted, word, atMost: wanted.count / 4).map { wanted.count - $0 }
  }
}
