import ByteIO
import Glibc

/// `iosnoop`: every request to a disk, with how long the device took.
///
/// perf-tools' iosnoop reads the kernel's text and counts its words; since Linux 6.11 the text has
/// one more, and it prints wrong sizes and times without a word. Here the fields are read by name.
package final class IOSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "iosnoop",
    abstract: "Every request to a disk, with the task that issued it and how long it took.",
    discussion: """
      A row appears when the device has completed a request. The task is the one that queued the
      request, or gave it to the device where there is no queue; for data that was written earlier
      that is often a kernel thread.
      """,
    arguments: "[SECONDS]",
    options: [
      ToolOption("d", "device", "MAJOR,MINOR", "Only this device: 259,0."),
      ToolOption("i", "iotype", "GLOB", "Only such requests: '*R*' reads. A file: a recording."),
      ToolOption("Q", "queued", "Count from when a request was queued, not from its issue."),
      ToolOption("s", "start", "Show when it began, in seconds of the trace's clock."),
      .wide, .stacks("The calls of the kernel that led to its issue, below its row."),
    ],
    examples: [
      ("kscope iosnoop", "until Ctrl-C"), ("kscope iosnoop -Qts 10", "ten seconds, with times"),
      ("kscope iosnoop --input trace.dat -j", "what a recording holds, for a program"),
    ])

  package let options: ToolOptions
  private let filter: BlockFilter
  /// What the rows of one task have in common.
  private struct Head: Equatable, BitwiseCopyable {
    var comm = ShortText()
    var type = ShortText()
    var device = 0
    var process: Int32 = 0
  }

  private struct State: ~Copyable {
    var requests = BlockRequests()
    var heads = KeptTexts(Head())
  }

  /// In memory of its own: a million events need no check of who else has the object's properties.
  private let state: UnsafeMutablePointer<State>
  private let countsQueue: Bool
  private let showsStart: Bool

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    options.readInput(insteadOf: "iotype")
    if let seconds = options.arguments.first {
      options.duration = try ToolOptions.seconds(seconds, "SECONDS")
    }
    try options.expectArguments(1, "SECONDS")
    self.options = options
    filter = try BlockFilter(options)
    countsQueue = options.has("queued")
    showsStart = options.has("start")
    state = .allocate(capacity: 1)
    state.initialize(to: State())
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  package var events: [WantedEvent] { BlockRequests.events(filter) }
  package var isAboutInterrupts: Bool { true }
  package var rowStacks: RowStackPlan { BlockRequests.rowStacks }
  package var droppedPairs: Int { state.pointee.requests.dropped }

  package var banner: String { "Tracing block I/O. Ctrl-C to end." }

  package var columns: [Column] {
    var columns: [Column] = []
    if showsStart { columns.append(Column("STARTs", "start_s", width: 15)) }
    return columns + Column.time(options, "ENDs", width: 15) + Column.user(options) + [
      Column("COMM", "comm", width: 12, isCut: true), Column("PID", "pid", width: 6),
      Column("TYPE", "type", width: 4), Column("DEV", "dev", width: 8),
      Column("BLOCK", "sector", width: 12), Column("BYTES", "bytes", width: 6),
      Column("LATms", "lat_ms", width: 8, isLeft: false),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard let request = state.pointee.requests.take(event, filter)?.pointee,
      request.isWanted(context, event.source)
    else {
      return
    }
    let start = countsQueue ? request.queued : request.issued
    if showsStart { rows.add(nanoseconds: start, per: 1_000_000_000, digits: 6) }
    context.addTime(event.time, to: &rows)
    context.addUser(of: request.thread, to: &rows)
    // One task has many requests of a kind.
    let process = context.process(of: request.thread)
    let head = Head(
      comm: request.comm, type: request.type, device: request.device, process: process)
    rows.add(head, hash: Int(process), keptIn: state.pointee.heads) { rows in
      head.comm.withBytes { rows.add($0) }
      rows.add(Int(process))
      head.type.withBytes { rows.add($0) }
      rows.add(pair: head.device >> 20, head.device & 0xfffff)
    }
    rows.add(request.sector)
    rows.add(request.byteCount)
    rows.add(milliseconds: event.time(since: start))
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { state.pointee.requests.forget() }
}
