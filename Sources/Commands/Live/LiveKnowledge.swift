import Recording
import Reports
import Tracefs

/// What the running kernel adds to its events: names of tasks and functions.
enum LiveKnowledge {
  static func names(_ directory: TracingDirectory) -> LiveTaskNames {
    let kernel = KernelTaskNames(directory)
    return LiveTaskNames(saved: { kernel.saved }, current: { KernelTaskNames.current($0) })
  }

  /// Read when the first function is to be shown.
  static let symbols: @Sendable () -> [UInt8] = {
    (try? TextFile.readBytes("/proc/kallsyms")) ?? []
  }
}
