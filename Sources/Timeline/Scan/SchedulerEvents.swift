import ByteIO
import EventFormats
import Reports

/// The events that tell what tasks and CPUs do, and where their fields lie in one buffer's records.
enum SchedulerEvent: Int, CaseIterable {
  case switched
  case waking, wakeup, wakeupNew
  case forked, exited, renamed, created
  case interruptBegins, interruptEnds
  case softInterruptBegins, softInterruptEnds
  case callBegins, callEnds

  /// `system`, `name` and the fields that are read, in the order in which they are asked for.
  var description: (system: String, name: String, fields: [String]) {
    switch self {
    case .switched:
      ("sched", "sched_switch", ["prev_pid", "prev_state", "next_pid", "next_comm"])
    case .waking: ("sched", "sched_waking", ["pid", "comm", "target_cpu"])
    case .wakeup: ("sched", "sched_wakeup", ["pid", "comm", "target_cpu"])
    case .wakeupNew: ("sched", "sched_wakeup_new", ["pid", "comm", "target_cpu"])
    case .forked: ("sched", "sched_process_fork", ["child_pid", "child_comm", "parent_pid"])
    case .exited: ("sched", "sched_process_exit", ["pid", "comm"])
    case .renamed: ("task", "task_rename", ["pid", "newcomm"])
    case .created: ("task", "task_newtask", ["pid", "comm", "clone_flags"])
    case .interruptBegins: ("irq", "irq_handler_entry", ["irq", "name"])
    case .interruptEnds: ("irq", "irq_handler_exit", ["irq"])
    case .softInterruptBegins: ("irq", "softirq_entry", ["vec"])
    case .softInterruptEnds: ("irq", "softirq_exit", ["vec"])
    case .callBegins: ("raw_syscalls", "sys_enter", ["id"])
    case .callEnds: ("raw_syscalls", "sys_exit", ["id"])
    }
  }

  /// Where they lie in the records of a buffer, as far as it describes them.
  static func binding(in source: ReportSource) -> EventBinding {
    let wanted = allCases.compactMap { event -> EventBinding.Wanted? in
      let (system, name, fields) = event.description
      return source.events.event(system: system, name: name).map {
        EventBinding.Wanted(event.rawValue, $0, fields: fields)
      }
    }
    return EventBinding(wanted, in: source.events)
  }
}
