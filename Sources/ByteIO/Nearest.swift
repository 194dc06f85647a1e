/// The names that a person may have meant.
package enum Nearest {
  /// Up to `limit` of `candidates`, best first: those within a third of the name's length in edit
  /// distance, or of which one contains the other.
  package static func names(
    to name: String, among candidates: some Sequence<String>, limit: Int = 5
  ) -> [String] {
    let wanted = Array(name.lowercased().utf8)
    let allowed = max(2, wanted.count / 3)
    var found: [(score: Int, name: String)] = []
    for candidate in candidates {
      let have = Array(candidate.lowercased().utf8)
      var distance = editDistance(wanted, have, atMost: allowed)
      if distance == nil, min(wanted.count, have.count) >= 3,
        contains(have, wanted) || contains(wanted, have)
      {
        distance = allowed + 1
      }
      if let distance { found.append((distance, candidate)) }
    }
    found.sort { ($0.score, $0.name) < ($1.score, $1.name) }
    return found.prefix(limit).map(\.name)
  }

  /// How many letters to insert, delete, replace or swap with a neighbour; nil when more than
  /// `limit`.
  package static func editDistance(
    _ left: some Collection<UInt8>, _ right: some Collection<UInt8>, atMost limit: Int
  ) -> Int? {
    guard abs(left.count - right.count) <= limit else { return nil }
    let left = Array(left)
    let right = Array(right)
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var before = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = previous
    for i in 1...left.count {
      current[0] = i
      var best = i
      for j in 1...right.count {
        let cost = left[i - 1] == right[j - 1] ? 0 : 1
        var value = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          value = min(value, before[j - 2] + 1)
        }
        current[j] = value
        best = min(best, value)
      }
      if best > limit { return nil }
      (before, previous, current) = (previous, current, before)
    }
    return previous[right.count] <= limit ? previous[right.count] : nil
  }

  /// Whether `part`, which is not empty, occurs in `text`.
  package static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard !part.isEmpty, part.count <= text.count else { return false }
    for start in 0...(text.count - part.count)
    where text[start] == part[0] && text[start..<start + part.count].elementsEqual(part) {
      return true
    }
    return false
  }
}
