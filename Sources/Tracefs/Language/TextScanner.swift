/// Reads a text of one of the kernel's small languages from left to right.
///
/// What it throws names the place, so that a caret can stand under it.
struct TextScanner {
  /// What is read, for errors.
  let what: String
  let text: String
  private let bytes: [UInt8]
  /// Of the next byte.
  private(set) var place = 0

  init(_ text: String, what: String) {
    self.what = what
    self.text = text
    bytes = Array(text.utf8)
  }

  func failure(
    _ problem: String, at place: Int? = nil, nearest: [String] = []
  ) -> TracefsError {
    .malformed(
      MalformedText(
        what: what, text: text, place: place ?? self.place, problem: problem, nearest: nearest))
  }

  // MARK: Looking

  var isAtEnd: Bool { place >= bytes.count }

  var next: UInt8? { isAtEnd ? nil : bytes[place] }

  /// The byte so many places on.
  func peek(_ distance: Int) -> UInt8? {
    bytes.indices.contains(place + distance) ? bytes[place + distance] : nil
  }

  var isAtBlank: Bool { next.map(Self.isBlank) ?? false }

  func isAt(_ part: String) -> Bool { bytes[place...].starts(with: part.utf8) }

  /// The bytes up to the first that the condition refuses.
  func look(while condition: (UInt8) -> Bool) -> String {
    String(decoding: bytes[place...].prefix(while: condition), as: UTF8.self)
  }

  /// The next word, up to a blank.
  var word: String { look { !Self.isBlank($0) } }

  // MARK: Taking

  mutating func advance(_ count: Int = 1) { place = min(place + count, bytes.count) }

  mutating func take(while condition: (UInt8) -> Bool) -> String {
    let part = look(while: condition)
    place += part.utf8.count
    return part
  }

  mutating func takeWord() -> String { take { !Self.isBlank($0) } }

  mutating func skipBlanks() { _ = take(while: Self.isBlank) }

  /// Takes a text if it comes next.
  mutating func take(_ part: String) -> Bool {
    guard isAt(part) else { return false }
    place += part.utf8.count
    return true
  }

  /// All that is left.
  mutating func takeRest() -> String {
    take { _ in true }
  }

  mutating func expect(_ part: String) throws(TracefsError) {
    guard take(part) else { throw failure("expected '\(part)'") }
  }

  /// A letter or `_`, then those and digits; empty where none is next.
  mutating func takeIdentifier() -> String {
    guard let next, Self.isLetter(next) else { return "" }
    return take(while: Self.isNameByte)
  }

  mutating func expectIdentifier(_ what: String) throws(TracefsError) -> String {
    let name = takeIdentifier()
    guard !name.isEmpty else { throw failure("expected \(what)") }
    return name
  }

  /// `12` or `0x1f`; nil where none is next.
  mutating func takeNumber() throws(TracefsError) -> UInt64? {
    guard let next, Self.isDigit(next) else { return nil }
    let start = place
    let word = take(while: Self.isNameByte)
    let isHex = word.hasPrefix("0x") || word.hasPrefix("0X")
    guard let number = isHex ? UInt64(word.dropFirst(2), radix: 16) : UInt64(word) else {
      throw failure("'\(word)' is no number of 64 bits", at: start)
    }
    return number
  }

  mutating func expectNumber(_ what: String) throws(TracefsError) -> UInt64 {
    guard let number = try takeNumber() else { throw failure("expected \(what)") }
    return number
  }

  /// The same, where an `Int` is wanted.
  mutating func expectInt(_ what: String) throws(TracefsError) -> Int {
    let start = place
    guard let number = Int(exactly: try expectNumber(what)) else {
      throw failure("too large a number", at: start)
    }
    return number
  }

  // MARK: Bytes

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    let small = byte | 0x20
    return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(small) || byte == UInt8(ascii: "_")
  }

  static func isNameByte(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
}
