import CKernel
import Glibc

/// A file's bytes, mapped for reading.
///
/// Pages come in when touched and can be dropped by the system at any time, so a file of any size
/// costs no memory of ours. Where the file is cut off meanwhile, zeros are read in place of what is
/// gone, and `firstLostByte` says so. Bytes that are in memory already can stand in for a file's.
public final class MappedFile: Sendable {
  public let path: String
  private nonisolated(unsafe) let base: UnsafeRawPointer
  private let storage: Storage
  private let guardNumber: Int32
  /// The length in bytes when it was opened.
  public let count: Int

  private enum Storage { case nothing, mapped, owned }

  /// Maps the file at `path`; throws where it cannot be opened or is not a regular file.
  public init(path: String) throws(SystemError) {
    // A pipe would be waited for; that it is none is only known when it is open.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError("fstat", path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let code = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
      throw SystemError("open", path: path, code: code)
    }
    self.path = path
    count = Int(status.st_size)
    storage = count > 0 ? .mapped : .nothing
    if count == 0 {
      base = UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped  // never read: there are no bytes
      guardNumber = -1
      return
    }
    guard let mapped = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED
    else { throw SystemError("mmap", path: path) }
    guardNumber = ck_guard_mapping(mapped, count)
    guard guardNumber >= 0 else {
      let error = SystemError("mmap", path: path)
      munmap(mapped, count)
      throw error
    }
    base = UnsafeRawPointer(mapped)
  }

  /// A copy of `bytes`, exactly as long as they are, under a name that messages give.
  public init(copying bytes: UnsafeRawBufferPointer, named path: String) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
    copy.copyMemory(from: bytes)
    self.path = path
    count = bytes.count
    storage = .owned
    guardNumber = -1
    base = UnsafeRawPointer(copy.baseAddress.unsafelyUnwrapped)  // there is at least one byte
  }

  /// Bytes that are given away: allocated with `UnsafeMutableRawBufferPointer.allocate`, at least
  /// one, of which the first `count` are the file's. They are freed with this object.
  package init(adopting bytes: UnsafeMutableRawBufferPointer, count: Int, named path: String) {
    precondition(count >= 0 && count <= bytes.count && bytes.baseAddress != nil)
    self.path = path
    self.count = count
    storage = .owned
    guardNumber = -1
    base = UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped)  // checked above
  }

  deinit {
    switch storage {
    case .nothing: break
    case .mapped:
      ck_unguard_mapping(guardNumber)
      munmap(UnsafeMutableRawPointer(mutating: base), count)
    case .owned: base.deallocate()
    }
  }

  /// Where the bytes begin, or a little before, that were wanted and that the file no longer has;
  /// nil as long as all were there.
  public var firstLostByte: Int? {
    guard guardNumber >= 0 else { return nil }
    let offset = Int(ck_first_lost_byte(guardNumber))
    return offset >= 0 ? offset : nil
  }

  /// All bytes; valid as long as this object lives.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Lends the bytes as a span.
  public func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes.bytes)
  }

  /// Tells the system that the bytes of a range will not be wanted again soon.
  public func release(_ range: Range<Int>) {
    guard storage == .mapped else { return }
    let page = Int(getpagesize())
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard start >= 0, start < end, end <= count else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }
}
