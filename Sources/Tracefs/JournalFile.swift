import ByteIO
import Glibc

/// A journal on disk, open for adding to.
final class JournalFile {
  let path: String
  private let descriptor: Int32

  /// Starts a new journal, to be named for its writer.
  init(_ journal: Journal, in directory: StateDirectory) throws(TracefsError) {
    let process = journal.writer.process
    // A process may hold several states at once; the first free number keeps them apart.
    for number in 0..<1000 {
      let suffix = number == 0 ? "" : "-\(number)"
      let path = "\(directory.path)/journal-\(process.pid)-\(process.startTime)\(suffix)"
      let opened = open(
        path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
      if opened < 0, errno == EEXIST { continue }
      guard opened >= 0 else {
        throw .journal(path: path, problem: SystemError("open").reason)
      }
      self.path = path
      descriptor = opened
      try add(journal.header)
      return
    }
    throw .journal(path: directory.path, problem: "too many journals of process \(process.pid)")
  }

  deinit { close(descriptor) }

  /// Adds a line; with `synced`, returns only when it is on disk.
  func add(_ line: String, synced: Bool = false) throws(TracefsError) {
    var line = line
    let failure = line.withUTF8 { bytes -> SystemError? in
      do throws(SystemError) {
        try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
        return nil
      } catch { return error }
    }
    if let failure { throw .journal(path: path, problem: failure.reason) }
    if synced, fdatasync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      throw .journal(path: path, problem: SystemError("fdatasync").reason)
    }
  }

  func remove() { unlink(path) }
}
