package import Tracefs

/// What the running kernel calls its tasks.
package struct KernelTaskNames: Sendable {
  private let directory: TracingDirectory

  package init(_ directory: TracingDirectory) { self.directory = directory }

  /// The text of `saved_cmdlines`: the tasks that were traced last, among them such as have ended.
  package var saved: [UInt8] { (try? directory.top.readBytes(.savedCmdlines)) ?? [] }

  /// The name of a task that runs now (proc(5), `/proc/PID/comm`); nil where it has ended.
  package static func current(_ pid: Int32) -> [UInt8]? {
    guard var name = try? TextFile.readBytes("/proc/\(pid)/comm"), !name.isEmpty else { return nil }
    if name.last == UInt8(ascii: "\n") { name.removeLast() }
    return name
  }
}
