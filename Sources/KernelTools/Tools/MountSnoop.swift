import ByteIO

/// `mountsnoop`: every call that mounts or unmounts a file system, with all its arguments.
package final class MountSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "mountsnoop",
    abstract: "Every call that mounts or unmounts a file system, and what came of it.",
    discussion: """
      Shown are mount, umount2, fsopen, fsconfig, fsmount, fspick, move_mount, open_tree and
      mount_setattr, when they return. A `?` is a string that the kernel did not read.
      """,
    options: [
      ToolOption("x", "failures", "Only calls that failed."),
      .stacks("The calls of the kernel at its return, below its row."),
    ],
    examples: [
      ("kscope mountsnoop -T", "until Ctrl-C"),
      ("kscope mountsnoop -x", "what could not be mounted"),
    ])

  private enum Exit: Int, EventFields { case ret }
  private enum Lookup: Int, EventFields { case name }
  private enum Text: Int, EventFields { case text }

  private static let kinds = MountCall.Kind.allCases
  private enum Number {
    static let copy = MountSnoop.kinds.count * 2
    static let lookup = copy + 1
  }

  package let options: ToolOptions
  private let onlyFailures: Bool
  private var begun = PairTable<MountCall>(capacity: 1 << 12)

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(0, "")
    onlyFailures = options.has("failures")
  }

  package var events: [WantedEvent] {
    Self.kinds.flatMap { kind in
      [
        WantedEvent(
          "syscalls:sys_enter_\(kind.rawValue)", MountCall.Argument.self, isOptional: kind != .mount
        ),
        WantedEvent("syscalls:sys_exit_\(kind.rawValue)", Exit.self, isOptional: kind != .mount),
      ]
    } + [
      WantedEvent(probeOf: "strndup_user%return", Text.self, values: ["$retval:string"]),
      WantedEvent(probeOf: "filename_lookup", Lookup.self, values: ["name->name"]),
      // Where it is part of another function, the second has the options of what can be mounted.
      WantedEvent(
        probeOf: "copy_mount_options%return", Text.self, values: ["+0($retval):string"],
        isOptional: true),
      WantedEvent(
        probeOf: "security_sb_mount", Text.self, values: ["((char *)data):string"], isOptional: true
      ),
    ]
  }

  package var rowStacks: RowStackPlan { RowStackPlan(own: Self.kinds.indices.map { $0 * 2 + 1 }) }
  package var droppedPairs: Int { begun.dropped }
  package var banner: String { "Tracing mount()s. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + Column.user(options) + [
      Column("COMM", "comm", width: 16, isCut: true), Column("PID", "pid", width: 7),
      Column("TID", "tid", width: 7), Column("CALL", "call"),
    ] + (options.format == .text ? [] : [Column("", "args"), Column("", "ret")])
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    if event.number < Number.copy {
      if event.number % 2 == 0 {
        begun.begin(source, thread, MountCall(Self.kinds[event.number / 2], event))
      } else if let call = begun.end(source, thread) {
        show(call, event[Exit.ret], event, context, &rows)
      }
      return
    }
    // Others copy strings and look files up, too.
    guard var call = begun.value(source, thread) else { return }
    switch event.number {
    case Number.copy: call.addCopy(Self.text(event, Text.text))
    case Number.lookup: call.addLookup(Self.text(event, Lookup.name))
    default: call.addData(Self.text(event, Text.text))
    }
    begun.begin(source, thread, call)
  }

  /// nil where the kernel could not read it: then it has no bytes, not even a NUL.
  private static func text(_ event: ToolEvent, _ field: some EventFields) -> [UInt8]? {
    event.bytes(field).isEmpty ? nil : Array(event.text(field))
  }

  private func show(
    _ call: MountCall, _ result: Int, _ event: ToolEvent, _ context: ToolContext,
    _ rows: inout RowWriter
  ) {
    if onlyFailures, result >= 0 { return }
    guard context.isWanted(event.thread, source: event.source) else { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(Int(context.process(of: event.thread)))
    rows.add(Int(event.thread))
    if options.format == .text {
      let text =
        Array("\(call.kind.rawValue)(".utf8) + call.arguments
        + Array(") = \(KernelNames.result(result))".utf8)
      text.withUnsafeBytes { rows.add($0) }
    } else {
      rows.add(call.kind.rawValue)
      call.arguments.withUnsafeBytes { rows.add($0) }
      rows.add(result)
    }
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { begun.removeAll() }
}
