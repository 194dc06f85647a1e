import ByteIO
import Glibc

/// The three descriptors that every program begins with.
enum StandardStreams {
  /// Takes the places of those that the caller closed, so that no file of ours comes to stand
  /// there. Reading from or writing to them fails as if they were still closed.
  static func fillGaps() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      // The lowest free number is given: this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes a text to standard output.
  static func print(_ text: String) throws {
    try writing { try Array(text.utf8).withUnsafeBytes { try writeAll($0, to: STDOUT_FILENO) } }
  }

  /// Runs what writes to standard output, or to another place that is named; a failure names it.
  static func writing<T>(to place: String = "standard output", _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as SystemError where error.call == "write" && error.path == nil {
      throw SystemError(error.call, path: place, code: error.code)
    }
  }
}
