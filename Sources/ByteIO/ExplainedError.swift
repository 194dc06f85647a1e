/// An error that a person can act on.
///
/// Every module's error type conforms; `Commands` prints `message` after the program's name and
/// `hint`, if any, on the next line, and ends with `exitStatus`.
public protocol ExplainedError: Error, Sendable {
  /// What happened: what was read or written, where, and what was expected. One line, no full stop.
  var message: String { get }
  /// What to do next, where that is known. One line.
  var hint: String? { get }
  /// 1 unless scripts depend on another; 0 where it is worth saying, and nothing went wrong.
  var exitStatus: Int32 { get }
}

extension ExplainedError {
  public var hint: String? { nil }
  public var exitStatus: Int32 { 1 }
}

extension SystemError: ExplainedError {
  public var message: String { description }
}
