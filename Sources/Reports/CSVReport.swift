package import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// All occurrences of one event as a table (RFC 4180): a row each, in the order of time.
///
/// The columns are the recording's path where there are several, the instance where there is one, the
/// time in ns, the CPU, the pid, the task's name and the event's own fields. Of recordings whose
/// kernels describe the event differently, the fields of all; a cell is empty where there is none.
package struct CSVReport {
  private let input: ReportInput
  private let options: ReportOptions
  /// The event's index in each source's catalog; nil where it has none.
  private let events: [Int?]
  private let columns: CSVColumns

  /// - Parameter event: `EVENT` or `SYSTEM:EVENT`.
  package init(
    _ input: ReportInput, event: String, options: ReportOptions
  ) throws(UnknownEvent) {
    self.input = input
    self.options = options
    let parts = event.split(separator: ":", maxSplits: 1).map { String($0) }
    events = input.sources.map {
      parts.count == 2
        ? $0.events.index(system: parts[0], name: parts[1]) : $0.events.index(name: event)
    }
    if events.allSatisfy({ $0 == nil }) {
      throw UnknownEvent(event, among: input.sources.flatMap(\.events.titles))
    }
    columns = CSVColumns(
      zip(input.sources, events).map { source, index in
        index.flatMap { try? source.events.format(at: $0) }
      })
  }

  /// Writes all rows, the names of the columns first.
  ///
  /// - Returns: what could not be shown.
  package func write(to descriptor: Int32) throws(SystemError) -> [any ExplainedError] {
    var head = ByteSink()
    if namesFiles { head.append("file,") }
    if namesBuffers { head.append("buffer,") }
    head.append("time,cpu,pid,comm")
    for name in columns.names {
      head.append(",")
      Array(name.utf8).withUnsafeBytes { head.append(csv: $0) }
    }
    head.append("\n")
    try head.write(to: descriptor)
    guard !input.streams.isEmpty else { return input.lateProblems }
    let input = self.input
    let options = self.options
    let rows = rows
    let window = input.window(options, counting: rows.map { $0?.id ?? -1 })
    let dealer = SliceDealer(input, options: options, window: window, followsCalls: false)
    let run = SlicedRun(
      input: input, dealer: dealer, workers: options.workers,
      onProgress: options.onProgress)
    return try run.write(to: descriptor) { CSVWriter(input, rows, options) }
  }

  private var namesFiles: Bool { input.files.count > 1 }
  private var namesBuffers: Bool { input.sources.contains { !$0.buffer.name.isEmpty } }

  /// How the rows of each source are made; nil where it has not the event.
  private var rows: [Row?] {
    input.sources.indices.map { number in
      guard let event = events[number] else { return nil }
      let source = input.sources[number]
      var start = ByteSink(capacity: 128)
      for (isNamed, name) in [(namesFiles, source.file.path), (namesBuffers, source.buffer.name)]
      where isNamed {
        Array(name.utf8).withUnsafeBytes { start.append(csv: $0) }
        start.append(",")
      }
      return Row(
        id: source.events.id(at: event), start: Array(start.bytes),
        cells: FieldCells(columns.fields[number], ofEvent: event, in: source.events))
    }
  }

  fileprivate struct Row {
    /// The event's id.
    var id: Int
    /// What stands before the time.
    var start: [UInt8]
    var cells: FieldCells
  }
}

/// Prints the rows of one slice after the other, for one worker.
private struct CSVWriter: ~Copyable, SliceFormatter {
  private let input: ReportInput
  private let rows: [CSVReport.Row?]
  private var tasks: OwnedList<TaskLabels>
  private var scratch = PrintScratch()
  private var gate: EventGate
  private(set) var losses = ReportLosses()

  init(_ input: ReportInput, _ rows: [CSVReport.Row?], _ options: ReportOptions) {
    self.input = input
    self.rows = rows
    gate = EventGate(input, options.selection)
    tasks = OwnedList(count: input.sources.count) {
      TaskLabels(names: input.sources[$0].names, shape: .csv)
    }
  }

  mutating func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink) {
    var cursor = EventCursor(input.streams, from: slice.from, to: slice.to)
    gate.enter(slice)
    while let run = cursor.nextRun() {
      let source = input.streams[run.stream].buffer
      let cpu = UInt64(input.streams[run.stream].cpu)
      // A CPU whose buffer has not the event cannot have lost any.
      guard let row = rows[source] else { continue }
      if run.lost != .none { losses.add(run.lost, of: run.stream) }
      let catalog = input.sources[source].events
      let order = input.sources[source].file.order
      let pid = catalog.common.pid.offset
      for index in 0..<run.count {
        let record = run.records[index]
        guard record.length >= pid + 4 else {
          losses.shortRecords += 1
          continue
        }
        if !gate.isOpen, !gate.passes(record, of: run.stream, in: slice) { continue }
        guard Int(record.payload.load(UInt16.self, at: 0, order)) == row.id else { continue }
        row.start.withUnsafeBytes { sink.append($0) }
        sink.append(decimal: record.time)
        sink.append(UInt8(ascii: ","))
        sink.append(decimal: cpu)
        sink.append(UInt8(ascii: ","))
        sink.append(
          tasks[source].label(of: record.payload.load(Int32.self, at: pid, order)).bytes)
        row.cells.print(record: record.bytes, into: &sink, scratch: &scratch)
        sink.append(UInt8(ascii: "\n"))
      }
    }
    losses.add(cursor.damages, count: cursor.damageCount, problems: cursor.problems)
  }
}
