import Glibc

/// A folder of its own for a test; gone, with its files, when the test lets go of it.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init(in parent: String = "/var/tmp") {
    var template = Array("\(parent)/kscope-test-XXXXXX\0".utf8)
    template.withUnsafeMutableBytes { bytes in
      guard let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress else { return }
      _ = mkdtemp(start)
    }
    path = String(decoding: template.dropLast(), as: UTF8.self)
  }

  deinit {
    for name in names { unlink(path + "/" + name) }
    rmdir(path)
  }

  package func path(_ name: String) -> String { path + "/" + name }

  /// What is in it, sorted.
  package var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file there and returns its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) -> String {
    let descriptor = open(path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { rest in
        Glibc.write(descriptor, rest.baseAddress.map { $0 + done }, rest.count - done)
      }
      guard count > 0 else { break }
      done += count
    }
    return path(name)
  }

  /// The bytes of a file there.
  package func read(_ name: String) -> [UInt8] {
    let descriptor = open(path(name), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let got = Glibc.read(
          descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        guard got > 0 else { break }
        count += got
      }
    }
  }
}
