import Glibc

/// The pages of one CPU as a recorder leaves them that was killed, mostly in a file of their own.
package struct PagesFile: Sendable, Equatable {
  /// The instance's name; empty for the top-level buffer.
  package var buffer: String
  package var clock: String
  package var cpu: Int
  package var path: String
  /// The size of a sub-buffer in bytes.
  package var pageSize: Int

  /// Where in the file they are; nil for all of it.
  package var bytes: Range<Int>?
  /// How many bytes of pages were written, where that is known.
  package var written: Int?
  /// Whether the file has room for more pages behind the last one, which reads as zeros.
  package var hasSpareRoom = false

  package init(
    buffer: String, clock: String, cpu: Int, path: String, pageSize: Int, bytes: Range<Int>? = nil
  ) {
    self.bytes = bytes
    self.buffer = buffer
    self.clock = clock
    self.cpu = cpu
    self.path = path
    self.pageSize = pageSize
  }

  /// What a message calls its pages.
  package var title: String { "pages of \(buffer.isEmpty ? "" : buffer + " ")CPU \(cpu)" }

  /// The same, at the path where it is now: in the folder of the recording that tells of it.
  ///
  /// What has the name there is taken before a whole path, which may lead to another recording's
  /// file by now; a path that is not whole never leads out of that folder.
  package func found(besides recording: String) -> PagesFile {
    guard path != recording else { return self }
    let base = recording.lastIndex(of: "/").map { recording[...$0] } ?? ""
    let name = String(path.split(separator: "/").last ?? "")
    let places = [base + name, path.hasPrefix("/") ? path : base + path]
    var found = self
    found.path = places.first { access($0, F_OK) == 0 } ?? places[0]
    return found
  }
}
