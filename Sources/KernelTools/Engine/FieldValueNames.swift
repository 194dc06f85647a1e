/// The names of a field's values, out of an event's print format:
/// `__print_symbolic(REC->reason, { 2, "NO_SOCKET" }, …)`.
enum FieldValueNames {
  static func read(_ field: String, _ printFormat: String) -> [Int: String] {
    let text = Array(printFormat.utf8)
    let head = Array("__print_symbolic(REC->\(field),".utf8)
    guard
      let start = text.indices.first(where: { text[$0...].starts(with: head) })
    else { return [:] }
    var rest = text[(start + head.count)...]
    var names: [Int: String] = [:]
    while true {
      rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
      // Whatever else comes, it ends the list.
      guard rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}"))
      else { return names }
      let entry = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
      let parts = entry.split(separator: ",", maxSplits: 1).map(trimmed)
      if parts.count == 2, let value = number(parts[0]), parts[1].hasPrefix("\"") {
        names[value] = String(parts[1].dropFirst().dropLast())
      }
      rest = rest[(end + 1)...]
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func number(_ text: Substring) -> Int? {
    text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
  }
}
