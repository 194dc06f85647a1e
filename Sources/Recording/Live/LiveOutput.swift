import ByteIO
import Glibc

/// Where what is shown of a stream goes, to somebody who may be slow or go away.
///
/// Nothing is written that would have to be waited for without a look at what else happens: a
/// signal, the end of the time. What cannot wait at all (a file) is simply written.
final class LiveOutput {
  let descriptor: Int32
  private let mayBlock: Bool
  /// So much goes into a pipe that `poll` calls writable, without waiting (pipe(7), PIPE_BUF).
  private static let piece = 4096

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    mayBlock = !isKnown || status.st_mode & S_IFMT != S_IFREG
  }

  /// Whether whoever read it has gone away.
  func isClosed(_ events: Int16) -> Bool { events & Int16(POLLERR | POLLNVAL) != 0 }

  /// What `poll` is to look at while nothing is to be written.
  var idle: pollfd { pollfd(fd: mayBlock ? descriptor : -1, events: 0, revents: 0) }

  /// Writes all bytes.
  ///
  /// - Parameter wait: waits until the descriptor can be written to; false gives up.
  /// - Returns: false where it was given up.
  func write(
    _ bytes: UnsafeRawBufferPointer, waiting wait: (pollfd) -> Bool
  ) throws(SystemError) -> Bool {
    guard mayBlock else {
      try writeAll(bytes, to: descriptor)
      return true
    }
    var rest = bytes
    while !rest.isEmpty {
      guard wait(pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)) else { return false }
      let count = Glibc.write(descriptor, rest.baseAddress, min(rest.count, Self.piece))
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw SystemError("write")
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return true
  }
}
