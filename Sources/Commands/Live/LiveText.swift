import ByteIO
import Glibc
import Recording
import Terminal

/// What `stream` and `profile` tell a person when they are over.
enum LiveText {
  static func summary(_ summary: LiveSummary) -> [String] {
    var lines: [String] = []
    if let ending = ending(summary.ending) { lines.append(ending) }
    let cpus = Set(summary.cpus.map(\.cpu)).count
    lines.append(
      "\(HumanNumber.count(summary.events, "event")) in "
        + "\(HumanNumber.duration(nanoseconds: summary.duration)) on "
        + "\(HumanNumber.count(UInt64(cpus), "CPU")), "
        + (summary.lost == 0 ? "none lost" : "\(HumanNumber.grouped(summary.lost)) lost"))
    if let losses = losses(summary) {
      lines.append(losses + ": take a larger one (-b KB) or fewer events (-f, -l)")
    }
    if summary.usedTopLevel {
      lines.append("only the top level of this kernel's tracing has the tracer: it was used")
    }
    if let pid = summary.survivor { lines.append("the command still runs, as process \(pid)") }
    return lines + summary.warnings
  }

  /// What the kernel had no room for, and where; nil where nothing was lost.
  static func losses(_ summary: LiveSummary) -> String? {
    if summary.lost == 0 { return nil }
    let places = summary.cpus.filter { $0.lost > 0 }.sorted { $0.lost > $1.lost }.prefix(4)
      .map { one in
        let buffer = one.buffer.map { "\($0) " } ?? ""
        return "\(buffer)CPU \(one.cpu): \(HumanNumber.grouped(one.lost))"
      }
    return "lost because the kernel's buffer was full (\(places.joined(separator: ", ")))"
  }

  private static func ending(_ ending: LiveSummary.Ending) -> String? {
    switch ending {
    case .running, .outputClosed, .timeOver: nil
    case .asRecording(let ending): RecordText.ending(of: ending)
    }
  }
}
