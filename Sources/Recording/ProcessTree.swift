import Tracefs

/// What `/proc` says about processes and their threads (proc(5)).
package enum ProcessTree {
  static func exists(_ pid: Int32) -> Bool { TextFile.exists("/proc/\(pid)") }

  /// The thread ids of a process.
  static func threads(of pid: Int32) -> [Int32] {
    ((try? TextFile.names(in: "/proc/\(pid)/task")) ?? []).compactMap { Int32($0) }
  }

  /// The processes, their threads, their children and so on, each once.
  package static func family(of pids: [Int32]) -> [Int32] {
    var seen: Set<Int32> = []
    var result: [Int32] = []
    var pending = pids
    while let pid = pending.popLast() {
      if seen.insert(pid).inserted { result.append(pid) }
      for thread in threads(of: pid) {
        if thread != pid, seen.insert(thread).inserted { result.append(thread) }
        let text = (try? TextFile.read("/proc/\(pid)/task/\(thread)/children")) ?? ""
        pending += text.split(separator: " ").compactMap { Int32($0) }.filter { !seen.contains($0) }
      }
    }
    return result.sorted()
  }
}
