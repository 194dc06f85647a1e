import ByteIO

/// `trace`: a row whenever a function is called or an event happens, with what a person wants of it.
package final class Trace: KernelTool {
  package static let about = ToolDescription(
    name: "trace",
    abstract: "A row whenever a function is called or an event happens, with chosen values.",
    discussion: """
      SPEC is SYSTEM:EVENT, or probe:FUNCTION(NAME=VALUE, …) in kscope's language (kscope record --help,
      PROBES); behind it "if FILTER" in the kernel's filter language, and a format and its fields:
      "%s reads %d", comm, count. Conversions are %d %u %x %o %c %s %p %%, and %K for the function that
      an address is in. Without a format it is the event's own text.
      """,
    arguments: "SPEC [SPEC …]",
    options: [
      ToolOption("M", "max-events", "COUNT", "End after so many rows."),
      ToolOption("K", "kernel-stack", "The calls of the kernel that led to it, below its row."),
      ToolOption("C", "cpu", "Show where it happened."),
    ],
    examples: [
      ("kscope trace 'sched:sched_process_exit'", "each task that ends"),
      (
        "kscope trace 'syscalls:sys_exit_openat if ret < 0 \"failed: %d\", ret'",
        "files that cannot be opened"
      ),
      ("kscope trace -K 'probe:do_filp_open(name=pathname->name) \"%s\", name'", "and from where"),
    ])

  package let options: ToolOptions
  private let specs: [TraceSpec]
  private let wishes: FieldWishes
  private let most: Int?
  private let showsCPU: Bool
  private var count = 0

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    _ = try options.argument(0, "SPEC")
    var specs: [TraceSpec] = []
    for text in options.arguments { specs.append(try TraceSpec(text)) }
    self.specs = specs
    most = try options.own["max-events"].map { (text) throws(ToolUsageError) in
      try ToolOptions.count(text, "-M")
    }
    showsCPU = options.has("cpu")
    wishes = try FieldWishes(specs.map(\.wish), isLive: options.input == nil)
  }

  package var events: [WantedEvent] { wishes.events }
  package var rowStacks: RowStackPlan { RowStackPlan(own: Array(wishes.events.indices)) }
  package var isAboutCurrentTask: Bool { true }
  package var isDone: Bool { most.map { count >= $0 } ?? false }
  package var banner: String { "Tracing \(specs.count) probes... Hit Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIME", width: 14) + Column.user(options)
      + (showsCPU ? [Column("CPU", "cpu", width: 3)] : []) + [
        Column("PID", "pid", width: 7), Column("TID", "tid", width: 7),
        Column("COMM", "comm", width: 15), Column("FUNC", "event", width: 16),
        Column("-", "text"),
      ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard context.isWanted(event.thread, source: event.source) else { return }
    for (spec, place) in zip(specs, wishes.places)
    where place.event == event.number && context.holds(place.condition, event) {
      if isDone { return }
      show(event, spec, place, context, &rows)
    }
  }

  private func show(
    _ event: ToolEvent, _ spec: TraceSpec, _ place: FieldWishes.Place, _ context: ToolContext,
    _ rows: inout RowWriter
  ) {
    count += 1
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    if showsCPU { rows.add(event.cpu) }
    rows.add(Int(context.process(of: event.thread)))
    rows.add(Int(event.thread))
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(spec.wish.event.name)
    if let format = spec.format {
      rows.add(
        format.text(of: place.fields.map { FieldContent(event, $0) }) {
          context.function(at: UInt64($0), source: event.source)
        })
    } else {
      context.text(of: event).withUnsafeBytes { rows.add($0) }
    }
    rows.endRow()
  }
}
