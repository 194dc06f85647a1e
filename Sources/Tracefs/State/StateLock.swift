import ByteIO
import Glibc

/// Keeps the runs of kscope from reading, noting and writing settings at the same time.
///
/// A lock on the directory of journals (flock(2)): it goes with the process that holds it. What is
/// done under it is one change of one file, or the putting back of a run's changes.
enum StateLock {
  /// Between two tries, in microseconds.
  private static let pause: UInt32 = 5_000
  /// Somebody who holds it so long is stopped or stuck.
  private static let tries = 6_000

  /// Returns what is to be closed, or nil where the lock could not be had in 30 s.
  static func hold(_ directory: StateDirectory) throws(TracefsError) -> Int32? {
    let descriptor = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .journal(path: directory.path, problem: SystemError("open").reason)
    }
    for _ in 0..<tries {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
      guard errno == EWOULDBLOCK || errno == EINTR else {
        let problem = SystemError("flock").reason
        close(descriptor)
        throw .journal(path: directory.path, problem: problem)
      }
      usleep(pause)
    }
    close(descriptor)
    return nil
  }

  static func isStuck(_ directory: StateDirectory) -> TracefsError {
    .journal(
      path: directory.path, problem: "another run of kscope has kept it locked for 30 s")
  }
}
