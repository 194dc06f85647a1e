import ByteIO

/// `runqlat`: how long tasks that could run waited for a processor, as a histogram.
package final class RunQLat: TaskLatencyTool {
  package static let about = ToolDescription(
    name: "runqlat",
    abstract: "How long tasks that could run waited for a processor, as a histogram.",
    discussion: """
      A task waits from when it is woken, or made, or has to make room for another, until it runs.
      """,
    arguments: "[INTERVAL [COUNT]]",
    options: [.milliseconds, .average] + ToolOption.byTask,
    examples: [
      ("kscope runqlat", "until Ctrl-C, then one histogram"),
      ("kscope runqlat -m 1 10", "ten of a second each, in milliseconds"),
      ("kscope runqlat -P", "for each process"),
    ],
    common: ToolOption.commonOfTables)

  private enum Wakeup: Int, EventFields { case pid }
  private enum Switch: Int, EventFields { case prev_pid, prev_state, next_pid, next_comm }

  package let options: ToolOptions
  let groups: TaskGroups
  private var waits = PairTable<UInt64>()
  package var tables: LatencyTables

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readInterval()
    self.options = options
    groups = TaskGroups(options)
    tables = LatencyTables(options.latencyUnit, by: groups.name)
  }

  package var events: [WantedEvent] {
    [
      WantedEvent("sched:sched_wakeup", Wakeup.self),
      WantedEvent("sched:sched_wakeup_new", Wakeup.self, isOptional: true),
      WantedEvent("sched:sched_switch", Switch.self),
    ]
  }

  package var droppedPairs: Int { waits.dropped }
  package var banner: String { "Tracing run queue latency... Hit Ctrl-C to end." }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let source = UInt64(event.source)
    guard event.number == 2 else {
      waits.begin(source, event.key(Wakeup.pid), event.time)
      return
    }
    let next = event.thread(Switch.next_pid)
    if next != 0, let began = waits.end(source, event.key(Switch.next_pid)),
      context.isWanted(next, source: event.source, name: event.text(Switch.next_comm)),
      let time = event.time(since: began)
    {
      tables.add(nanoseconds: time, to: groups.group(of: next, context))
    }
    let previous = event.key(Switch.prev_pid)
    if previous != 0, context.isRunnable(event[Switch.prev_state], source: event.source) {
      waits.begin(source, previous, event.time)
    }
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    var counting = counting
    counting.addSpans(
      "runqlat",
      from: [
        // A task may be woken that has not left its processor yet, or was made to while it was about to.
        .init("sched:sched_wakeup", key: "pid", replaces: [2]),
        .init("sched:sched_wakeup_new", key: "pid"),
        .init(
          "sched:sched_switch", key: "prev_pid",
          filter: "prev_pid != 0 && \(counting.states().runnableFilter)", replaces: [0]),
      ],
      to: .init("sched:sched_switch", key: "next_pid", filter: "next_pid != 0"),
      carrying: carried("next_pid"),
      unit: tables.unit.spans, table: 0)
    return counting
  }

  package func forget(source: Int, cpu: Int) { waits.removeAll() }
}
