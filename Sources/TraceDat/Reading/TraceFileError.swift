package import ByteIO
import Glibc

/// Something in a file that is not as the format says.
///
/// Thrown where nothing of the file can be read; otherwise collected in `TraceFile.problems`, and
/// what can be read is.
package struct TraceFileError: ExplainedError, Equatable {
  package enum Kind: Equatable, Sendable {
    /// The file could not be opened or mapped.
    case system(SystemError)
    case empty
    /// It does not begin as a trace.dat does.
    case foreign
    /// A version that is neither 6 nor 7.
    case version(String)
    /// Bytes that ought to be there are not.
    case truncated(ByteCursorError)
    /// Bytes that are there and make no sense.
    case invalid(String)
    /// Bytes that were there when the file was opened are gone.
    case cutOff
    /// The recording goes on, or was not brought to its end.
    case unfinished
    /// The pages are in another file, which `kscope restore` looks for.
    case elsewhere(String)
    /// A packed section that cannot be unpacked.
    case compression(CompressionError)
  }

  package var path: String
  /// What was read: a section, an option, a page.
  package var part: String
  /// Where that begins, in bytes from the start of the file.
  package var offset: Int
  package var kind: Kind

  package init(path: String, part: String, offset: Int, _ kind: Kind) {
    self.path = path
    self.part = part
    self.offset = offset
    self.kind = kind
  }

  package var message: String {
    switch kind {
    case .system(let error) where error.call == "open" && error.code == EINVAL:
      "cannot read \(path): it is not a regular file"
    case .system(let error):
      "cannot read \(path): \(error.reason)"
    case .empty:
      "\(path) is empty: no trace.dat header at offset 0"
    case .foreign:
      "\(path) is not a trace.dat file: expected 17 08 44 and \"tracing\" at offset 0"
    case .version(let found):
      "\(path) is of trace.dat version \"\(found)\"; versions 6 and 7 can be read"
    case .truncated(let error) where error.needed == 0:
      "\(path): \(part) at offset \(offset): no terminating zero from offset \(error.offset) on"
    case .truncated(let error):
      """
      \(path): \(part) at offset \(offset): \(error.needed) bytes expected at offset \
      \(error.offset), \(max(0, error.available)) there
      """
    case .invalid(let what):
      "\(path): \(part) at offset \(offset): \(what)"
    case .cutOff:
      """
      \(path): the file was cut off at offset \(offset) or a little behind while it was read, or \
      cannot be read there; what is missing is left out
      """
    case .unfinished:
      "\(path): its recording was not finished; this is what was written until now"
    case .elsewhere(let other):
      "\(path): the \(part) are still in \(other)"
    case .compression(let error):
      "\(path): \(part) at offset \(offset): \(error.message)"
    }
  }

  package var hint: String? {
    switch kind {
    case .system(let error) where error.code == ENOENT && path == "trace.dat":
      "record one with 'kscope record', or name a file with -i"
    case .truncated: "the file may have been cut off while it was written or copied"
    case .unfinished, .elsewhere:
      "where nothing records it any more, 'kscope restore \(path)' makes it whole"
    default: nil
    }
  }
}
