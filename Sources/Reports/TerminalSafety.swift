import ByteIO

/// Keeps bytes of a recording from steering a terminal.
///
/// Names of tasks and texts of events are whatever some process wrote. Control characters are shown
/// as `^[` and the like, the eight-bit ones (also as UTF-8) as `M-^[`; other bytes stay.
package enum TerminalSafety {
  /// Shows the control characters of what was appended from `start` on; a tab stays.
  static func escape(_ sink: inout ByteSink, from start: Int) {
    let text = UnsafeRawBufferPointer(rebasing: sink.bytes[start...])
    guard text.indices.contains(where: { isControl(text, $0) }) else { return }
    let shown = shown(Array(text))
    sink.truncate(to: start)
    shown.withUnsafeBytes { sink.append($0) }
  }

  /// A file's name, which must not end the line either.
  static func shownName(_ name: String) -> [UInt8] { shownInLine(Array(name.utf8)) }

  /// Of what must not end the line either.
  package static func shownInLine(_ text: [UInt8]) -> [UInt8] {
    shown(text).flatMap { $0 == UInt8(ascii: "\n") ? Array("^J".utf8) : [$0] }
  }

  static func shown(_ text: [UInt8]) -> [UInt8] {
    text.withUnsafeBytes { text in
      var shown: [UInt8] = []
      for place in text.indices {
        guard isControl(text, place) else {
          shown.append(text[place])
          continue
        }
        let byte = text[place]
        if byte >= 0x80 { shown += Array("M-".utf8) }
        shown.append(UInt8(ascii: "^"))
        shown.append(byte & 0x7f ^ 0x40)
      }
      return shown
    }
  }

  private static func isControl(_ text: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    let byte = text[place]
    switch byte {
    case UInt8(ascii: "\t"), UInt8(ascii: "\n"): return false
    case 0..<0x20, 0x7f: return true
    case 0x80..<0xa0:
      // Inside a longer character of UTF-8 it is no control character; behind 0xc2 it is one.
      guard place > 0 else { return true }
      let before = text[place - 1]
      return before == 0xc2 || before < 0x80
    default: return false
    }
  }
}
