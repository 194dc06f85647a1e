import Tracefs

/// The query as it was written, for errors that show it with a caret under the place.
struct QueryText {
  let text: String

  /// - Parameter place: in UTF-8 bytes from the start of the text.
  func failure(_ problem: String, at place: Int, nearest: [String] = []) -> TracefsError {
    let bytes = Array(text.utf8)
    let place = max(0, min(place, bytes.count))
    // A query may have several lines, and a caret stands under one.
    let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    let line = bytes[..<start].count { $0 == UInt8(ascii: "\n") } + 1
    let hasLines = bytes.dropLast().contains(UInt8(ascii: "\n"))
    return .malformed(
      MalformedText(
        what: hasLines ? "SQL, line \(line)" : "SQL",
        text: String(decoding: bytes[start..<end], as: UTF8.self), place: place - start,
        problem: problem, nearest: nearest))
  }
}
