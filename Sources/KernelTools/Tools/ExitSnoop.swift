import ByteIO

/// `exitsnoop`: every process that ends, how old it was, and why it ended.
package final class ExitSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "exitsnoop",
    abstract: "Every process that ends, how old it was, and why it ended.",
    discussion: """
      A row appears when the last thread of a process ends, or with --per-thread for each thread. What
      it ended with is `0`, `code 3`, or the signal that ended it. In JSON and CSV a signal is a number
      below 0. A recording of the scheduler's own events is enough, but does not
      tell what they ended with.
      """,
    options: [
      ToolOption("x", "failures", "Only what ended otherwise than with 0."),
      ToolOption(nil, "per-thread", "Threads, not processes."), .stacks,
    ],
    examples: [
      ("kscope exitsnoop", "until Ctrl-C"), ("kscope exitsnoop -x -n make", "what of make failed"),
    ])

  /// Of `taskstats_exit`, which do_exit calls when it has set the code (kernel/exit.c).
  private enum Exit: Int, EventFields { case pid, tid, ppid, comm, start, code, last }

  package let options: ToolOptions
  private let onlyFailures: Bool
  private let perThread: Bool
  private var plain = PlainExits()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(0, "")
    onlyFailures = options.has("failures")
    perThread = options.has("per-thread")
  }

  package var events: [WantedEvent] {
    [
      WantedEvent(
        probeOf: "taskstats_exit", Exit.self,
        values: [
          "tsk->tgid", "tsk->pid", "tsk->real_parent->tgid", "tsk->comm", "tsk->start_time",
          "tsk->exit_code", "group_dead",
        ])
    ] + PlainExits.events(insteadOf: 0)
  }

  package var leftOut: [String] { plain.leftOut(onlyFailures: onlyFailures) }
  package var droppedPairs: Int { plain.dropped }
  package func forget(source: Int, cpu: Int) { plain.forget() }

  package var rowStacks: RowStackPlan { RowStackPlan(own: [0, 1 + PlainExits.ending]) }
  package var banner: String { "Tracing exits. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + Column.user(options) + [
      Column("PCOMM", "comm", width: 16, isCut: true), Column("PID", "pid", width: 7),
      Column("PPID", "ppid", width: 7), Column("TID", "tid", width: 7),
      Column("AGE(s)", "age_s", width: 8, isLeft: false), Column("EXIT_CODE", "code"),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    if event.number > 0 {
      if let exit = plain.take(event, event.number - 1, context) {
        show(exit, event, context, &rows)
      }
      return
    }
    guard perThread || event[Exit.last] != 0 else { return }
    // As wait(2) has it: a signal in the low 7 bits, else the status above 8 bits.
    let code = event[Exit.code]
    let (signal, status) = (code & 0x7f, code >> 8 & 0xff)
    if onlyFailures, signal == 0, status == 0 { return }
    let comm = event.text(Exit.comm)
    guard context.isWanted(event.thread, source: event.source, name: comm) else { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    rows.add(comm)
    rows.add(event[Exit.pid])
    rows.add(event[Exit.ppid])
    rows.add(event[Exit.tid])
    // It began by the clock `mono`; a recording may have another.
    let start = UInt64(bitPattern: Int64(event[Exit.start]))
    if let now = context.monotonic(event.time, source: event.source), start > 0, start <= now {
      rows.add(nanoseconds: now - start, per: 1_000_000_000, digits: 2)
    } else {
      rows.addNothing("?")
    }
    rows.add(
      signal > 0 ? -signal : status,
      shown: signal > 0
        ? "signal \(signal) (\(KernelNames.signal(signal).dropFirst(3)))"
        : status > 0 ? "code \(status)" : "0")
    rows.endRow()
  }

  /// What nobody knows is no failure, and of a thread whose process is not known it may be one.
  private func show(
    _ exit: PlainExits.Exit, _ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter
  ) {
    guard !onlyFailures, perThread || exit.isLast,
      context.isWanted(event.thread, source: event.source, name: exit.comm)
    else { return }
    func add(_ number: Int32?) {
      if let number { rows.add(Int(number)) } else { rows.addNothing("?") }
    }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    rows.add(exit.comm)
    add(exit.process)
    add(exit.parent)
    add(event.thread)
    if let age = exit.age {
      rows.add(nanoseconds: age, per: 1_000_000_000, digits: 2)
    } else {
      rows.addNothing("?")
    }
    rows.addNothing("?")
    rows.endRow()
  }
}
