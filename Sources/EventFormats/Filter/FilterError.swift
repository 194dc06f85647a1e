import ByteIO

/// A filter that cannot be compiled, with the place in its text.
package struct FilterError: ExplainedError, Equatable {
  /// The filter as it was given.
  package var filter: String
  /// What is wrong there.
  package var problem: String
  /// Where, in bytes of the filter.
  package var place: Range<Int>
  /// What to do about it.
  package var hint: String?

  init(_ problem: FilterProblem, in filter: String) {
    self.filter = filter
    self.problem = problem.text
    place = problem.place
    hint =
      problem.hint
      ?? (problem.nearest.isEmpty ? nil : "nearest: " + problem.nearest.joined(separator: ", "))
  }

  /// Three lines: what is wrong, the filter, a mark under the place.
  package var message: String {
    let bytes = Array(filter.utf8)
    let start = min(max(0, place.lowerBound), bytes.count)
    let end = min(max(start, place.upperBound), bytes.count)
    let before = Self.columns(bytes[..<start])
    let marked = max(1, Self.columns(bytes[start..<end]))
    // A control character would move what stands behind it away from its mark.
    let shown = String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    return "filter: \(problem)\n  \(shown)\n  " + String(repeating: " ", count: before) + "^"
      + String(repeating: "~", count: marked - 1)
  }

  private static func columns(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.count { $0 & 0xc0 != 0x80 }
  }
}

/// What is wrong with a filter, found on the way.
struct FilterProblem: Error, Equatable {
  var text: String
  /// Bytes from the filter's start.
  var place: Range<Int>
  var nearest: [String] = []
  var hint: String?
  /// The name of the field that an event does not have.
  var missingField: String?

  init(
    _ text: String, at place: Range<Int>, nearest: [String] = [], hint: String? = nil,
    missingField: String? = nil
  ) {
    self.text = text
    self.place = place
    self.nearest = nearest
    self.hint = hint
    self.missingField = missingField
  }
}
