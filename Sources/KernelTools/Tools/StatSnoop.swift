import ByteIO

/// `statsnoop`: every file that a program asks the kernel about.
///
/// A name is the kernel's own copy, where it is looked up (`filename_lookup`). A call by a descriptor
/// looks nothing up; its file's name comes from where the kernel asks whether the caller may
/// (`security_inode_getattr`, `security_sb_statfs`), as what comes before differs between kernels.
package final class StatSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "statsnoop",
    abstract: "Every file that a program asks the kernel about, and those that are not there.",
    discussion: """
      Shown are stat, lstat, fstat, newfstatat, statx, statfs and fstatfs, when they return. Of a call
      by a descriptor FD is that, and PATH the file's last name; a PATH beside an FD that is looked up
      begins there. ERR is 0, or why it failed.
      """,
    arguments: "[NAME]",
    options: [
      ToolOption("x", "failures", "Only calls that failed."),
      .stacks("The calls of the kernel that led to the file, below its row."),
    ],
    examples: [
      ("kscope statsnoop", "until Ctrl-C"),
      ("kscope statsnoop -x -n nginx", "what nginx looks for"),
      ("kscope statsnoop '\\.conf$'", "names that match a regular expression"),
    ])

  private enum ByName: Int, EventFields { case none }
  private enum ByDescriptor: Int, EventFields { case fd, dfd }
  private enum Exit: Int, EventFields { case ret }
  private enum Lookup: Int, EventFields { case name }

  /// A call, and whether it may be about a descriptor; arm64 lacks the older ones.
  private static let calls = [
    ("newfstatat", true), ("statx", true), ("newfstat", true), ("newstat", false),
    ("newlstat", false), ("statfs", false), ("fstatfs", true),
  ]
  private static let lookup = calls.count * 2

  private struct Call {
    var descriptor: Int?
    /// Empty where that is what was looked up, nil where nothing was.
    var name: [UInt8]?
  }

  package let options: ToolOptions
  private let wanted: POSIXRegex?
  private let onlyFailures: Bool
  private var begun = PairTable<Call>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(1, "NAME")
    wanted = try options.arguments.first.map { (text) throws(ToolUsageError) in
      try ToolOptions.regex(text, "NAME")
    }
    onlyFailures = options.has("failures")
  }

  package var events: [WantedEvent] {
    Self.calls.flatMap { name, isByDescriptor in
      let enter = "syscalls:sys_enter_\(name)"
      return [
        isByDescriptor
          ? WantedEvent(enter, ByDescriptor.self, isOptional: name != "statx")
          : WantedEvent(enter, ByName.self, isOptional: true),
        WantedEvent("syscalls:sys_exit_\(name)", Exit.self, isOptional: name != "statx"),
      ]
    } + [
      WantedEvent(probeOf: "filename_lookup", Lookup.self, values: ["name->name"]),
      WantedEvent(
        probeOf: "security_inode_getattr", Lookup.self, values: ["path->dentry:%pd"],
        isOptional: true),
      WantedEvent(
        probeOf: "security_sb_statfs", Lookup.self, values: ["dentry:%pd"], isOptional: true),
    ]
  }

  package var rowStacks: RowStackPlan {
    RowStackPlan(
      own: Self.calls.indices.map { $0 * 2 + 1 },
      firstOfEarlier: [Self.lookup, Self.lookup + 1, Self.lookup + 2])
  }
  package var droppedPairs: Int { begun.dropped }
  package var banner: String { "Tracing stat()s. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIME(s)", width: 16) + Column.user(options) + [
      Column("PID", "pid", width: 7), Column("COMM", "comm", width: 16, isCut: true),
      Column("FD", "fd", width: 4, isLeft: false), Column("ERR", "err", width: 7),
      Column("PATH", "path"),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    if event.number >= Self.lookup {
      // The first name is the call's: where it lies may be a file system of others' files. What could
      // not be read has no bytes, not even a NUL.
      guard var call = begun.value(source, thread), call.name?.isEmpty ?? true,
        !event.bytes(Lookup.name).isEmpty
      else { return }
      call.name = Array(event.text(Lookup.name))
      begun.begin(source, thread, call)
    } else if event.number % 2 == 0 {
      var call = Call()
      if Self.calls[event.number / 2].1 {
        let number = event.has(ByDescriptor.fd) ? event[ByDescriptor.fd] : event[ByDescriptor.dfd]
        call.descriptor = Int(Int32(truncatingIfNeeded: number))
      }
      begun.begin(source, thread, call)
    } else if let call = begun.end(source, thread) {
      show(call, event[Exit.ret], event, context, &rows)
    }
  }

  private func show(
    _ call: Call, _ result: Int, _ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter
  ) {
    if onlyFailures, result >= 0 { return }
    guard context.isWanted(event.thread, source: event.source) else { return }
    if let wanted, !(call.name ?? []).withUnsafeBytes({ wanted.matches($0) }) { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    rows.add(Int(context.process(of: event.thread)))
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    if let descriptor = call.descriptor, descriptor >= 0, call.name?.first != UInt8(ascii: "/") {
      rows.add(descriptor)
    } else {
      rows.addNothing("-")
    }
    rows.add(0 &- min(0, result), shown: result < 0 ? KernelNames.errno(result) : "0")
    switch call.name {
    // Neither a name to read at the address (EFAULT), nor a file of that number (EBADF).
    case nil: rows.addNothing("?")
    case []: rows.add(rows.format == .text ? "\"\"" : "")
    case let name?: name.withUnsafeBytes { rows.add($0) }
    }
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { begun.removeAll() }
}
