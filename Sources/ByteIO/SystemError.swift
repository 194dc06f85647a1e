public import Glibc

/// A system call that failed: which, on what, and why.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The value of `errno`.
  public var code: Int32
  /// The name of the call, as its manual page spells it.
  public var call: String
  /// The path it was about, if any.
  public var path: String?

  /// Takes `errno` as the call left it.
  public init(_ call: String, path: String? = nil, code: Int32 = errno) {
    self.call = call
    self.path = path
    self.code = code
  }

  /// The system's words for the code: "No such file or directory".
  public var reason: String { String(cString: strerror(code)) }

  public var description: String {
    if let path { "\(path): \(reason)" } else { "\(call): \(reason)" }
  }
}
