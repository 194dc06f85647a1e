import ByteIO

/// `killsnoop`: every signal that a program sends, to whom, and whether it could.
///
/// perf-tools' killsnoop knows kill(2) alone and reads its result as text: a failure is
/// 1.84467e+19, and a name with a blank loses its row.
package final class KillSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "killsnoop",
    abstract: "Every signal that a program sends, to whom, and whether it could.",
    discussion: """
      Shown are the system calls kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo and
      pidfd_send_signal. A target below 0 is a group of processes, -1 all of them, 0 the sender's
      group.
      """,
    options: [
      ToolOption("p", "target", "PID", "Only signals to this process or group."),
      ToolOption("s", "signals", "Signals by their names."),
      ToolOption("x", "failures", "Only signals that could not be sent."),
      .stacks("The calls of the kernel that led to the signal, below its row."),
    ],
    examples: [
      ("kscope killsnoop -s", "until Ctrl-C, SIGTERM in place of 15"),
      ("kscope killsnoop -x", "those that failed, and why"),
    ])

  private enum Kill: Int, EventFields { case pid, sig }
  /// The process is told by the event of the signal.
  private enum Descriptor: Int, EventFields { case pidfd, sig }
  private enum Exit: Int, EventFields { case ret }
  private enum Generated: Int, EventFields { case sig, pid }

  private struct Call {
    /// nil until the signal's event tells.
    var target: Int?
    var signal: Int
  }

  package let options: ToolOptions
  private let target: Int?
  private let showsNames: Bool
  private let onlyFailures: Bool
  private var calls = PairTable<Call>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(0, "")
    target = try options.own["target"].map { (text) throws(ToolUsageError) in
      guard let pid = Int(text) else {
        throw .badValue(option: "-p", value: text, expected: "a process's number")
      }
      return pid
    }
    showsNames = options.has("signals")
    onlyFailures = options.has("failures")
  }

  /// Calls with the pid and the signal as arguments; the first is there on every kernel.
  private static let byPID = ["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"]
  private static let byDescriptor = byPID.count * 2
  private static let generated = byDescriptor + 2

  package var events: [WantedEvent] {
    var events: [WantedEvent] = []
    for (number, name) in Self.byPID.enumerated() {
      events.append(
        WantedEvent("syscalls:sys_enter_\(name)", Kill.self, isOptional: number > 0))
      events.append(WantedEvent("syscalls:sys_exit_\(name)", Exit.self, isOptional: number > 0))
    }
    return events + [
      WantedEvent("syscalls:sys_enter_pidfd_send_signal", Descriptor.self, isOptional: true),
      WantedEvent("syscalls:sys_exit_pidfd_send_signal", Exit.self, isOptional: true),
      WantedEvent("signal:signal_generate", Generated.self, isOptional: true),
    ]
  }

  package var rowStacks: RowStackPlan {
    RowStackPlan(
      own: (0...Self.byPID.count).map { $0 * 2 + 1 }, firstOfEarlier: [Self.generated])
  }
  package var droppedPairs: Int { calls.dropped }
  package var banner: String { "Tracing kill()s. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + Column.user(options) + [
      Column("COMM", "comm", width: 16, isCut: true), Column("PID", "pid", width: 6),
      Column("TPID", "tpid", width: 8), Column("SIGNAL", "signal", width: 10),
      Column("RETURN", "ret", width: 4),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    switch event.number {
    case Self.byDescriptor:
      calls.begin(source, thread, Call(target: nil, signal: event[Descriptor.sig]))
    case Self.generated:
      // Who sends by a descriptor does not name the process: this event does.
      if var call = calls.value(source, thread), call.target == nil,
        call.signal == event[Generated.sig]
      {
        call.target = event[Generated.pid]
        calls.begin(source, thread, call)
      }
    case let number where number % 2 == 0:
      // Arguments fill a register; a pid is an int, and below 0 it is a group.
      let target = Int(Int32(truncatingIfNeeded: event[Kill.pid]))
      calls.begin(
        source, thread,
        Call(target: target, signal: Int(Int32(truncatingIfNeeded: event[Kill.sig]))))
    default:
      guard let call = calls.end(source, thread) else { return }
      show(call, event[Exit.ret], event, context, &rows)
    }
  }

  private func show(
    _ call: Call, _ result: Int, _ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter
  ) {
    if let target, call.target != target { return }
    if onlyFailures, result >= 0 { return }
    guard context.isWanted(event.thread, source: event.source) else { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(Int(context.process(of: event.thread)))
    if let target = call.target { rows.add(target) } else { rows.addNothing("?") }
    rows.add(call.signal, shown: showsNames ? KernelNames.signal(call.signal) : "\(call.signal)")
    rows.add(result, shown: KernelNames.result(result))
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { calls.removeAll() }
}
