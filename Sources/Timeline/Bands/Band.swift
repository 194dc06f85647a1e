/// A stretch of time on a row in which one thing went on.
public struct Band: Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// A CPU's row: which task ran. A task's row: on which CPU it ran.
    case running
    /// Woken, it waits for a CPU; `detail` is the number of the task that woke it.
    case woken
    /// Made to leave its CPU, it waits for one; `detail` is the task that took its place.
    case preempted
    case blocked
    case sleeping
    case hardInterrupt
    case softInterrupt
    case call
    case function
    case lost
    case pair
  }

  /// CPUs first, then tasks.
  public var row: UInt32
  public var kind: Kind
  /// How many of its kind it lies within.
  public var depth: UInt8 = 0
  /// In ns since the trace's first event. Both may lie outside of what was asked for.
  public var start: Int64
  public var end: Int64
  /// What it is of: see `Kind`; a system call's or an interrupt's number. -1 for none.
  public var detail: Int32 = -1
  /// Whether it goes on behind the part of the trace that was looked at.
  var isOpen = false
  /// Whether a wait for a CPU ended as the task was switched to.
  var isServed = false
}

extension Band {
  init(interrupt line: SliceCPU.Line, on cpu: Int, depth: Int, _ from: Int64, _ to: Int64) {
    self.init(
      row: UInt32(cpu), kind: line.isSoft ? .softInterrupt : .hardInterrupt,
      depth: UInt8(clamping: depth), start: from, end: to, detail: Int32(clamping: line.number))
  }

  /// - Parameter count: of events; -1 where nobody knows.
  init(lost count: Int, on cpu: Int, _ from: Int64, _ to: Int64) {
    self.init(
      row: UInt32(cpu), kind: .lost, start: from, end: to,
      detail: count < 0 ? -1 : Int32(clamping: count))
  }
}

/// An event's place on the rows of its CPU and its task.
public struct Tick: Sendable, BitwiseCopyable {
  /// In ns since the trace's first event.
  public var time: Int64
  /// Its place among all events, from 0.
  public var index: Int
  /// Of its CPU.
  public var cpu: UInt32
  /// The row of the task that ran; `UInt32.max` for the idle task.
  public var task: UInt32
  /// The buffer that it is from, and its `common_type`.
  public var source: UInt16
  public var id: UInt16
}
