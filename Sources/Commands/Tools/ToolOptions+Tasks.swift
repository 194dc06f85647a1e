import KernelTools
import Tracefs

extension ToolOptions {
  /// A task that is asked for by its number must be there: of one that is not, nothing ever comes.
  func expectTasks() throws(ToolUsageError) {
    for (option, pid) in [("-p", process), ("-L", thread)] {
      guard let pid, !TextFile.exists("/proc/\(pid)") else { continue }
      throw .badValue(option: option, value: "\(pid)", expected: "one that runs")
    }
  }
}
