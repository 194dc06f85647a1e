import Glibc
import Tracefs

/// Whether two paths lead to one file, so that a recording is never written over itself.
enum FileIdentity {
  static func isSame(_ one: String, _ other: String) -> Bool {
    var (a, b) = (stat(), stat())
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev
      && a.st_ino == b.st_ino
  }

  /// Whether a path leads to one of the files that are read below a tracing directory, or a copy of
  /// one; the deepest are `events/SYSTEM/EVENT/format`.
  static func isBelow(_ directory: String, _ path: String, levels: Int = 4) -> Bool {
    var wanted = stat()
    guard stat(path, &wanted) == 0 else { return false }
    return isBelow(directory, wanted, levels)
  }

  private static func isBelow(_ directory: String, _ wanted: stat, _ levels: Int) -> Bool {
    let names = (try? TextFile.names(in: directory)) ?? []
    return names.contains { name in
      let place = "\(directory)/\(name)"
      var found = stat()
      guard stat(place, &found) == 0 else { return false }
      if found.st_mode & S_IFMT == S_IFDIR {
        return levels > 1 && isBelow(place, wanted, levels - 1)
      }
      return found.st_dev == wanted.st_dev && found.st_ino == wanted.st_ino
    }
  }
}
