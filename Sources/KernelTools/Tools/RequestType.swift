import ByteIO

/// What a request to a disk does, by the letters that the block layer's events have for it.
///
/// Source: blk_fill_rwbs of kernel/trace/blktrace.c: F for a flush before, the operation, then F for
/// what must be on the disk at the end, A, S and M.
struct RequestType {
  private let letters: [UInt8]
  /// Where the operation stands.
  private let place: Int

  init(_ text: ShortText) {
    letters = text.bytes
    let operations = Array("RWDN".utf8)
    let isFlushedBefore = letters.first == UInt8(ascii: "F") && letters.count > 1
    place = isFlushedBefore && (operations + [UInt8(ascii: "F")]).contains(letters[1]) ? 1 : 0
  }

  /// `R`, `W`, `D` for discarded, `F` for a flush, `N` for others.
  var operation: String {
    letters.indices.contains(place) ? String(UnicodeScalar(letters[place])) : "?"
  }

  /// bcc's words: `Sync-Write`.
  var words: String {
    var rest = letters.dropFirst(place + 1)
    let name: String
    switch operation {
    case "R": name = "Read"
    case "W": name = "Write"
    case "F": name = "Flush"
    case "D" where rest.first == UInt8(ascii: "E"):
      name = "SecureErase"
      rest.removeFirst()
    case "D": name = "Discard"
    default: name = "Unknown"
    }
    let flags: [(letter: Character, word: String)] = [
      ("A", "ReadAhead-"), ("F", "ForcedUnitAccess-"), ("M", "Metadata-"), ("S", "Sync-"),
    ]
    let before = place == 1 ? "PreFlush-" : ""
    return before
      + flags.filter { rest.contains($0.letter.asciiValue ?? 0) }.map(\.word).joined() + name
  }
}
