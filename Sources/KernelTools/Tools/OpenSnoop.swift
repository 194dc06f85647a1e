import ByteIO

/// `opensnoop`: every file that a program opens, or cannot.
///
/// The name is taken from the kernel's own copy, where it looks the file up (`do_filp_open`): what
/// the system call is given lies in the program's memory, which may not be there to be read.
package final class OpenSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "opensnoop",
    abstract: "Every file that a program opens, and those that it cannot.",
    discussion: """
      Shown are the system calls open, openat, openat2 and creat, when they return: the number of the
      file, or why there is none.
      """,
    arguments: "[NAME]",
    options: [
      ToolOption("x", "failures", "Only files that could not be opened."),
      .stacks("The calls of the kernel that led to the file, below its row."),
    ],
    examples: [
      ("kscope opensnoop", "until Ctrl-C"),
      ("kscope opensnoop -x -n nginx", "what nginx looks for"),
      ("kscope opensnoop '\\.conf$'", "names that match a regular expression"),
    ])

  private enum Nothing: Int, EventFields { case none }
  private enum Exit: Int, EventFields { case ret }
  private enum Lookup: Int, EventFields { case name }

  private static let calls = ["openat", "open", "openat2", "creat"]
  private static let lookup = calls.count * 2

  package let options: ToolOptions
  private let wanted: POSIXRegex?
  private let onlyFailures: Bool
  /// The names that threads have begun to open; empty until the kernel has it.
  private var open = PairTable<[UInt8]>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(1, "NAME")
    wanted = try options.arguments.first.map { (text) throws(ToolUsageError) in
      try ToolOptions.regex(text, "NAME")
    }
    onlyFailures = options.has("failures")
  }

  package var events: [WantedEvent] {
    // arm64 has openat and openat2 alone.
    Self.calls.enumerated().flatMap { number, name in
      [
        WantedEvent("syscalls:sys_enter_\(name)", Nothing.self, isOptional: number > 0),
        WantedEvent("syscalls:sys_exit_\(name)", Exit.self, isOptional: number > 0),
      ]
    } + [WantedEvent(probeOf: "do_filp_open", Lookup.self, values: ["pathname->name"])]
  }

  package var rowStacks: RowStackPlan {
    RowStackPlan(own: Self.calls.indices.map { $0 * 2 + 1 }, earlier: [Self.lookup])
  }
  package var droppedPairs: Int { open.dropped }
  package var banner: String { "Tracing open()s. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + Column.user(options) + [
      Column("COMM", "comm", width: 16, isCut: true), Column("PID", "pid", width: 6),
      Column("FD", "fd", width: 4, isLeft: false), Column("FILE", "file"),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    if event.number == Self.lookup {
      // Programs are looked up, too, when they are run; that is no call of these.
      guard open.value(source, thread) != nil else { return }
      open.begin(source, thread, Array(event.text(Lookup.name)))
    } else if event.number % 2 == 0 {
      open.begin(source, thread, [])
    } else if let name = open.end(source, thread) {
      show(name, event[Exit.ret], event, context, &rows)
    }
  }

  private func show(
    _ name: [UInt8], _ result: Int, _ event: ToolEvent, _ context: ToolContext,
    _ rows: inout RowWriter
  ) {
    if onlyFailures, result >= 0 { return }
    guard context.isWanted(event.thread, source: event.source) else { return }
    if let wanted, !name.withUnsafeBytes({ wanted.matches($0) }) { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(Int(context.process(of: event.thread)))
    rows.add(result, shown: KernelNames.result(result))
    if name.isEmpty {
      // The address that the program gave has no name to read (EFAULT).
      rows.addNothing("?")
    } else {
      name.withUnsafeBytes { rows.add($0) }
    }
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { open.removeAll() }
}
