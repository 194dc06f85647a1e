import ByteIO

/// `biolatency`: how long requests to disks take, as histograms by bcc's bounds.
package final class BioLatency: IntervalTool {
  package static let about = ToolDescription(
    name: "biolatency",
    abstract: "How long requests to disks take, as histograms: of all, a disk, a kind of request.",
    discussion: """
      Both numbers of a row belong to it (in JSON and CSV, to is the next row's from); parts of a
      microsecond are cut off. A request counts in the interval in which it is completed. Without an
      interval there is one histogram, at the end.
      """,
    arguments: "[INTERVAL [COUNT]]",
    options: [
      ToolOption("Q", "queued", "Count from when a request was queued, not from its issue."),
      ToolOption("m", "milliseconds", "Milliseconds, not microseconds."),
      ToolOption("D", "disks", "A histogram for each disk."),
      ToolOption("F", "flags", "A histogram for each kind of request: Sync-Write."),
      ToolOption("e", "extension", "Show the average, the total and the count, too."),
      ToolOption("d", "device", "DISK", "Only this disk: vda, or 259,0."),
    ],
    examples: [
      ("kscope biolatency", "one histogram, at Ctrl-C"),
      ("kscope biolatency -mT 1 10", "ten of a second, in milliseconds, with times"),
      ("kscope biolatency -DQ -i trace.dat", "a recording's disks, with their queues"),
    ],
    common: ToolOption.commonOfLists)

  private struct Kind: Hashable {
    var disk = ""
    var flags = ""
  }
  private struct Latencies {
    var histogram = PowerHistogram()
    /// In nanoseconds.
    var total: UInt64 = 0
  }

  package let options: ToolOptions
  private let filter: BlockFilter
  private var requests = BlockRequests()
  private var disks: DiskNames
  private var counts = CountTable<Kind, Latencies>()
  /// How many nanoseconds the unit has, and what it is called.
  private let unit: (size: UInt64, name: String, short: String)

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readInterval()
    self.options = options
    filter = try BlockFilter(options)
    disks = DiskNames(options)
    unit = options.has("milliseconds") ? (1_000_000, "msecs", "ms") : (1000, "usecs", "us")
  }

  package var events: [WantedEvent] { BlockRequests.events(filter) }
  package var isAboutInterrupts: Bool { true }
  package var droppedPairs: Int { requests.dropped + counts.dropped }
  package var banner: String { "Tracing block device I/O... Hit Ctrl-C to end." }

  /// Of JSON and CSV: a row a bucket.
  package var columns: [Column] {
    guard options.format != .text else { return [] }
    var columns = Column.time(options, "", width: 0)
    if options.has("disks") { columns.append(Column("", "disk")) }
    if options.has("flags") { columns.append(Column("", "flags")) }
    columns += ["from_\(unit.short)", "to_\(unit.short)", "count"].map { Column("", $0) }
    if options.has("extension") {
      columns += ["avg_\(unit.short)", "total_\(unit.short)"].map { Column("", $0) }
    }
    return columns
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard let request = requests.take(event, filter)?.pointee,
      request.isWanted(context, event.source)
    else {
      return
    }
    var kind = Kind()
    if options.has("disks") { kind.disk = disks.name(of: request.device) }
    if options.has("flags") { kind.flags = RequestType(request.type).words }
    guard
      let time = event.time(since: options.has("queued") ? request.queued : request.issued)
    else { return }
    counts.count(kind, from: Latencies()) {
      $0.histogram.add(time / unit.size)
      $0.total.addUp(time)
    }
  }

  package func forget(source: Int, cpu: Int) { requests.forget() }
  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    rows.separate()
    if options.times != .none { rows.say(context.intervalText) }
    for (kind, latencies) in counts.entries.sorted(by: {
      ($0.key.disk, $0.key.flags) < ($1.key.disk, $1.key.flags)
    }) {
      if options.format == .text {
        draw(kind, latencies, &rows)
      } else {
        list(kind, latencies, context, &rows)
      }
    }
    counts.removeAll()
  }

  private func draw(_ kind: Kind, _ latencies: Latencies, _ rows: inout RowWriter) {
    if options.has("disks") { rows.say("disk = \(kind.disk)") }
    if options.has("flags") { rows.say("flags = \(kind.flags)") }
    for line in latencies.histogram.closedLines(unit: unit.name) { rows.say(line) }
    if options.has("extension") {
      let count = latencies.histogram.total
      let (average, total) = sums(latencies)
      rows.say("")
      rows.say("avg = \(average) \(unit.name), total: \(total) \(unit.name), count: \(count)")
    }
    if kind != Kind() { rows.say("") }
  }

  private func sums(_ latencies: Latencies) -> (average: UInt64, total: UInt64) {
    let count = UInt64(max(1, latencies.histogram.total))
    return (latencies.total / count / unit.size, latencies.total / unit.size)
  }

  private func list(
    _ kind: Kind, _ latencies: Latencies, _ context: ToolContext, _ rows: inout RowWriter
  ) {
    for bucket in latencies.histogram.buckets {
      context.addTime(context.intervalEnd, to: &rows)
      if options.has("disks") { rows.add(kind.disk) }
      if options.has("flags") { rows.add(kind.flags) }
      rows.add(bounds: bucket.from, bucket.to)
      rows.add(bucket.count)
      if options.has("extension") {
        let (average, total) = sums(latencies)
        rows.add(Int(clamping: average))
        rows.add(Int(clamping: total))
      }
      rows.endRow()
    }
  }
}
