import ByteIO

/// `iolatency`: how long requests to disks take, as a histogram an interval.
package final class IOLatency: IntervalTool {
  package static let about = ToolDescription(
    name: "iolatency",
    abstract: "How long requests to disks take, as a histogram every interval.",
    discussion: """
      A request counts in the interval in which it is completed, however long ago it began.
      """,
    arguments: "[INTERVAL [COUNT]]",
    options: [
      ToolOption("d", "device", "MAJOR,MINOR", "Only this device: 259,0."),
      ToolOption("i", "iotype", "GLOB", "Only such requests: '*R*' reads. A file: a recording."),
      ToolOption("Q", "queued", "Count from when a request was queued, not from its issue."),
    ],
    examples: [
      ("kscope iolatency", "every second, until Ctrl-C"),
      ("kscope iolatency -Q 5 3", "with the time in the queue, three times five seconds"),
      ("kscope iolatency --input trace.dat", "all of a recording"),
    ],
    common: ToolOption.commonOfLists)

  package let options: ToolOptions
  private let filter: BlockFilter
  private var requests = BlockRequests()
  /// Of milliseconds, rounded down.
  private var histogram = PowerHistogram()
  private let countsQueue: Bool

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    options.readInput(insteadOf: "iotype")
    try options.readInterval()
    if options.interval == nil, options.input == nil { options.interval = 1_000_000_000 }
    self.options = options
    filter = try BlockFilter(options)
    countsQueue = options.has("queued")
  }

  package var events: [WantedEvent] { BlockRequests.events(filter) }
  package var isAboutInterrupts: Bool { true }
  package var droppedPairs: Int { requests.dropped }

  package var banner: String {
    guard let interval = options.interval else { return "Tracing block I/O." }
    let seconds =
      interval % 1_000_000_000 == 0 ? "\(interval / 1_000_000_000)" : "\(Double(interval) / 1e9)"
    return "Tracing block I/O. Output every \(seconds) seconds."
      + (options.count == nil ? " Ctrl-C to end." : "")
  }

  /// Of JSON and CSV: a row a bucket.
  package var columns: [Column] {
    options.format == .text
      ? []
      : Column.timeInRows(options)
        + [Column("", "from_ms"), Column("", "to_ms"), Column("", "count")]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard let request = requests.take(event, filter)?.pointee,
      request.isWanted(context, event.source)
    else {
      return
    }
    guard let time = event.time(since: countsQueue ? request.queued : request.issued) else {
      return
    }
    histogram.add(time / 1_000_000)
  }

  package func forget(source: Int, cpu: Int) { requests.forget() }

  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    if options.format == .text {
      rows.separate()
      if !context.clockLine.isEmpty { rows.say(context.clockLine) }
      rows.say("  >=(ms) .. <(ms)   : I/O      |Distribution                          |")
      for line in histogram.lines(countTitleWidth: 8, barWidth: 38) { rows.say(line) }
    } else {
      for bucket in histogram.buckets {
        context.addTimeInRows(to: &rows)
        rows.add(bounds: bucket.from, bucket.to)
        rows.add(bucket.count)
        rows.endRow()
      }
    }
    histogram = PowerHistogram()
  }
}
