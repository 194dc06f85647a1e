import ByteIO

/// `cpudist`: how long tasks run before they leave the processor, or are off it, as a histogram.
package final class CPUDist: TaskLatencyTool {
  package static let about = ToolDescription(
    name: "cpudist",
    abstract: "How long tasks run before they leave the processor, as a histogram.",
    discussion: """
      A task runs from when it is switched to until something else is. With -O it is the other way
      round: how long it is away. The idle task does not count.
      """,
    arguments: "[INTERVAL [COUNT]]",
    options: [
      ToolOption("O", "offcpu", "How long tasks are off the processor."),
      .milliseconds, .average,
    ] + ToolOption.byTask,
    examples: [
      ("kscope cpudist", "until Ctrl-C, then one histogram"),
      ("kscope cpudist -O -m 5", "every five seconds, time away in milliseconds"),
      ("kscope cpudist -P -p 1234", "of one process"),
    ],
    common: ToolOption.commonOfTables)

  private enum Switch: Int, EventFields { case prev_pid, next_pid, prev_comm, next_comm }

  package let options: ToolOptions
  let groups: TaskGroups
  private let countsAway: Bool
  private var begun = PairTable<UInt64>()
  package var tables: LatencyTables

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readInterval()
    self.options = options
    groups = TaskGroups(options)
    countsAway = options.has("offcpu")
    tables = LatencyTables(options.latencyUnit, by: groups.name)
  }

  package var events: [WantedEvent] { [WantedEvent("sched:sched_switch", Switch.self)] }
  package var droppedPairs: Int { begun.dropped }
  package var banner: String {
    "Tracing \(countsAway ? "off" : "on")-CPU time... Hit Ctrl-C to end."
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let source = UInt64(event.source)
    let begins = event.key(countsAway ? Switch.prev_pid : Switch.next_pid)
    let ends = event.thread(countsAway ? Switch.next_pid : Switch.prev_pid)
    let name = event.text(countsAway ? Switch.next_comm : Switch.prev_comm)
    if ends != 0, let began = begun.end(source, UInt64(UInt32(bitPattern: ends))),
      context.isWanted(ends, source: event.source, name: name),
      let time = event.time(since: began)
    {
      tables.add(nanoseconds: time, to: groups.group(of: ends, context))
    }
    if begins != 0 { begun.begin(source, begins, event.time) }
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    let (begins, ends) = countsAway ? ("prev_pid", "next_pid") : ("next_pid", "prev_pid")
    var counting = counting
    counting.addSpans(
      "cpudist",
      from: [.init("sched:sched_switch", key: begins, filter: "\(begins) != 0")],
      to: .init("sched:sched_switch", key: ends, filter: "\(ends) != 0"),
      carrying: carried(ends),
      unit: tables.unit.spans, table: 0)
    return counting
  }

  package func forget(source: Int, cpu: Int) { begun.removeAll() }
}
