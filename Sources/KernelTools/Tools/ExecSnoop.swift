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
      first 2048 bytes are shown, and [...] for the rest.
      """,
    arguments: "[NAME]",
    options: [
      ToolOption("a", "arguments", "COUNT", "Show so many arguments, and [...] for more."),
      ToolOption("r", "re-exec", "Accepted: a process that runs another program is shown always."),
    ],
    examples: [
      ("kscope execsnoop", "until Ctrl-C"), ("kscope execsnoop -t 'git|make'", "programs so named"),
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

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(1, "NAME")
    wanted = try options.arguments.first.map { (text) throws(ToolUsageError) in
      try ToolOptions.regex(text, "NAME")
    }
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
          + Self.blocks.indices.map { "+\($0 * Self.blockSize)(task->mm->arg_start):x64[64]" }),
      WantedEvent(recorded: "sched:sched_process_exec", Plain.self, insteadOf: 0),
      WantedEvent(recorded: "sched:sched_process_fork", Fork.self, insteadOf: 0),
    ]
  }

  package var banner: String { "Tracing exec()s. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + Column.user(options)
      + (options.format == .text ? [] : [Column("COMM", "comm")]) + [
        Column("PID", "pid", width: 6, isLeft: false),
        Column("PPID", "ppid", width: 6, isLeft: false), Column("ARGS", "args"),
      ]
  }

  package var leftOut: [String] {
    showsFiles
      ? [
        "the recording has files in place of arguments, which sched:sched_process_exec does not tell"
      ]
      : []
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard event.number == 0 else { return take(plain: event, context, &rows) }
    let comm = event.text(Exec.comm)
    guard context.isWanted(event.thread, source: event.source, name: comm) else { return }
    if let wanted, !wanted.matches(comm) { return }
    let arguments = arguments(of: event)
    context.addTime(event.time, to: &rows)
    if options.showsUser { rows.add(event[Exec.uid]) }
    if options.format != .text { rows.add(comm) }
    rows.add(event[Exec.pid])
    rows.add(event[Exec.ppid])
    arguments.withUnsafeBytes { rows.add($0) }
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { parents.removeAll() }

  private func take(plain event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let source = UInt64(event.source)
    if event.number == 2 {
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
    rows.add(file)
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
