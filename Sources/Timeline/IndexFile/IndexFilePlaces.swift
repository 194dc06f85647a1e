import Glibc

/// Where the index of a recording is kept: beside it, or where that cannot be, among this user's
/// caches.
struct IndexFilePlaces {
  /// The best first.
  let paths: [String]

  /// - Parameters:
  ///   - recording: the first that was opened.
  ///   - caches: the folder for caches; nil where there is none.
  init(of recording: String, caches: String?) {
    var paths = [recording + ".kscope"]
    if let caches, let whole = Self.wholePath(recording) {
      let name = recording.split(separator: "/").last.map { String($0) } ?? recording
      // Recordings of one name are many.
      let sum = Array(whole.utf8).withUnsafeBytes { IndexFileHead.checksum($0) }
      paths.append("\(caches)/kscope/\(String(sum, radix: 16))-\(name.prefix(100)).kscope")
    }
    self.paths = paths
  }

  /// `$XDG_CACHE_HOME`, else `~/.cache`.
  static var userCaches: String? {
    if let path = value("XDG_CACHE_HOME"), path.hasPrefix("/") { return path }
    return value("HOME").map { $0 + "/.cache" }
  }

  private static func value(_ name: String) -> String? {
    guard let text = getenv(name), text.pointee != 0 else { return nil }
    return String(cString: text)
  }

  private static func wholePath(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}
