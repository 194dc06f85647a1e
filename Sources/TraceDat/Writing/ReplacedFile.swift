import ByteIO
import Glibc

/// What a new file takes the place of: links are followed, and the mode is kept.
///
/// Taking a name by rename(2) would replace a link, a pipe or a device by a file of its own, so
/// nothing but a regular file is replaced.
struct ReplacedFile {
  /// Where the new file goes: the end of all links.
  let path: String
  /// The mode and owner that the file there has; nil where there is none.
  private let status: stat?

  init(_ path: String) throws(WritingError) {
    guard !path.isEmpty else {
      throw .create(path: "''", cause: SystemError("open", path: path, code: ENOENT))
    }
    self.path = try Self.target(of: path)
    var found = stat()
    if lstat(self.path, &found) == 0 {
      guard found.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
      status = found
    } else {
      status = nil
    }
  }

  /// Follows links, one whose target is not there yet as well.
  private static func target(of path: String) throws(WritingError) -> String {
    var path = path
    // As many as the kernel follows (path_resolution(7)).
    for _ in 0..<40 {
      var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(path, &bytes, bytes.count)
      guard count > 0 else { return path }
      let link = String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
      path = link.hasPrefix("/") ? link : OutputFile.directory(of: path) + "/" + link
    }
    throw .create(path: path, cause: SystemError("open", path: path, code: ELOOP))
  }

  /// Gives a new file the mode of the one that it replaces, and its owner where that is allowed.
  func passOn(to descriptor: Int32) {
    guard let status else { return }
    // The owner first: changing it takes the set-ID bits away.
    _ = fchown(descriptor, status.st_uid, status.st_gid)
    _ = fchmod(descriptor, status.st_mode & 0o7777)
  }
}
