import ByteIO

/// `fileslower`: every read and write of a file that took long.
package final class FileSlower: KernelTool {
  package static let about = ToolDescription(
    name: "fileslower",
    abstract: "Every read and write of a file that took long, whatever the file system.",
    discussion: """
      Shown are the calls read, write and their like, with how many bytes they read or wrote, or why
      they did not. What is written is often written to memory alone, and is at the disk later.
      """,
    arguments: "[MIN_MS]",
    options: [
      ToolOption("a", "all-files", "All that can be read: sockets, pipes, terminals, too."),
      ToolOption("x", "failures", "Only calls that failed."), .wide,
      .stacks("The calls of the kernel that led to it, where it began, below its row."),
    ],
    examples: [
      ("kscope fileslower", "10 ms or more, until Ctrl-C"),
      ("kscope fileslower 0 -p 181", "all accesses of a process"),
    ])

  package let options: ToolOptions
  private let shortest: UInt64
  private let includesAll: Bool
  private var accesses: FileAccesses

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(1, "MIN_MS")
    let text = options.arguments.first ?? "10"
    guard let least = Double(text), least >= 0, least <= 1e9 else {
      throw .badValue(option: "MIN_MS", value: text, expected: "a number of milliseconds")
    }
    shortest = UInt64(least * 1e6)
    includesAll = options.has("all-files")
    accesses = FileAccesses(includesAll: includesAll)
  }

  package var events: [WantedEvent] { FileAccesses.events(includesAll: includesAll) }
  package var rowStacks: RowStackPlan { FileAccesses.rowStacks }
  package var droppedPairs: Int { accesses.dropped }

  package var banner: String {
    "Tracing reads and writes"
      + (shortest == 0 ? "" : " slower than \(options.arguments.first ?? "10") ms")
      + ". Ctrl-C to end."
  }

  package var columns: [Column] {
    [Column.timeOrElapsed(options, width: 8)] + Column.user(options) + [
      Column("COMM", "comm", width: 14, isCut: true), Column("PID", "pid", width: 7),
      Column("D", "type", width: 1), Column("BYTES", "size_bytes", width: 7),
      Column("LAT(ms)", "lat_ms", width: 7, isLeft: false), Column("FILENAME", "file"),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard let (access, result) = accesses.take(event) else { return }
    let time = event.time(since: access.start)
    guard shortest == 0 || time.map({ $0 >= shortest }) ?? false,
      !options.has("failures") || result < 0,
      context.isWanted(event.thread, source: event.source)
    else { return }
    context.addTimeOrElapsed(event.time, digits: 3, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(Int(context.process(of: event.thread)))
    rows.add(access.isWrite ? "W" : "R")
    rows.add(result, shown: KernelNames.result(result))
    rows.add(milliseconds: time)
    access.name.withUnsafeBytes { rows.add($0) }
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { accesses.forget() }
}
