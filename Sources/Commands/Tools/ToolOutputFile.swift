import ByteIO
import Glibc
import KernelTools

/// A file that a tool writes at its end, opened at its start: what cannot be written is said before
/// anything is traced, and what was there before stays until there is something in its place.
final class ToolOutputFile {
  private let path: String
  private let descriptor: Int32
  /// It was not there, and is nothing worth until it is written.
  private let isNew: Bool
  private var isWritten = false

  /// - Parameter input: what is read, which it must not be.
  init(_ path: String, beside input: String?) throws {
    if let input, FileIdentity.isSame(path, input) {
      throw ToolUsageError.badValue(
        option: "--svg", value: path, expected: "another file than the recording that is read")
    }
    self.path = path
    isNew = access(path, F_OK) != 0
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw SystemError("write", path: path) }
  }

  func write(_ text: String) throws {
    let (descriptor, path) = (descriptor, path)
    try StandardStreams.writing(to: path) {
      // A pipe or a terminal has no length.
      if ftruncate(descriptor, 0) != 0, errno != EINVAL { throw SystemError("write", path: path) }
      try Array(text.utf8).withUnsafeBytes { try writeAll($0, to: descriptor) }
    }
    isWritten = true
  }

  deinit {
    close(descriptor)
    if isNew, !isWritten { unlink(path) }
  }
}
