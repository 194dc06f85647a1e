/// What uname(2) told of the machine that a recording is from.
package struct RecordedUname: Equatable, Sendable {
  /// The kernel's, `6.12.38`.
  package var release: String
  /// The hardware's, `x86_64`.
  package var machine: String
}

extension TraceFile {
  /// Nil where the file does not tell.
  package var uname: RecordedUname? {
    guard let option = options.first(where: { $0.id == .uname }) else { return nil }
    // The kernel's name, the host's, the kernel's version and the machine.
    let words = option.text.split(separator: " ")
    guard words.count > 3 else { return nil }
    return RecordedUname(release: String(words[2]), machine: String(words[words.count - 1]))
  }
}
