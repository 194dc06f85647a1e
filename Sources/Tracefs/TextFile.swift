package import ByteIO
import Glibc

/// Whole small files in and out, in the calls that tracefs understands.
///
/// Every `write` of a control file is one command to the kernel, so text is never split or joined.
package enum TextFile {
  /// How a file is opened for writing; for many control files this is the difference between
  /// "set to" and "add" (Documentation/trace/ftrace.rst).
  public enum Mode: Sendable {
    /// `O_TRUNC`: empties the list first.
    case replace
    /// No `O_TRUNC`: adds to what is there.
    case append
  }

  package static func read(_ path: String) throws(SystemError) -> String {
    String(decoding: try readBytes(path), as: UTF8.self)
  }

  /// Reads to the end; sizes that `stat` gives for tracefs are 0.
  package static func readBytes(_ path: String) throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    defer { close(descriptor) }
    // Some files come in pieces of one page however much is asked for (/proc/kallsyms has 2,000), so
    // the pieces go through one buffer and the array grows as it likes.
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { piece.deallocate() }
    var bytes: [UInt8] = []
    while true {
      var got = Glibc.read(descriptor, piece.baseAddress, piece.count)
      while got < 0 && errno == EINTR {
        got = Glibc.read(descriptor, piece.baseAddress, piece.count)
      }
      if got < 0 { throw SystemError("read", path: path) }
      if got == 0 { return bytes }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[..<got]))
    }
  }

  /// Opens once and hands the kernel each text in a `write` of its own.
  ///
  /// Where the kernel takes only the front of a text (it reads `set_ftrace_filter` word by word)
  /// the rest follows in the next call.
  package static func write(
    _ texts: [String], to path: String, _ mode: Mode
  ) throws(SystemError) {
    let flags = mode == .replace ? O_WRONLY | O_TRUNC : O_WRONLY | O_APPEND
    let descriptor = open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    var failure: SystemError?
    for text in texts where failure == nil {
      var text = text
      failure = text.withUTF8 { bytes -> SystemError? in
        do throws(SystemError) {
          try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
          return nil
        } catch { return SystemError("write", path: path, code: error.code) }
      }
    }
    // The function filters take effect when the file is closed, and only then can say no.
    if close(descriptor) != 0, failure == nil { failure = SystemError("close", path: path) }
    if let failure { throw failure }
  }

  /// Writes bytes in one `write`, as a file that takes records wants it.
  package static func writeBytes(_ bytes: [UInt8], to path: String) throws(SystemError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw SystemError("write", path: path) }
  }

  /// The first bytes of a file, as many as one `read` gives.
  static func readHead(_ path: String, _ count: Int) throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    defer { close(descriptor) }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      let got = Glibc.read(descriptor, buffer.baseAddress, count)
      failed = got < 0
      used = max(0, got)
    }
    if failed { throw SystemError("read", path: path) }
    return bytes
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The names in a directory, sorted, without `.` and `..`.
  package static func names(in directory: String) throws(SystemError) -> [String] {
    try namesAsListed(in: directory).sorted()
  }

  /// The same in the order in which the kernel lists them.
  package static func namesAsListed(in directory: String) throws(SystemError) -> [String] {
    guard let stream = opendir(directory) else { throw SystemError("opendir", path: directory) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Where a symbolic link leads; nil for anything else.
  static func link(_ path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &target, target.count)
    guard count > 0 else { return nil }
    return String(decoding: target[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package static func isDirectory(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

  static func isRegular(_ path: String) -> Bool { kind(of: path) == S_IFREG }

  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}

extension StringProtocol {
  /// Without blanks and newlines at both ends.
  var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
    while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
    return String(rest)
  }

  /// Whether a text, which is not empty, occurs in it.
  func contains(part: String) -> Bool {
    Nearest.contains(Array(utf8), Array(part.utf8))
  }

  /// What stands before and after the first occurrence of a text; all of it where there is none.
  func parts(separatedBy part: String) -> [String] {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) {
        return [String(self[..<start]), String(self[index(start, offsetBy: part.count)...])]
      }
      start = index(after: start)
    }
    return [String(self)]
  }

  /// Its lines, without empty ones.
  var lines: [String] {
    let parts: [SubSequence] = split { $0.isNewline }
    return parts.map { String($0) }
  }

  /// Its words, parted by blanks and newlines.
  var words: [String] {
    let parts: [SubSequence] = split { $0.isWhitespace }
    return parts.map { String($0) }
  }
}
