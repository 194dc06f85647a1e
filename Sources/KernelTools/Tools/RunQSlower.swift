import ByteIO
import Tracefs

/// `runqslower`: every task that could run and waited long for a processor.
package final class RunQSlower: CountingTool {
  package static let about = ToolDescription(
    name: "runqslower",
    abstract: "Every task that could run and waited long for a processor.",
    discussion: """
      A task waits from when it is woken, or made, or has to make room for another, until it runs. The
      kernel pairs the two itself and brings out only those that waited longer than MIN_US
      microseconds, 10000 where it is not given.
      """,
    arguments: "[MIN_US]",
    options: [
      ToolOption("P", "previous", "Show the task that ran before it, too."),
      ToolOption("t", "tid", "TID", "Only this thread."),
      .stacks("The calls of the task before it, below its row."),
    ],
    examples: [
      ("kscope runqslower", "waits of more than 10 ms"),
      ("kscope runqslower -P 1000", "of more than a millisecond, and for whom"),
    ])

  private enum Wakeup: Int, EventFields { case pid }
  private enum Switch: Int, EventFields {
    case prev_comm, prev_pid, prev_state, next_comm, next_pid
  }
  private enum Slow: Int, EventFields { case wait_ns, pid, comm, prev_pid, prev_comm }

  package let options: ToolOptions
  /// In whole microseconds; more is shown.
  private let shortest: Int
  private let showsPrevious: Bool
  private let thread: Int?
  private var waits = PairTable<UInt64>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.expectArguments(1, "MIN_US")
    if options.times == .none { options.times = options.input == nil ? .wall : .seconds }
    let text = options.arguments.first ?? "10000"
    guard let shortest = Int(text), (0...1 << 40).contains(shortest) else {
      throw .badValue(option: "MIN_US", value: text, expected: "a number of microseconds")
    }
    self.shortest = shortest
    thread = try options.own["tid"].map { (text) throws(ToolUsageError) in
      try ToolOptions.count(text, "-t")
    }
    showsPrevious = options.has("previous")
    self.options = options
  }

  /// What the kernel makes of a long wait; of the others, where it makes nothing.
  package var events: [WantedEvent] {
    var slow = WantedEvent("synthetic:kscope_runqslower", Slow.self, isOptional: true)
    slow.isNumbered = true
    return [
      WantedEvent("sched:sched_wakeup", Wakeup.self),
      WantedEvent("sched:sched_wakeup_new", Wakeup.self, isOptional: true),
      WantedEvent("sched:sched_switch", Switch.self), slow,
    ]
  }

  package var rowStacks: RowStackPlan { RowStackPlan(own: [2, 3]) }
  package var droppedPairs: Int { waits.dropped }
  package var banner: String { "Tracing run queue latency higher than \(shortest) us" }

  package var columns: [Column] {
    Column.time(options, "TIME(s)", width: 14) + Column.user(options) + [
      Column("COMM", "comm", width: 16), Column("TID", "tid", width: 6),
      Column("LAT(us)", "lat_us", width: 14, isLeft: false),
    ]
      + (showsPrevious
        ? [Column("PREV COMM", "prev_comm", width: 16), Column("PREV TID", "prev_tid", width: 6)]
        : [])
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let source = UInt64(event.source)
    switch event.number {
    case 0, 1: waits.begin(source, event.key(Wakeup.pid), event.time)
    case 2:
      let (previous, next) = (event[Switch.prev_pid], event[Switch.next_pid])
      if next != 0, let began = waits.end(source, event.key(Switch.next_pid)),
        let time = event.time(since: began)
      {
        show(
          Wait(
            event, nanoseconds: time, task: next, Switch.next_comm,
            previous: previous, Switch.prev_comm), context, &rows)
      }
      if previous != 0, context.isRunnable(event[Switch.prev_state], source: event.source) {
        waits.begin(source, event.key(Switch.prev_pid), event.time)
      }
    default:
      show(
        Wait(
          event, nanoseconds: UInt64(bitPattern: Int64(event[Slow.wait_ns])),
          task: event[Slow.pid], Slow.comm, previous: event[Slow.prev_pid], Slow.prev_comm),
        context, &rows)
    }
  }

  package func forget(source: Int, cpu: Int) { waits.removeAll() }

  // MARK: In the kernel

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    var counting = counting
    var filter = "wait_ns >= \(shortest == 0 ? 0 : (shortest + 1) * 1000)"
    if let thread { filter += " && pid == \(thread)" }
    counting.showSpans(
      "runqslower",
      from: [
        .init("sched:sched_wakeup", key: "pid"), .init("sched:sched_wakeup_new", key: "pid"),
        .init(
          "sched:sched_switch", key: "prev_pid",
          filter: "prev_pid != 0 && \(counting.states().runnableFilter)"),
      ],
      to: .init("sched:sched_switch", key: "next_pid", filter: "next_pid != 0"),
      carrying: [
        .init("pid_t", "pid", of: "next_pid"), .init("char[16]", "comm", of: "next_comm"),
        .init("pid_t", "prev_pid", of: "prev_pid"), .init("char[16]", "prev_comm", of: "prev_comm"),
      ],
      length: "wait_ns", if: filter)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {}

  // MARK: A row

  private struct Wait {
    var event: ToolEvent
    var nanoseconds: UInt64
    var task: Int
    var name: UnsafeRawBufferPointer
    var previous: Int
    var previousName: UnsafeRawBufferPointer

    init<Fields: EventFields>(
      _ event: ToolEvent, nanoseconds: UInt64, task: Int, _ name: Fields, previous: Int,
      _ previousName: Fields
    ) {
      self.event = event
      self.nanoseconds = nanoseconds
      self.task = task
      self.name = event.text(name)
      self.previous = previous
      self.previousName = event.text(previousName)
    }
  }

  private func show(_ wait: Wait, _ context: ToolContext, _ rows: inout RowWriter) {
    let microseconds = wait.nanoseconds / 1000
    let task = Int32(truncatingIfNeeded: wait.task)
    guard shortest == 0 || microseconds > UInt64(shortest), thread == nil || thread == wait.task,
      context.isWanted(task, source: wait.event.source, name: wait.name)
    else { return }
    context.addTime(wait.event.time, to: &rows)
    context.addUser(of: task, to: &rows)
    rows.add(wait.name)
    rows.add(wait.task)
    rows.add(Int(clamping: microseconds))
    if showsPrevious {
      if wait.previous == 0 { rows.add("<idle>") } else { rows.add(wait.previousName) }
      rows.add(wait.previous)
    }
    rows.endRow()
  }
}
