import ByteIO

/// `biosnoop`: every request to a disk, by bcc's columns.
package final class BioSnoop: KernelTool {
  package static let about = ToolDescription(
    name: "biosnoop",
    abstract: "Every request to a disk: whose it is, where on the disk, and how long it took.",
    discussion: """
      A row appears when the device has completed a request. LAT(ms) is from its issue to the device,
      QUE(ms) what it waited in a scheduler's queue before; without a scheduler that is 0. T is what it
      does: R and W, D for a discard, F for a flush. A recording has disks' numbers alone.
      """,
    options: [
      ToolOption("d", "device", "DISK", "Only this disk: vda, or 259,0."),
      ToolOption("Q", "queued", "Show how long it waited in the queue."),
      .wide, .stacks("The calls of the kernel that led to its issue, below its row."),
    ],
    examples: [
      ("kscope biosnoop -Q", "until Ctrl-C, with the time in the queue"),
      ("kscope biosnoop -d vda -p 181", "requests of a process to a disk"),
    ])

  package let options: ToolOptions
  private let filter: BlockFilter
  private var requests = BlockRequests()
  private var disks: DiskNames
  private let showsQueue: Bool

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(0, "")
    filter = try BlockFilter(options)
    disks = DiskNames(options)
    showsQueue = options.has("queued")
  }

  package var events: [WantedEvent] { BlockRequests.events(filter) }
  package var isAboutInterrupts: Bool { true }
  package var rowStacks: RowStackPlan { BlockRequests.rowStacks }
  package var droppedPairs: Int { requests.dropped }
  package var banner: String { "Tracing block I/O. Ctrl-C to end." }

  package var columns: [Column] {
    [Column.timeOrElapsed(options, width: 11)] + Column.user(options) + [
      Column("COMM", "comm", width: 14, isCut: true), Column("PID", "pid", width: 7),
      Column("DISK", "disk", width: 9), Column("T", "type", width: 1),
      Column("SECTOR", "sector", width: 10), Column("BYTES", "size_bytes", width: 7),
    ] + (showsQueue ? [Column("QUE(ms)", "queue_ms", width: 7, isLeft: false)] : []) + [
      Column("LAT(ms)", "lat_ms", width: 7, isLeft: false)
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard let request = requests.take(event, filter)?.pointee,
      request.isWanted(context, event.source)
    else {
      return
    }
    context.addTimeOrElapsed(event.time, digits: 6, to: &rows)
    context.addUser(of: request.thread, to: &rows)
    request.comm.withBytes { rows.add($0) }
    rows.add(Int(context.process(of: request.thread)))
    rows.add(disks.name(of: request.device))
    rows.add(RequestType(request.type).operation)
    rows.add(request.sector)
    rows.add(request.byteCount)
    if showsQueue { rows.add(milliseconds: request.issued.distance(since: request.queued)) }
    rows.add(milliseconds: event.time(since: request.issued))
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { requests.forget() }
}
