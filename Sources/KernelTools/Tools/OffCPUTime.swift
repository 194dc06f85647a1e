import ByteIO

/// `offcputime`: how long tasks were off the processor, and by which way through the kernel they left
/// it.
package final class OffCPUTime: StackTimeTool, CountingTool {
  package static let about = ToolDescription(
    name: "offcputime",
    abstract:
      "How long tasks are off the processor, and which way through the kernel they left it.",
    discussion: """
      A task that leaves the processor has a stack; when it runs again, the time in between is added to
      that. Tasks that do not come back while it is looked at do not count. Where the kernel counts
      (Linux 6.3, all tasks), a stack has at most 15 functions; [...] is what may have led to them.
      """,
    arguments: "[SECONDS]", options: StackTimes.options,
    examples: [
      ("kscope offcputime 5", "five seconds, the longest times last"),
      ("kscope offcputime -f -p 1234 5 >out.folded", "of a process, for flamegraph.pl"),
      ("kscope offcputime --svg off.svg 5", "a flame graph, for a browser"),
    ],
    common: ToolOption.commonOfSums)

  private enum Switch: Int, EventFields { case prev_pid, prev_comm, next_pid }
  private struct Leaving {
    var time: UInt64
    var name: String
    var calls: [String]
  }

  package let options: ToolOptions
  package var times: StackTimes
  private var away = PairTable<Leaving>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    times = try StackTimes(&options)
    self.options = options
  }

  package var events: [WantedEvent] {
    var event = WantedEvent("sched:sched_switch", Switch.self)
    event.hasCalls = true
    return [event]
  }

  package var droppedPairs: Int { away.dropped }
  package var banner: String {
    "Tracing off-CPU time (us) of \(times.whose(options)) by kernel stack... Hit Ctrl-C to end."
  }
  package static let graphTitle = "Off-CPU time"

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let source = UInt64(event.source)
    let (from, to) = (event.thread(Switch.prev_pid), event.key(Switch.next_pid))
    if to != 0, let leaving = away.end(source, to), let time = event.time(since: leaving.time) {
      times.add(time, task: leaving.name, calls: leaving.calls)
    }
    let name = event.text(Switch.prev_comm)
    if from != 0, context.isWanted(from, source: event.source, name: name) {
      away.begin(
        source, event.key(Switch.prev_pid),
        Leaving(
          time: event.time, name: String(decoding: name, as: UTF8.self), calls: context.calls))
    }
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    var counting = counting
    counting.addStackSpans(
      "offcputime",
      from: .init("sched:sched_switch", key: "prev_pid", filter: "prev_pid != 0"),
      to: .init("sched:sched_switch", key: "next_pid", filter: "next_pid != 0"), stackAt: .begin,
      by: .init(carried: [.init("char[16]", "comm", of: "next_comm")]), lengths: times.lengths,
      table: 0)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    times.add(
      sum: row.sums.first ?? 0, task: row.text(0), calls: row.carriedStack(1, in: "__schedule"))
  }

  package func forget(source: Int, cpu: Int) { away.removeAll() }
}
