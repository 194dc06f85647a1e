import ByteIO
import CKernel
import Glibc

/// A file that is being written, at any offset.
final class OutputFile {
  let path: String
  let descriptor: Int32
  private let device: dev_t
  private let inode: ino_t
  private var isLinked: Bool

  /// Creates the file, or empties the one that is there.
  ///
  /// - Parameters:
  ///   - isExclusive: refuse a file that is there already.
  ///   - isNameless: the file gets its name by `rename`, so that nothing is left of it where this
  ///     process is killed. A file system that cannot do that gives it the name at once.
  init(
    path: String, isExclusive: Bool = false, isNameless: Bool = false
  ) throws(WritingError) {
    self.path = path
    let nameless = isNameless ? ck_open_nameless(Self.directory(of: path), 0o644) : -1
    isLinked = nameless < 0
    // Not truncated by open: what is no regular file is refused untouched, and a pipe must not be
    // waited for.
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | (isExclusive ? O_EXCL : 0)
    descriptor = nameless >= 0 ? nameless : open(path, flags, 0o644)
    guard descriptor >= 0 else {
      if isExclusive, errno == EEXIST { throw .leftover(path: path) }
      if errno == ENXIO { throw .notRegular(path: path) }
      throw .create(path: path, cause: SystemError("open", path: path))
    }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    device = status.st_dev
    inode = status.st_ino
    guard isKnown, status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
    guard ftruncate(descriptor, 0) == 0 else {
      throw .create(path: path, cause: SystemError("ftruncate", path: path))
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  }

  /// Takes the place of the file of another name.
  func rename(to other: ReplacedFile) throws(WritingError) {
    other.passOn(to: descriptor)
    if !isLinked {
      guard ck_name(descriptor, path) == 0 else { throw fail("linkat") }
      isLinked = true
    }
    guard Glibc.rename(path, other.path) == 0 else { throw fail("rename") }
  }

  /// Removes the file's name, if that still is this file's.
  func unlink() {
    guard isLinked else { return }
    isLinked = false
    var status = stat()
    guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
    Glibc.unlink(path)
  }

  func fail(_ call: String) -> WritingError { .write(path: path, cause: SystemError(call)) }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(WritingError) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, start + done, bytes.count - done, off_t(offset) + done)
      if count < 0 {
        if errno == EINTR { continue }
        throw fail("pwrite")
      }
      done += count
    }
  }

  func write(_ sink: borrowing ByteSink, at offset: Int64) throws(WritingError) {
    try write(sink.bytes, at: offset)
  }

  /// Fills `bytes`; what lies after the file's end is read as zeros.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int64) throws(WritingError) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = pread(descriptor, start + done, bytes.count - done, off_t(offset) + done)
      if count < 0 {
        if errno == EINTR { continue }
        throw fail("pread")
      }
      if count == 0 {
        (start + done).initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count - done)
        return
      }
      done += count
    }
  }

  func setSize(_ size: Int64) throws(WritingError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw fail("ftruncate") }
  }

  /// Claims blocks, so that writing there later cannot find the disk full. Does nothing where the
  /// file system cannot do that.
  func claim(_ offset: Int64, _ count: Int64) throws(WritingError) {
    guard ck_claim_blocks(descriptor, offset, count) != 0 else { return }
    if errno == ENOSPC || errno == EDQUOT || errno == EFBIG { throw fail("fallocate") }
  }

  /// Gives blocks back where the file system can do that.
  func punch(_ offset: Int64, _ count: Int64) {
    if count > 0 { _ = ck_punch_hole(descriptor, offset, count) }
  }

  /// Takes a range out of the file; false where that did not work and nothing changed.
  func collapse(_ offset: Int64, _ count: Int64) -> Bool {
    ck_collapse_range(descriptor, offset, count) == 0
  }
}
