package import ByteIO
import EventFormats
import TraceDat

/// How often each event occurs in recordings.
package struct EventCounts {
  /// One event of one buffer.
  package struct Count: Equatable, Sendable {
    /// The instance; empty for the top-level buffer.
    package var buffer: String
    package var system: String
    /// `id=N` where no format describes it.
    package var event: String
    package var count: UInt64
  }

  /// Most first.
  package let counts: [Count]
  package let total: UInt64
  /// What the kernel lost, where it counted it.
  package let lost: UInt64
  /// How many times it lost some without a count.
  package let uncountedLosses: Int
  /// What could not be read.
  package let problems: [any ExplainedError]

  package init(_ input: ReportInput, workers: Int = 0) {
    let found = EventIDCounts(
      input.streams, workers: workers > 0 ? workers : ProcessorCount.available)
    var counts: [Count] = []
    for (number, source) in input.sources.enumerated() where number < found.counts.count {
      for (id, count) in found.counts[number].enumerated() where count > 0 {
        let index = source.events.index(id: id)
        counts.append(
          Count(
            buffer: source.buffer.name,
            system: index.map { String(decoding: source.events.system(at: $0), as: UTF8.self) }
              ?? "",
            event: index.map { String(decoding: source.events.name(at: $0), as: UTF8.self) }
              ?? "id=\(id)",
            count: count))
      }
    }
    self.counts = counts.sorted {
      ($1.count, $0.buffer, $0.system, $0.event) < ($0.count, $1.buffer, $1.system, $1.event)
    }
    total = counts.reduce(0) { $0 &+ $1.count }
    lost = found.lost
    uncountedLosses = found.uncountedLosses
    var problems = input.problems + found.problems as [any ExplainedError]
    if found.damagedPages > 0 {
      problems.append(
        UncountedLoss(
          message: found.damagedPages == 1
            ? "1 page is damaged; its rest is not counted"
            : "\(found.damagedPages) pages are damaged; their rest is not counted"))
    }
    self.problems = problems + input.lateProblems
  }

  /// A line an event: how many, their share of all, `system:event`, the instance in brackets.
  package func write(to sink: inout ByteSink) {
    for count in counts {
      sink.append(decimal: count.count, width: 12)
      let share = total > 0 ? count.count &* 1000 / total : 0
      sink.append(decimal: share / 10, width: 5)
      sink.append(".\(share % 10) %  ")
      sink.append(count.system.isEmpty ? count.event : "\(count.system):\(count.event)")
      if !count.buffer.isEmpty { sink.append("  [\(count.buffer)]") }
      sink.append("\n")
    }
    sink.append(decimal: total, width: 12)
    sink.append("  100.0 %  all\n")
    if lost > 0 { sink.append("\(lost) more were lost while recording\n") }
    if uncountedLosses > 0 {
      sink.append("events were lost, uncounted, at \(uncountedLosses) places\n")
    }
  }

  /// The same as an object a line.
  package func writeJSON(to sink: inout ByteSink) {
    func member(_ name: StaticString, _ value: String) {
      sink.append("\"")
      sink.append(name)
      sink.append("\":\"")
      Array(value.utf8).withUnsafeBytes { sink.append(json: $0) }
      sink.append("\",")
    }
    for count in counts {
      sink.append("{")
      if !count.buffer.isEmpty { member("buffer", count.buffer) }
      member("system", count.system)
      member("event", count.event)
      sink.append("\"count\":\(count.count)}\n")
    }
  }
}
