/// What the kernel asks of the names of events, fields and variables (kernel/trace/trace_probe.c:
/// "Event name must follow the same rules as C identifiers").
enum KernelName {
  /// Of an event or group, in bytes; the kernel's limit of 64 counts the NUL.
  static let eventLimit = 63
  /// Of an argument of a probe.
  static let argumentLimit = 31

  static func isIdentifier(_ name: some StringProtocol) -> Bool {
    guard let first = name.utf8.first, TextScanner.isLetter(first) else { return false }
    return name.utf8.allSatisfy(TextScanner.isNameByte)
  }

  static func check(
    _ name: String, _ what: String, limit: Int = eventLimit
  ) throws(TracefsError) {
    guard isIdentifier(name) else {
      throw .badValue(
        what: what, text: name, expected: "letters, digits and _, a digit not first")
    }
    guard name.utf8.count <= limit else {
      throw .badValue(what: what, text: name, expected: "\(limit) bytes or fewer")
    }
  }

  /// A name made of any text: what may not stand in a name becomes `_`.
  static func sanitized(_ text: String) -> String {
    var bytes = text.utf8.map { TextScanner.isNameByte($0) ? $0 : UInt8(ascii: "_") }
    if let first = bytes.first, TextScanner.isDigit(first) {
      bytes.insert(UInt8(ascii: "_"), at: 0)
    }
    return String(decoding: bytes.prefix(eventLimit), as: UTF8.self)
  }

  /// One line, as every write to a control file must be.
  static func checkLine(_ text: String, _ what: String) throws(TracefsError) {
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw .badValue(what: what, text: text, expected: "one line of text")
    }
  }
}
