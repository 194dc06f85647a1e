import ByteIO

/// `execsnoop`: every program that is run, with all its arguments.
///
/// They are read at the moment when the new program's memory is made and nothing of it has run
/// (`proc_exec_connector`), as one block: what lies there cannot be changed or paged out yet, and
/// there is no limit to their number.
package final class ExecSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "execsnoop",
    abstract: "Every program that is run, with its arguments.",
    discussion: """
      Shown are programs that began to run, by execve or execveat. Of very long command lines the
      first 2048 bytes are shown, and [...] for the rest. With -x also those that could not be run, by
      the name that was asked for: the kernel need not have read their arguments.
      """,
    arguments: "[NAME]",
    options: [
      ToolOption("a", "arguments", "COUNT", "Show so many arguments, and [...] for more."),
      ToolOption("r", "re-exec", "Accepted: a process that runs another program is shown always."),
      ToolOption("x", "fails", "Calls that failed, too, and a column for why."), .stacks,
    ],
    examples: [
      ("kscope execsnoop", "until Ctrl-C"), ("kscope execsnoop -t 'git|make'", "programs so named"),
      ("kscope execsnoop -x", "those that could not be run, too"),
      ("kscope execsnoop -j", "for a program"),
    ])

  private enum Exec: Int, EventFields { case pid, ppid, uid, comm, start, end, a0, a1, a2, a3 }
  /// What any recording of the scheduler has: the file alone, and who began whom.
  private enum Plain: Int, EventFields { case filename, pid }
  private enum Fork: Int, EventFields { case child_pid }
  private static let blocks: [Exec] = [.a0, .a1, .a2, .a3]
  private static let blockSize = 512

  package let options: ToolOptions
  private let wanted: POSIXRegex?
  private let most: Int
  private var parents = PairTable<Int32>()
  private var showsFiles = false
  private let showsFailures: Bool
  private var failures = ExecFailures()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(1, "NAME")
    wanted = try options.arguments.first.map { (text) throws(ToolUsageError) in
      try ToolOptions.regex(text, "NAME")
    }
    showsFailures = options.has("fails")
    if let text = options.own["arguments"] {
      guard let count = Int(text), count > 0 else {
        throw .badValue(option: "-a", value: text, expected: "a number above 0")
      }
      most = count
    } else {
      most = .max
    }
  }

  package var events: [WantedEvent] {
    [
      WantedEvent(
        probeOf: "proc_exec_connector", Exec.self,
        values: [
          "task->tgid", "task->real_parent->tgid", "task->cred->uid", "task->comm",
          "task->mm->arg_start", "task->mm->arg_end",
        ]
          + Self.blocks.indices.map { "+\($0 * Self.blockSize)(task->mm->arg_start):x64[64]" })
    ] + (showsFailures ? ExecFailures.events : []) + [
      WantedEvent(recorded: "sched:sched_process_exec", Plain.self, insteadOf: 0),
      WantedEvent(recorded: "sched:sched_process_fork", Fork.self, insteadOf: 0),
    ]
  }

  /// The place of what stands in for it in other recordings.
  private var firstPlain: Int { 1 + (showsFailures ? ExecFailures.events.count : 0) }

  package var rowStacks: RowStackPlan {
    RowStackPlan(own: [0, firstPlain], earlier: showsFailures ? [1 + ExecFailures.lookup] : [])
  }
  package var droppedPairs: Int { failures.dropped }
  package var banner: String { "Tracing exec()s. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + Column.user(options)
      + (options.format == .text ? [] : [Column("COMM", "comm")]) + [
        Column("PID", "pid", width: 6, isLeft: false),
        Column("PPID", "ppid", width: 6, isLeft: false),
      ] + (showsFailures ? [Column("RET", "ret", width: 8)] : []) + [Column("ARGS", "args")]
  }

  package var leftOut: [String] {
    showsFiles
      ? [
        "no arguments are in the recording: sched:sched_process_exec tells the files alone"
      ]
      : []
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    if event.number >= firstPlain { return take(plain: event, context, &rows) }
    if event.number > 0 {
      if let failure = failures.take(event, event.number - 1) {
        show(failure, event, context, &rows)
      }
      return
    }
    let comm = event.text(Exec.comm)
    guard context.isWanted(event.thread, source: event.source, name: comm) else { return }
    if let wanted, !wanted.matches(comm) { return }
    let arguments = arguments(of: event)
    context.addTime(event.time, to: &rows)
    if options.showsUser { rows.add(event[Exec.uid]) }
    if options.format != .text { rows.add(comm) }
    rows.add(event[Exec.pid])
    rows.add(event[Exec.ppid])
    if showsFailures { rows.add(0) }
    arguments.withUnsafeBytes { rows.add($0) }
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) {
    parents.removeAll()
    failures.forget()
  }

  private func take(plain event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let source = UInt64(event.source)
    if event.number > firstPlain {
      let child = UInt64(UInt32(truncatingIfNeeded: event[Fork.child_pid]))
      return parents.begin(source, child, context.process(of: event.thread))
    }
    showsFiles = true
    let file = event.text(Plain.filename)
    // The kernel names a task by its file then, and cuts the name (begin_new_exec in fs/exec.c).
    let base = file.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    let comm = UnsafeRawBufferPointer(rebasing: file[base..<min(file.count, base + 15)])
    guard context.isWanted(event.thread, source: event.source, name: comm) else { return }
    if let wanted, !wanted.matches(comm) { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    if options.format != .text { rows.add(comm) }
    rows.add(event[Plain.pid])
    if let parent = parents.value(source, UInt64(UInt32(bitPattern: event.thread))) {
      rows.add(Int(parent))
    } else {
      rows.addNothing("?")
    }
    if showsFailures { rows.add(0) }
    rows.add(file)
    rows.endRow()
  }

  /// Of a task that goes on as it was.
  private func show(
    _ failure: ExecFailures.Failure, _ event: ToolEvent, _ context: ToolContext,
    _ rows: inout RowWriter
  ) {
    guard context.isWanted(event.thread, source: event.source) else { return }
    if let wanted, !failure.lastName.withUnsafeBytes({ wanted.matches($0) }) { return }
    let process = context.process(of: event.thread)
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    if options.format != .text {
      context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    }
    rows.add(Int(process))
    if let parent = context.parent(of: process) {
      rows.add(Int(parent))
    } else {
      rows.addNothing("?")
    }
    rows.add(failure.result, shown: KernelNames.result(failure.result))
    switch failure.name {
    case nil: rows.addNothing("?")
    case []?: rows.add(rows.format == .text ? "\"\"" : "")
    case let name?: name.withUnsafeBytes { rows.add($0) }
    }
    rows.endRow()
  }

  /// With blanks between them. In memory each is ended by a NUL.
  private func arguments(of event: ToolEvent) -> [UInt8] {
    let length = max(0, event[Exec.end] &- event[Exec.start])
    var bytes: [UInt8] = []
    for block in Self.blocks where bytes.count < length {
      bytes += event.bytes(block).prefix(length - bytes.count)
    }
    var isCut = bytes.count < length
    if bytes.last == 0 { bytes.removeLast() }
    var count = 1
    for index in bytes.indices where bytes[index] == 0 {
      if count == most {
        bytes.removeSubrange(index...)
        isCut = true
        break
      }
      count += 1
      bytes[index] = UInt8(ascii: " ")
    }
    return isCut ? bytes + Array(" [...]".utf8) : bytes
  }
}
