import ByteIO

/// `syncsnoop`: every call that has data written to disks.
package final class SyncSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "syncsnoop",
    abstract: "Every call that has data written to disks, and how long it took.",
    discussion: """
      Shown are sync, syncfs, fsync, fdatasync, msync and sync_file_range, when they return.
      """,
    options: [
      ToolOption("m", "min", "MS", "Only calls that took so many milliseconds or more."),
      ToolOption("x", "failures", "Only calls that failed."),
      .stacks("The calls of the kernel at its return, below its row."),
    ],
    examples: [("kscope syncsnoop -t", "until Ctrl-C"), ("kscope syncsnoop -m 10", "slow ones")])

  private enum Enter: Int, EventFields { case none }
  private enum Exit: Int, EventFields { case ret }

  private static let calls = ["sync", "fsync", "fdatasync", "msync", "syncfs", "sync_file_range"]

  package let options: ToolOptions
  private let shortest: UInt64
  private var begun = PairTable<UInt64>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(0, "")
    // Milliseconds are thousandths of what is read.
    shortest =
      try options.own["min"].map { (text) throws(ToolUsageError) in
        try ToolOptions.seconds(text, "-m") / 1000
      } ?? 0
  }

  package var events: [WantedEvent] {
    Self.calls.flatMap { name in
      [
        WantedEvent("syscalls:sys_enter_\(name)", Enter.self, isOptional: name != "fsync"),
        WantedEvent("syscalls:sys_exit_\(name)", Exit.self, isOptional: name != "fsync"),
      ]
    }
  }

  package var banner: String { "Tracing sync()s. Ctrl-C to end." }
  package var rowStacks: RowStackPlan { RowStackPlan(own: Self.calls.indices.map { $0 * 2 + 1 }) }
  package var droppedPairs: Int { begun.dropped }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + Column.user(options) + [
      Column("COMM", "comm", width: 16, isCut: true), Column("PID", "pid", width: 6),
      Column("CALL", "call", width: 15), Column("RETURN", "ret", width: 6),
      Column("LATms", "lat_ms", width: 8, isLeft: false),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let key = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    guard event.number % 2 == 1 else { return begun.begin(key.0, key.1, event.time) }
    guard let start = begun.end(key.0, key.1), !options.has("failures") || event[Exit.ret] < 0,
      context.isWanted(event.thread, source: event.source)
    else { return }
    let time = event.time(since: start)
    guard shortest == 0 || time.map({ $0 >= shortest }) ?? false else { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(Int(context.process(of: event.thread)))
    rows.add(Self.calls[event.number / 2])
    rows.add(event[Exit.ret], shown: KernelNames.result(event[Exit.ret]))
    rows.add(milliseconds: time)
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { begun.removeAll() }
}
