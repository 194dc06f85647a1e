/// The colours of events' names, by what part of the kernel they tell of.
///
/// The eight colours that every terminal has, as ECMA-48 numbers them.
enum EventColor {
  static let end = "\u{1b}[0m"
  /// What was lost, or could not be understood.
  static let alarm = "\u{1b}[1;31m"

  /// What stands before a name; empty for the tracers' own events.
  static func start(system: String) -> String {
    let number =
      switch system {
      case "sched": 32
      case "syscalls", "raw_syscalls": 36
      case "irq", "irq_vectors", "softirq", "nmi", "ipi": 33
      case "timer", "alarmtimer", "rcu", "workqueue": 34
      case "block", "scsi", "nvme", "ext4", "xfs", "btrfs", "jbd2", "writeback", "filemap": 35
      case "signal", "oom", "mce", "ras": 31
      case "ftrace": 0
      default: 37
      }
    return number == 0 ? "" : "\u{1b}[\(number)m"
  }
}
