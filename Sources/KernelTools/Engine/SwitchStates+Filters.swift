import EventFormats

extension SwitchStates {
  // MARK: The same in the kernel's filter language

  var runnableFilter: String {
    preempted == 0 ? "prev_state == 0" : "(prev_state == 0 || prev_state == \(preempted))"
  }

  var sleepingFilter: String {
    preempted == 0 ? "prev_state != 0" : "prev_state & \(preempted - 1)"
  }
}

extension ToolContext {
  /// Whether the task that left the processor at a `sched_switch` waits for nothing but that.
  func isRunnable(_ state: Int, source: Int) -> Bool {
    state == 0 || switchStates[source].isRunnable(state)
  }
}
