import Glibc

/// The functions that can be traced: `available_filter_functions`, about 60,000 lines.
package struct FunctionList: Sendable {
  /// Every line ended by a NUL, for the C library's matcher.
  private let bytes: [UInt8]

  /// Takes the file's bytes: `name` or `name [module]` a line.
  package init(_ file: [UInt8]) {
    var bytes = file
    if bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") { bytes[index] = 0 }
    self.bytes = bytes
  }

  /// Calls with every line, its place from 1 (the number the kernel takes in place of a name) and
  /// the text ended by NUL.
  private func forEachLine(_ body: (Int, UnsafeBufferPointer<UInt8>) -> Void) {
    bytes.withUnsafeBufferPointer { all in
      var start = 0
      var number = 1
      while start < all.count {
        var end = start
        while end < all.count && all[end] != 0 { end += 1 }
        if end > start, end < all.count {
          body(number, UnsafeBufferPointer(rebasing: all[start..<end]))
          number += 1
        }
        start = end + 1
      }
    }
  }

  /// The lines that match, as the file has them.
  package func lines(matching regex: POSIXRegex) -> [String] {
    var found: [String] = []
    forEachLine { _, line in
      if Self.matches(regex, line) { found.append(String(decoding: line, as: UTF8.self)) }
    }
    return found
  }

  /// The functions that match, without their modules, and their places in the list from 1.
  package func functions(matching regex: POSIXRegex) -> [(name: String, number: Int)] {
    var found: [(name: String, number: Int)] = []
    forEachLine { number, line in
      if Self.matches(regex, line) {
        found.append((String(decoding: Self.name(line), as: UTF8.self), number))
      }
    }
    return found
  }

  private static func matches(_ regex: POSIXRegex, _ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = line.baseAddress else { return false }
    // The NUL lies just past the line.
    return start.withMemoryRebound(to: CChar.self, capacity: line.count + 1) { regex.matches($0) }
  }

  /// The line up to the blank before `[module]`.
  private static func name(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    guard let blank = line.firstIndex(of: 0x20) else { return line }
    return UnsafeBufferPointer(rebasing: line[..<blank])
  }

  /// Whether any function matches a glob of `*`, `?` and `[`.
  package func hasMatch(glob: String) -> Bool {
    var isFound = false
    forEachLine { _, line in
      if !isFound {
        isFound = fnmatch(glob, String(decoding: Self.name(line), as: UTF8.self), 0) == 0
      }
    }
    return isFound
  }

  // MARK: Meant, perhaps

  /// The functions that a person may have meant: those that share the most of the name's words,
  /// then those that are spelled alike.
  package func nearest(to name: String, limit: Int = 6) -> [String] {
    let wanted = Array(name.utf8)
    let words = wanted.split(separator: UInt8(ascii: "_")).map { Array($0) }
    let allowed = max(2, wanted.count / 3)
    var byWords: [(shared: Int, distance: Int, name: String)] = []
    var bySpelling: [(distance: Int, name: String)] = []
    forEachLine { _, line in
      let bytes = Self.name(line)
      // The insides of tracepoints carry the names of events.
      if bytes.starts(with: "__traceiter_".utf8) || bytes.starts(with: "__probestub_".utf8) {
        return
      }
      var shared = 0
      for word in words where Self.hasWord(bytes, word) { shared += word.count }
      if shared * 2 >= wanted.count, shared > 2 {
        let distance = Nearest.editDistance(wanted, bytes, atMost: 64) ?? 64
        byWords.append((shared, distance, String(decoding: bytes, as: UTF8.self)))
      }
      if let distance = Nearest.editDistance(wanted, bytes, atMost: allowed) {
        bySpelling.append((distance, String(decoding: bytes, as: UTF8.self)))
      }
    }
    // A word more is worth a few letters of difference.
    byWords.sort { ($0.distance - $0.shared, $0.name) < ($1.distance - $1.shared, $1.name) }
    bySpelling.sort { $0 < $1 }
    var result: [String] = []
    for candidate in byWords.prefix(limit).map(\.name) + bySpelling.prefix(limit).map(\.name)
    where !result.contains(candidate) {
      result.append(candidate)
    }
    return Array(result.prefix(limit))
  }

  /// Whether a word stands in a name between `_`, `.` or its ends.
  private static func hasWord(_ name: UnsafeBufferPointer<UInt8>, _ word: [UInt8]) -> Bool {
    guard word.count <= name.count else { return false }
    func isBorder(_ index: Int) -> Bool {
      index < 0 || index >= name.count || name[index] == UInt8(ascii: "_")
        || name[index] == UInt8(ascii: ".")
    }
    for start in 0...(name.count - word.count) where name[start] == word[0] && isBorder(start - 1) {
      if isBorder(start + word.count), name[start..<start + word.count].elementsEqual(word) {
        return true
      }
    }
    return false
  }
}
