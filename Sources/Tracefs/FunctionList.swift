package import ByteIO
import Glibc

/// The functions that can be traced: `available_filter_functions`, about 60,000 lines.
public struct FunctionList: Sendable {
  /// Every line ended by a NUL, for the C library's matcher.
  private let bytes: [UInt8]

  /// Takes the file's bytes: `name` or `name [module]` a line.
  public init(_ file: [UInt8]) {
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
  public func hasMatch(glob: String) -> Bool {
    var isFound = false
    forEachLine { _, line in
      if !isFound {
        isFound = fnmatch(glob, String(decoding: Self.name(line), as: UTF8.self), 0) == 0
      }
    }
    return isFound
  }

  // MARK: Meant, perhaps

  /// The functions that a person may have meant: those that share most of the name's words, a
  /// misspelled word counting nearly as much, and those that are spelled alike.
  public func nearest(to name: String, limit: Int = 6) -> [String] {
    let wanted = NameWords(name)
    var found: [(score: Int, name: String)] = []
    forEachLine { _, line in
      let bytes = Self.name(line)
      // The insides of tracepoints carry the names of events.
      if bytes.starts(with: "__traceiter_".utf8) || bytes.starts(with: "__probestub_".utf8) {
        return
      }
      if let score = wanted.difference(from: bytes) {
        found.append((score, String(decoding: bytes, as: UTF8.self)))
      }
    }
    found.sort { $0 < $1 }
    // Static functions of one name stand there once for each.
    var result: [String] = []
    for (_, name) in found where !result.contains(name) {
      result.append(name)
      if result.count == limit { break }
    }
    return result
  }
}
