import Glibc

/// Whether two paths lead to one file, so that a recording is never written over itself.
enum FileIdentity {
  static func isSame(_ one: String, _ other: String) -> Bool {
    var (a, b) = (stat(), stat())
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev
      && a.st_ino == b.st_ino
  }
}
