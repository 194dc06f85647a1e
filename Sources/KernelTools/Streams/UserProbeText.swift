import Tracefs

/// A probe of a program as people write it: `p:bash:readline`, `r:typed bash:readline
/// +0($retval):ustring`, `p:/bin/bash:0x4a0f0`.
struct UserProbeText {
  /// `p` or `r`.
  let letter: Character
  private let name: String?
  private let group: String?
  let target: String
  /// A function, `function+8`, or a place in the file.
  let place: String
  private let values: String

  init(_ text: String) throws(ToolUsageError) {
    func wrong() -> ToolUsageError {
      .badValue(
        option: "DEFINITION", value: text,
        expected: "p or r, a target and a place: p:bash:readline, 'r:NAME libc:malloc $retval'")
    }
    let text = text.split(separator: " ", omittingEmptySubsequences: false).joined(separator: " ")
    guard let letter = text.first, letter == "p" || letter == "r" else { throw wrong() }
    self.letter = letter
    var rest = text.dropFirst()
    var name: Substring?
    if rest.first == ":" {
      rest.removeFirst()
      let word = rest.prefix { $0 != " " }
      if !word.contains(":") {
        name = word
        rest = rest.dropFirst(word.count)
      }
    } else if rest.first != " " {
      throw wrong()
    }
    rest = rest.drop { $0 == " " }
    let whole = rest.prefix { $0 != " " }
    guard let colon = whole.lastIndex(of: ":") else { throw wrong() }
    target = String(whole[..<colon])
    place = String(whole[whole.index(after: colon)...])
    values = String(rest.dropFirst(whole.count).drop { $0 == " " })
    let parts = (name ?? "").split(separator: "/", omittingEmptySubsequences: false).map(
      String.init)
    guard !target.isEmpty, !place.isEmpty, parts.count <= 2 else { throw wrong() }
    group = parts.count == 2 ? parts[0] : nil
    self.name = parts.last.flatMap { $0.isEmpty ? nil : $0 }
  }

  var hasNoName: Bool { name == nil }

  /// As perf-tools: the function's name, unless another is given.
  var eventName: String {
    if let name { return name }
    let isOffset = place.first?.isNumber ?? false
    let file = target.split(separator: "/").last.map(String.init) ?? target
    return StreamWords.eventName(isOffset ? "\(file)_\(place)" : place)
  }

  /// With the file's path and the place in it.
  func probe() throws -> ProbeEvent {
    let path = try ProgramSearch.path(of: target)
    // The kernel's language is read by its own reader: only the place is looked up here.
    var probe = try ProbeEvent(
      "\(letter):\(group ?? "kscope")/\(eventName) \(path):0x0"
        + (values.isEmpty ? "" : " " + values))
    let place = UserPlace(path, offset: try offset(in: path))
    probe.point = letter == "r" ? .userReturn(place) : .user(place)
    return probe
  }

  private func offset(in path: String) throws -> UInt64 {
    let parts = place.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    if let number = Self.number(place) { return number }
    let start = try ProgramSymbols(path: path).offset(of: String(parts[0]))
    guard parts.count == 2 else { return start }
    guard let more = Self.number(String(parts[1])) else {
      throw ToolUsageError.badValue(
        option: "DEFINITION", value: place, expected: "a function, and a number behind its +")
    }
    return start &+ more
  }

  private static func number(_ text: String) -> UInt64? {
    text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
  }
}
