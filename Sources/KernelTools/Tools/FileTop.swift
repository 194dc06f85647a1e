import ByteIO

/// `filetop`: which files are read and written most, and by whom, as a table an interval.
package final class FileTop: TopTool {
  package static let about = ToolDescription(
    name: "filetop",
    abstract: "Which files are read and written most, and by whom, as a table every interval.",
    discussion: """
      Counted is what calls really read and wrote, from memory or from a disk, in the interval in
      which they end. T is R for a regular file, S for a socket, O for others. A recording is one
      table, unless an interval is given.
      """,
    arguments: "[INTERVAL [COUNT]]",
    options: [
      ToolOption("a", "all-files", "All that can be read: sockets, pipes, terminals, too."),
      ToolOptions.rowsOption,
      ToolOption("s", "sort", "COLUMN", "By all, reads, writes, rbytes or wbytes; all otherwise."),
    ],
    examples: [
      ("kscope filetop", "every second, until Ctrl-C"),
      ("kscope filetop -C -s reads 5 3", "three tables of five seconds, most reads first"),
    ],
    common: ToolOption.commonOfTables)

  private struct Use: Hashable {
    var source: Int
    var thread: Int32
    var device: Int
    var inode: Int
  }
  private struct Sum {
    var process: Int32
    var comm: [UInt8]
    var type: String
    var file: [UInt8]
    var reads = 0
    var writes = 0
    var readBytes = 0
    var writtenBytes = 0
  }

  private static let orders: [String: @Sendable (Sum) -> Int] = [
    "all": { $0.readBytes.addedUp($0.writtenBytes) }, "reads": { $0.reads },
    "writes": { $0.writes },
    "rbytes": { $0.readBytes }, "wbytes": { $0.writtenBytes },
  ]

  package let options: ToolOptions
  private let most: Int
  private let order: @Sendable (Sum) -> Int
  private let includesAll: Bool
  private var accesses: FileAccesses
  private var sums = CountTable<Use, Sum>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readTableInterval()
    self.options = options
    most = try options.readRows()
    let text = options.own["sort"] ?? "all"
    guard let order = Self.orders[text] else {
      throw .badValue(option: "-s", value: text, expected: "all, reads, writes, rbytes or wbytes")
    }
    self.order = order
    includesAll = options.has("all-files")
    accesses = FileAccesses(includesAll: includesAll)
  }

  package var events: [WantedEvent] { FileAccesses.events(includesAll: includesAll) }
  package var droppedPairs: Int { accesses.dropped + sums.dropped }

  package var columns: [Column] {
    Column.timeInRows(options) + [
      Column("PID", "pid", width: 7), Column("TID", "tid", width: 7),
      Column("COMM", "comm", width: 16, isCut: true), Column("READS", "reads", width: 6),
      Column("WRITES", "writes", width: 6), Column("R_Kb", "read_kb", width: 7),
      Column("W_Kb", "written_kb", width: 7), Column("T", "type", width: 1),
      Column("FILE", "file"),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard let (access, result) = accesses.take(event), result >= 0,
      context.isWanted(event.thread, source: event.source)
    else { return }
    let use = Use(
      source: event.source, thread: event.thread, device: access.device, inode: access.inode)
    sums.count(
      use,
      from: Sum(
        process: context.process(of: event.thread),
        comm: context.name(of: event.thread, source: event.source), type: access.type,
        file: access.name)
    ) {
      if access.isWrite {
        $0.writes += 1
        $0.writtenBytes = $0.writtenBytes.addedUp(result)
      } else {
        $0.reads += 1
        $0.readBytes = $0.readBytes.addedUp(result)
      }
    }
  }

  package func forget(source: Int, cpu: Int) { accesses.forget() }
  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    rows.beginTable(context.tableTitle)
    let order = order
    let sorted = sums.entries.sorted {
      (order($1.value), $0.key.thread, $0.key.inode) < (
        order($0.value), $1.key.thread, $1.key.inode
      )
    }
    for (use, sum) in sorted.prefix(most) {
      context.addTimeInRows(to: &rows)
      rows.add(Int(sum.process))
      rows.add(Int(use.thread))
      sum.comm.withUnsafeBytes { rows.add($0) }
      rows.add(sum.reads)
      rows.add(sum.writes)
      rows.add(sum.readBytes / 1024)
      rows.add(sum.writtenBytes / 1024)
      rows.add(sum.type)
      sum.file.withUnsafeBytes { rows.add($0) }
      rows.endRow()
    }
    sums.removeAll()
  }
}
