import ByteIO

/// `capable`: every time that the kernel asks whether a task may do what root alone may.
///
/// Linux 6.13 made the check itself an event, which tells the result but not whether the audit is to
/// know; so its function is asked everywhere, and the event where a recording has nothing else.
package final class Capable: KernelTool {
  package static let about = ToolDescription(
    name: "capable",
    abstract: "Every check of a capability: who needed which, and whether it was there.",
    discussion: """
      A row is a check, not an action: a task that lacks a capability may be able to do without. AUDIT
      is 0 where the kernel only tries, and a denial is not to be reported. RESULT is 0 or -EPERM.
      """,
    arguments: "[NAME]",
    options: [
      ToolOption("v", "non-audit", "Checks, too, where the kernel only tries."),
      ToolOption("x", "extra", "Show the thread, and whether it is asked on a user id's change."),
      ToolOption("U", "unique", "Each task's checks of a capability once a result."),
      ToolOption(nil, "denied", "Only checks that found the capability lacking."),
      ToolOption("K", "kernel-stack", "The calls of the kernel that led to it, below its row."),
    ],
    examples: [
      ("kscope capable", "until Ctrl-C"),
      ("kscope capable -n nginx -U", "which capabilities nginx needs"),
      ("kscope capable --denied NET", "who lacks what has to do with networks"),
    ])

  private enum Enter: Int, EventFields { case uid, cap, opts }
  private enum Return: Int, EventFields { case ret }
  private enum Checked: Int, EventFields { case cap, ret }

  private struct Check {
    var capability: Int
    var user: Int?
    /// CAP_OPT_*; nil where that is not known.
    var options: Int?
  }
  private struct Seen: Hashable {
    var process: Int32
    var capability: Int
    var result: Int
  }

  package let options: ToolOptions
  private let wanted: POSIXRegex?
  private var begun = PairTable<Check>(capacity: 1 << 14)
  private var seen = CountTable<Seen, Bool>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    // A check belongs to a time of day, as in bcc.
    if options.times == .none, options.input == nil { options.times = .wall }
    self.options = options
    try options.expectArguments(1, "NAME")
    wanted = try options.arguments.first.map { (text) throws(ToolUsageError) in
      try ToolOptions.regex(text, "NAME")
    }
  }

  private static let enter = 0, end = 1, checked = 2

  package var events: [WantedEvent] {
    var checks = [
      WantedEvent(
        probeOf: "cap_capable", Enter.self, values: ["cred->uid", "cap", "opts"]),
      WantedEvent(
        probeOf: "cap_capable%return", Return.self, values: ["$retval"], isOptional: true),
      WantedEvent("capability:cap_capable", Checked.self),
    ]
    for index in [Self.enter, Self.checked] { checks[index].alternative = "check" }
    return checks
  }

  package var rowStacks: RowStackPlan { RowStackPlan(own: [Self.checked], earlier: [Self.enter]) }
  package var droppedPairs: Int { begun.dropped + seen.dropped }
  package var banner: String { "Tracing checks of capabilities. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + [
      Column("UID", "uid", width: 6), Column("PID", "pid", width: 6),
    ] + (options.has("extra") ? [Column("TID", "tid", width: 6)] : []) + [
      Column("COMM", "comm", width: 16, isCut: true), Column("CAP", "cap", width: 4),
      Column("NAME", "name", width: 20), Column("AUDIT", "audit", width: 6),
    ] + (options.has("extra") ? [Column("INSETID", "insetid", width: 7)] : []) + [
      Column("RESULT", "ret", width: 6)
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    switch event.number {
    case Self.enter:
      begun.begin(
        source, thread,
        Check(capability: event[Enter.cap], user: event[Enter.uid], options: event[Enter.opts]))
    case Self.end:
      // Where the event is there, too, it comes first and has ended the check.
      guard let check = begun.end(source, thread) else { return }
      show(check, event[Return.ret], event, context, &rows)
    default:
      let check =
        begun.end(source, thread)
        ?? Check(capability: event[Checked.cap], user: nil, options: nil)
      show(check, event[Checked.ret], event, context, &rows)
    }
  }

  /// Source: include/linux/security.h, CAP_OPT_NOAUDIT and CAP_OPT_INSETID.
  private static let noAudit = 2, inSetID = 4

  private func show(
    _ check: Check, _ result: Int, _ event: ToolEvent, _ context: ToolContext,
    _ rows: inout RowWriter
  ) {
    if let given = check.options, given & Self.noAudit != 0, !options.has("non-audit") { return }
    if options.has("denied"), result >= 0 { return }
    guard context.isWanted(event.thread, source: event.source) else { return }
    let name = KernelNames.capability(check.capability)
    if let wanted, !Array(name.utf8).withUnsafeBytes({ wanted.matches($0) }) { return }
    let process = context.process(of: event.thread)
    if options.has("unique") {
      let key = Seen(process: process, capability: check.capability, result: result)
      guard seen.entries[key] == nil else { return }
      seen.count(key, from: true) { _ in }
    }
    context.addTime(event.time, to: &rows)
    if let user = check.user { rows.add(user) } else { rows.addNothing("?") }
    rows.add(Int(process))
    if options.has("extra") { rows.add(Int(event.thread)) }
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(check.capability)
    rows.add(name)
    func add(_ value: Int?) { if let value { rows.add(value) } else { rows.addNothing("?") } }
    add(check.options.map { $0 & Self.noAudit == 0 ? 1 : 0 })
    if options.has("extra") { add(check.options.map { $0 & Self.inSetID != 0 ? 1 : 0 }) }
    rows.add(result, shown: KernelNames.result(result))
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { begun.removeAll() }
}
