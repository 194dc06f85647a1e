/// What `prev_state` of `sched_switch` tells of the task that leaves the processor.
///
/// One that was made to leave, and could go on, has a bit above all states. Which one that is differs
/// from kernel to kernel (2048 or 4096 before Linux 4.14, then 256); the event's print format says it,
/// as it shows a `+` for it (include/trace/events/sched.h).
package struct SwitchStates: Sendable {
  /// 0 where the kernel has none: before Linux 3.1 such a task is shown as one that runs.
  package let preempted: Int

  package init(preempted: Int) { self.preempted = preempted }

  /// Those of Linux since 4.14.
  package static let usual = SwitchStates(preempted: 0x100)

  /// - Parameter format: of `sched_switch`; where there is none, or nobody understands what it prints,
  ///   states are the usual ones.
  package init(_ format: EventFormat?, longSize: Int) {
    let bits = format?.bits(of: "prev_state", shownAs: "+", longSize: longSize)
    self = bits.map { Self(preempted: Int(truncatingIfNeeded: $0)) } ?? .usual
  }

  /// Whether the task waits for nothing but a processor.
  package func isRunnable(_ state: Int) -> Bool { state == 0 || state & preempted != 0 }

  /// Whether the task runs never again: EXIT_DEAD and EXIT_ZOMBIE of linux/sched.h, and TASK_DEAD, which
  /// kernels showed as 64 before Linux 4.14; since then that is a parked thread.
  package func isDead(_ state: Int) -> Bool {
    state & 0x30 != 0 || (preempted != Self.usual.preempted && state & 0x40 != 0)
  }
}
