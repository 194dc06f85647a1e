import ByteIO

/// `biotop`: which processes use disks most, as a table an interval.
package final class BioTop: TopTool {
  package static let about = ToolDescription(
    name: "biotop",
    abstract: "Which processes use disks most, as a table every interval.",
    discussion: """
      A request counts for the process that queued it, in the interval in which it is completed.
      AVGms is from its issue to the device. A recording is one table, unless an interval is given.
      """,
    arguments: "[INTERVAL [COUNT]]",
    options: [
      ToolOptions.rowsOption,
      ToolOption("D", "device", "DISK", "Only this disk: vda, or 259,0."),
    ],
    examples: [
      ("kscope biotop", "every second, until Ctrl-C"),
      ("kscope biotop -C -r 5 10 3", "three tables of ten seconds and five rows"),
    ],
    common: ToolOption.commonOfTables)

  private struct Use: Hashable {
    var process: Int32
    var comm: [UInt8]
    var operation: String
    var device: Int
  }
  private struct Sum {
    var requests = 0
    var byteCount = 0
    /// Of those whose time is known.
    var time: UInt64 = 0
    var timed: UInt64 = 0
  }

  package let options: ToolOptions
  private let filter: BlockFilter
  private let most: Int
  private var requests = BlockRequests()
  private var disks: DiskNames
  private var sums = CountTable<Use, Sum>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readTableInterval()
    self.options = options
    most = try options.readRows()
    filter = try BlockFilter(options)
    disks = DiskNames(options)
  }

  package var events: [WantedEvent] { BlockRequests.events(filter) }
  package var isAboutInterrupts: Bool { true }
  package var droppedPairs: Int { requests.dropped + sums.dropped }

  package var columns: [Column] {
    Column.timeInRows(options) + [
      Column("PID", "pid", width: 7), Column("COMM", "comm", width: 16, isCut: true),
      Column("D", "type", width: 1), Column("MAJ", "major", width: 3),
      Column("MIN", "minor", width: 3), Column("DISK", "disk", width: 8),
      Column("I/O", "requests", width: 5, isLeft: false),
      Column("Kbytes", "size_kb", width: 7, isLeft: false),
      Column("AVGms", "avg_ms", width: 6, isLeft: false),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard let request = requests.take(event, filter)?.pointee,
      request.isWanted(context, event.source)
    else {
      return
    }
    let use = Use(
      process: context.process(of: request.thread), comm: request.comm.bytes,
      operation: RequestType(request.type).operation, device: request.device)
    sums.count(use, from: Sum()) {
      $0.requests += 1
      $0.byteCount = $0.byteCount.addedUp(request.byteCount)
      if let time = event.time(since: request.issued) {
        $0.time.addUp(time)
        $0.timed += 1
      }
    }
  }

  package func forget(source: Int, cpu: Int) { requests.forget() }
  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    rows.beginTable(context.tableTitle)
    let sorted = sums.entries.sorted {
      ($1.value.byteCount, $1.value.requests, $0.key.process)
        < ($0.value.byteCount, $0.value.requests, $1.key.process)
    }
    for (use, sum) in sorted.prefix(most) {
      context.addTimeInRows(to: &rows)
      rows.add(Int(use.process))
      use.comm.withUnsafeBytes { rows.add($0) }
      rows.add(use.operation)
      rows.add(use.device >> 20)
      rows.add(use.device & 0xfffff)
      rows.add(disks.name(of: use.device))
      rows.add(sum.requests)
      rows.add(sum.byteCount / 1024)
      rows.add(milliseconds: sum.timed == 0 ? nil : sum.time / sum.timed)
      rows.endRow()
    }
    sums.removeAll()
  }
}
