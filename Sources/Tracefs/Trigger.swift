/// The text of a trigger or function command (Documentation/trace/events.rst, "Event triggers";
/// ftrace.rst, "Filter commands").
package enum Trigger {
  /// The line that takes a trigger away again; for a removal, the line that adds it.
  package static func removal(of trigger: String) -> String {
    trigger.hasPrefix("!") ? String(trigger.dropFirst()) : "!" + trigger
  }

  /// The line that adds what the kernel lists: `stacktrace:unlimited if x` was `stacktrace if x`.
  package static func command(fromListed line: String) -> String {
    var text = line
    for state in [" [active]", " [paused]"] where text.hasSuffix(state) {
      text.removeLast(state.count)
    }
    guard !text.hasPrefix("hist:") else { return text }
    var condition = ""
    if let range = firstRange(of: " if ", in: text) {
      condition = String(text[range.lowerBound...])
      text = String(text[..<range.lowerBound])
    }
    if text.hasSuffix(":unlimited") {
      text.removeLast(":unlimited".count)
    } else if let range = lastRange(of: ":count=", in: text) {
      text = text[..<range.lowerBound] + ":" + text[range.upperBound...]
    }
    return text + condition
  }

  /// The line that takes a listed function command away; one that counts needs `:0`.
  package static func functionRemoval(ofListed line: String) -> String {
    let command = command(fromListed: line)
    guard let range = lastRange(of: ":count=", in: line) else { return "!" + command }
    return "!" + line[..<range.lowerBound] + ":0"
  }

  private static func firstRange(of part: String, in text: String) -> Range<String.Index>? {
    var start = text.startIndex
    while start < text.endIndex {
      if text[start...].hasPrefix(part) {
        return start..<text.index(start, offsetBy: part.count)
      }
      start = text.index(after: start)
    }
    return nil
  }

  private static func lastRange(of part: String, in text: String) -> Range<String.Index>? {
    var start = text.endIndex
    while start > text.startIndex {
      start = text.index(before: start)
      if text[start...].hasPrefix(part) {
        return start..<text.index(start, offsetBy: part.count)
      }
    }
    return nil
  }
}
