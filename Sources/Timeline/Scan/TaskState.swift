/// What a task does at a moment.
package enum TaskState: UInt8, Sendable, BitwiseCopyable {
  /// Nobody has told yet, or events were lost since.
  case unknown
  case running
  /// Was woken, and waits for a CPU.
  case woken
  /// Was made to leave its CPU, and waits for one.
  case preempted
  /// Waits, and no signal can end that (`D`).
  case blocked
  case sleeping
  case dead

  /// Whether it waits for nothing but a CPU.
  var isRunnable: Bool { self == .woken || self == .preempted }
}

/// A task's state and since when, as a walk over the events hands it on from slice to slice.
struct CarriedState: BitwiseCopyable {
  var state = TaskState.unknown
  /// The row of the CPU where it was last, or is to run; -1 where nobody knows.
  var cpu: Int32 = -1
  /// Who woke it, or took its place.
  var other = OtherTask.none
  /// When the state began, in ns since the trace's first event.
  var since: Int64 = 0
  /// The system call that it is in: its number; -1 for none, -2 where nobody knows.
  var call: Int32 = -2
  var callSince: Int64 = 0
}

/// A task by its number: in the slice that is walked over, or among those of the whole trace.
struct OtherTask: BitwiseCopyable, Equatable {
  /// -1 for none, from 0 on those of a slice, below -1 those of the trace.
  private(set) var raw: Int32 = -1

  static let none = OtherTask()

  /// - Parameter number: -1 for the idle task.
  init(inSlice number: Int) { raw = Int32(truncatingIfNeeded: max(number, -1)) }
  init(inTrace number: Int) { raw = Int32(truncatingIfNeeded: -2 - number) }
  /// As it was kept.
  init(raw: Int32) { self.raw = raw }
  private init() {}

  /// The number among those of the trace; nil for none.
  ///
  /// - Parameter numbers: of the slice's tasks.
  func number(_ numbers: [Int32]) -> Int? {
    if raw < -1 { return -2 - Int(raw) }
    return raw >= 0 && Int(raw) < numbers.count ? Int(numbers[Int(raw)]) : nil
  }
}
