import Glibc
package import Recording
import Terminal

/// What `record` tells a person while and after recording.
package enum RecordText {
  /// The line that is kept up to date.
  package static func progress(_ summary: RecordingSummary) -> String {
    var parts = [
      "recording \(HumanNumber.duration(nanoseconds: summary.duration))",
      HumanNumber.count(summary.events, "event"), HumanNumber.bytes(summary.bytes),
    ]
    if summary.lost > 0 { parts.append("\(HumanNumber.grouped(summary.lost)) LOST") }
    if let busiest = summary.busiestCPU {
      parts.append("CPU \(busiest.number): \(HumanNumber.percent(busiest.share))")
    }
    return parts.joined(separator: "  ")
  }

  /// The lines at the end.
  package static func summary(_ summary: RecordingSummary) -> [String] {
    var lines: [String] = []
    if let ending = ending(of: summary.ending, output: summary.output) { lines.append(ending) }
    guard !summary.output.isEmpty else {
      return lines + summary.warnings + ["what was waited for did not happen: no file was written"]
    }
    lines.append(
      "\(HumanNumber.count(summary.events, "event")) in "
        + "\(HumanNumber.duration(nanoseconds: summary.duration)) on \(cpus(summary)), "
        + "\(HumanNumber.bytes(summary.fileBytes)) in \(summary.output)")
    if let capacity = summary.ringCapacity, summary.cpus.contains(where: { $0.bytes > capacity }) {
      lines.append("only the newest \(HumanNumber.bytes(capacity)) of each CPU were kept (-m)")
    }
    lines += losses(summary)
    if let pid = summary.survivor { lines.append("the command still runs, as process \(pid)") }
    lines += summary.warnings
    lines.append("read it with: \(ProgramName.current) report -i \(quoted(summary.output))")
    return lines
  }

  private static func cpus(_ summary: RecordingSummary) -> String {
    let all = Set(summary.cpus.map(\.cpu)).count
    let busiest = summary.busiestCPU.map {
      " (CPU \($0.number) had \(HumanNumber.percent($0.share)))"
    }
    return "\(HumanNumber.count(UInt64(all), "CPU"))\(busiest ?? "")"
  }

  /// Lost events and where, most first; losing none is worth a word too, in the first line's stead.
  private static func losses(_ summary: RecordingSummary) -> [String] {
    guard summary.lost > 0 else { return [] }
    let share = Double(summary.lost) / Double(summary.lost &+ summary.events)
    let where_ = summary.cpus.filter { $0.lost > 0 }.sorted { $0.lost > $1.lost }.prefix(4)
      .map { one in
        let buffer = one.buffer.map { "\($0) " } ?? ""
        return "\(buffer)CPU \(one.cpu): \(HumanNumber.grouped(one.lost))"
      }
    return [
      "\(HumanNumber.count(summary.lost, "event")) lost, \(HumanNumber.percent(share)) "
        + "(\(where_.joined(separator: ", "))): the buffer was full before it could be read",
      "a larger buffer (-b KB), fewer events (-l, -f) or another disk lose less",
    ]
  }

  /// What ended it, where that is worth a word.
  static func ending(of ending: RecordingSummary.Ending, output: String = "") -> String? {
    switch ending {
    case .running, .exited(0): nil
    case .exited(let status): "the command ended with status \(status)"
    case .killed(let number): "the command was killed by \(name(ofSignal: number))"
    case .signal(let number): "stopped by \(name(ofSignal: number))"
    case .triggered: "what was waited for has happened"
    case .overBudget: "it cost more than it may"
    case .processesEnded: "the traced processes have ended"
    case .timeOver(let time):
      "stopped after \(HumanNumber.duration(nanoseconds: time)) (--duration)"
    case .fileFull(let size):
      "stopped as the file had reached its size, \(HumanNumber.bytes(size)) (--max-size)"
    case .failed(let reason):
      "recording was cut short: \(output) cannot be written: \(reason)"
    }
  }

  private static func name(ofSignal number: Int32) -> String {
    let known: [Int32: String] = [
      SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP", SIGKILL: "SIGKILL",
      SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE",
      SIGILL: "SIGILL", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGQUIT: "SIGQUIT",
    ]
    return known[number] ?? "signal \(number)"
  }

  /// A path as a shell takes it.
  static func quoted(_ path: String) -> String {
    let plain = path.utf8.allSatisfy {
      ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5a) || ($0 >= 0x61 && $0 <= 0x7a)
        || "._-/+=@%,".utf8.contains($0)
    }
    return plain && !path.isEmpty
      ? path
      : "'"
        + path.split(
          separator: "'", omittingEmptySubsequences: false
        ).joined(separator: "'\\''") + "'"
  }
}
