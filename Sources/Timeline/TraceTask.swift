/// A task that a trace tells of.
///
/// One row; a number that was used again belongs to another task.
public struct TraceTask: Sendable, Hashable {
  /// The thread's number (`pid` in the kernel's events).
  public var pid: Int32
  /// The process that it is a thread of; 0 where nobody knows.
  public var process: Int32 = 0
  /// The pid of the task that made it; 0 where nobody knows.
  public var parent: Int32 = 0
  /// Which of the opened recordings it is from.
  public var machine: Int
  /// What it was called, one after the other; the last name is the one to show.
  public var names: [String] = []
  /// In ns since the trace's first event; nil where the trace does not tell.
  public var born: Int64?
  public var gone: Int64?
  /// How long it ran, in ns.
  public var running: UInt64 = 0
  /// How many events there are that happened while it ran.
  public var eventCount = 0

  init(pid: Int32, machine: Int) {
    self.pid = pid
    self.machine = machine
  }
}
