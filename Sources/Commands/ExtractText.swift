import Recording
import Terminal

/// What `extract` tells a person.
enum ExtractText {
  static func summary(_ summary: ExtractionSummary) -> [String] {
    var lines: [String] = []
    if let failure = summary.failure { lines.append("ended early: \(failure)") }
    if summary.wasInterrupted {
      lines.append("ended by a signal; what was not read is in the buffers still")
    }
    let used = Set(summary.cpus.filter { $0.events > 0 }.map(\.cpu)).count
    if summary.events == 0 {
      lines.append("the buffer was empty; \(summary.output) has no events")
      return lines + summary.warnings
    }
    lines.append(
      "\(HumanNumber.count(summary.events, "event")) of "
        + "\(HumanNumber.count(UInt64(used), "CPU")), "
        + "\(HumanNumber.bytes(summary.fileBytes)) in \(summary.output)")
    if summary.lost > 0, !summary.wasInterrupted, summary.failure == nil {
      lines.append(
        "\(HumanNumber.count(summary.lost, "event")) were overwritten while they were read; "
          + "to lose none, stop tracing first: kscope stop")
    }
    lines += summary.warnings
    lines.append("read it with: kscope report -i \(RecordText.quoted(summary.output))")
    return lines
  }
}
