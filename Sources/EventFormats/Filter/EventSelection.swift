import ByteIO

/// The part of a filter before its expression: which events it speaks of.
///
/// A list of `SYSTEM/EVENT`, `SYSTEM:EVENT`, `SYSTEM` or `EVENT`, each a regular expression that must
/// match the whole name, be it in upper or lower case.
struct EventSelection {
  /// Indices of the catalog, rising.
  var events: [Int]
  /// Where the expression begins, in bytes of the filter; nil where there is none.
  var expression: Int?

  init(_ bytes: [UInt8], in catalog: EventCatalog) throws(FilterProblem) {
    var chosen: Set<Int> = []
    var at = 0
    expression = nil
    while true {
      var end = at
      while end < bytes.count, !Self.isEnd(bytes[end]) { end += 1 }
      var item = Self.trimmed(at..<end, bytes)
      var split: Int? = bytes[item].firstIndex(of: UInt8(ascii: "/"))
      if end < bytes.count, bytes[end] == UInt8(ascii: ":"), split == nil,
        let whole = try Self.qualified(item, colon: end, bytes, catalog)
      {
        (item, split) = (whole, end)
        end = whole.upperBound
        while end < bytes.count, !Self.isEnd(bytes[end]) { end += 1 }
      }
      chosen.formUnion(try Self.events(item, split: split, bytes, catalog))
      guard end < bytes.count else { break }
      at = end + 1
      if bytes[end] == UInt8(ascii: ":") {
        expression = at
        break
      }
    }
    events = chosen.sorted()
  }

  private static func isEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":")
  }

  private static func trimmed(_ range: Range<Int>, _ bytes: [UInt8]) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, bytes[start].isBlank { start += 1 }
    while end > start, bytes[end - 1].isBlank { end -= 1 }
    return start..<end
  }

  /// `SYSTEM:EVENT`, where no expression can be meant: a word follows the colon at once and is the
  /// last thing before a comma, another colon or the end.
  private static func qualified(
    _ item: Range<Int>, colon: Int, _ bytes: [UInt8], _ catalog: EventCatalog
  ) throws(FilterProblem) -> Range<Int>? {
    var end = colon + 1
    while end < bytes.count, isPatternByte(bytes[end]) { end += 1 }
    guard !item.isEmpty, end > colon + 1 else { return nil }
    var next = end
    while next < bytes.count, bytes[next].isBlank { next += 1 }
    guard next == bytes.count || isEnd(bytes[next]) else { return nil }
    let system = try NamePattern(item, bytes)
    let name = try? NamePattern(colon + 1..<end, bytes)
    var isSystem = false
    for index in 0..<catalog.count where system.matches(catalog.system(at: index)) {
      isSystem = true
      if let name, name.matches(catalog.name(at: index)) { return item.lowerBound..<end }
    }
    let isEvent = (0..<catalog.count).contains { system.matches(catalog.name(at: $0)) }
    return isSystem && !isEvent ? item.lowerBound..<end : nil
  }

  private static func isPatternByte(_ byte: UInt8) -> Bool {
    byte.isNameByte || ".*[]^$\\-?|".utf8.contains(byte)
  }

  private static func events(
    _ item: Range<Int>, split: Int?, _ bytes: [UInt8], _ catalog: EventCatalog
  ) throws(FilterProblem) -> [Int] {
    guard !item.isEmpty else {
      throw FilterProblem(
        "an event's name is missing", at: item.lowerBound..<item.lowerBound,
        hint: "a filter is EVENT or EVENT: EXPRESSION; the event .* means all")
    }
    var found: [Int] = []
    if let split {
      let system = try NamePattern(item.lowerBound..<split, bytes)
      let name = try NamePattern(split + 1..<item.upperBound, bytes)
      for index in 0..<catalog.count
      where system.matches(catalog.system(at: index)) && name.matches(catalog.name(at: index)) {
        found.append(index)
      }
    } else {
      let pattern = try NamePattern(item, bytes)
      for index in 0..<catalog.count
      where pattern.matches(catalog.name(at: index)) || pattern.matches(catalog.system(at: index)) {
        found.append(index)
      }
    }
    // Of two formats with one id the first is the records'.
    found.removeAll { catalog.index(id: catalog.id(at: $0)) != $0 }
    guard found.isEmpty else { return found }
    throw unknown(item, split: split, bytes, catalog)
  }

  private static func unknown(
    _ item: Range<Int>, split: Int?, _ bytes: [UInt8], _ catalog: EventCatalog
  ) -> FilterProblem {
    let text = String(decoding: bytes[item], as: UTF8.self)
    func string(_ bytes: UnsafeRawBufferPointer) -> String {
      String(decoding: bytes, as: UTF8.self)
    }
    let names = (0..<catalog.count).map { string(catalog.name(at: $0)) }
    let systems = (0..<catalog.count).map { string(catalog.system(at: $0)) }
    var nearest: [String]
    if let split {
      let all = zip(systems, names).map { "\($0)/\($1)" }
      let wanted =
        String(decoding: bytes[item.lowerBound..<split], as: UTF8.self) + "/"
        + String(decoding: bytes[split + 1..<item.upperBound], as: UTF8.self)
      nearest = Nearest.names(to: wanted, among: Set(all))
    } else {
      nearest = Nearest.names(to: text, among: Set(names).union(systems))
    }
    return FilterProblem(
      "no event or system is named '\(text)' in this recording", at: item, nearest: nearest)
  }
}

/// One name of an events part.
private struct NamePattern {
  private let pattern: TextPattern

  init(_ range: Range<Int>, _ bytes: [UInt8]) throws(FilterProblem) {
    let text = bytes[range]
    if text.isEmpty {
      pattern = .literal([], atStart: false, atEnd: false)
    } else if text.allSatisfy(\.isNameByte) {
      pattern = .literal(text.map(TextPattern.lowercased), atStart: true, atEnd: true)
    } else {
      do throws(POSIXRegexError) {
        let text = String(decoding: text, as: UTF8.self)
        pattern = .regex(try POSIXRegex(text, syntax: .ofNames, wholeText: true))
      } catch {
        throw FilterProblem(
          "this regular expression is malformed: \(error.reason)", at: range)
      }
    }
  }

  func matches(_ name: UnsafeRawBufferPointer) -> Bool { pattern.matches(name) }
}
