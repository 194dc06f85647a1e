package import ByteIO
import Glibc

/// A recording that could not be written.
package enum WritingError: ExplainedError, Equatable {
  /// The file, or a part file beside it, could not be made.
  case create(path: String, cause: SystemError)
  /// Something other than a regular file is there.
  case notRegular(path: String)
  /// A part file of an earlier recording is in the way.
  case leftover(path: String)
  case write(path: String, cause: SystemError)
  case compress(path: String, cause: CompressionError)
  /// What was asked for cannot be put into the format.
  case unsupported(path: String, reason: String)

  /// The same of the file that was asked for, where it has another name while it is written.
  func of(_ path: String) -> WritingError {
    switch self {
    case .create(_, let cause): .create(path: path, cause: cause)
    case .notRegular: .notRegular(path: path)
    case .leftover: self
    case .write(_, let cause): .write(path: path, cause: cause)
    case .compress(_, let cause): .compress(path: path, cause: cause)
    case .unsupported(_, let reason): .unsupported(path: path, reason: reason)
    }
  }

  package var message: String {
    switch self {
    case .create(let path, let cause): "cannot create \(path): \(cause.reason)"
    case .notRegular(let path): "\(path) is not a regular file"
    case .leftover(let path): "\(path) is there already, from a recording that did not end"
    case .write(let path, let cause): "cannot write \(path): \(cause.call): \(cause.reason)"
    case .compress(let path, let cause): "cannot write \(path): \(cause.message)"
    case .unsupported(let path, let reason): "cannot write \(path): \(reason)"
    }
  }

  package var hint: String? {
    switch self {
    case .create, .notRegular: "name another file"
    case .leftover: "move it away, or remove it if its data are not wanted"
    case .write(_, let cause) where cause.code == ENOSPC || cause.code == EDQUOT:
      "make room, or name a file elsewhere"
    case .write, .compress, .unsupported: nil
    }
  }
}
