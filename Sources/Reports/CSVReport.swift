package import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// All occurrences of one event as a table (RFC 4180): a row each, in the order of time.
///
/// The columns are the time in ns, the CPU, the pid, the task's name and the event's own fields.
package struct CSVReport {
  /// An event that the recordings do not have.
  package struct UnknownEvent: ExplainedError, Equatable {
    package var name: String
    package var message: String { "no event '\(name)' in the recording" }
    package var hint: String? { "'kscope report -E' lists the events that it has formats of" }
  }

  private let input: ReportInput
  private let options: ReportOptions
  /// The event's index in each source's catalog; nil where it has none.
  private let events: [Int?]

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
    if events.allSatisfy({ $0 == nil }) { throw UnknownEvent(name: event) }
  }

  /// Writes all rows, the names of the columns first.
  ///
  /// - Returns: what could not be shown.
  package func write(to descriptor: Int32) throws(SystemError) -> [any ExplainedError] {
    var head = ByteSink()
    head.append("time,cpu,pid,comm")
    if let source = self.events.indices.first(where: { self.events[$0] != nil }),
      let index = self.events[source],
      let format = try? input.sources[source].events.format(at: index)
    {
      for field in format.fields where !field.name.isEmpty {
        head.append(",")
        Array(field.name.utf8).withUnsafeBytes { head.append(csv: $0) }
      }
    }
    head.append("\n")
    try head.write(to: descriptor)
    guard !input.streams.isEmpty else { return input.lateProblems }
    let input = self.input
    let options = self.options
    let events = self.events
    let dealer = SliceDealer(
      input, options: options, range: options.range.events(of: input.streams), followsCalls: false)
    let run = SlicedRun(
      input: input, dealer: dealer, workers: options.workers,
      onProgress: options.onProgress)
    return try run.write(to: descriptor) { CSVWriter(input, events, options) }
  }
}

/// Prints the rows of one slice after the other, for one worker.
private struct CSVWriter: ~Copyable, SliceFormatter {
  private let input: ReportInput
  private let events: [Int?]
  private let ids: [Int]
  private var tasks: OwnedList<TaskLabels>
  private var scratch = PrintScratch()
  private var gate: EventGate
  private(set) var losses = ReportLosses()

  init(_ input: ReportInput, _ events: [Int?], _ options: ReportOptions) {
    self.input = input
    self.events = events
    ids = zip(input.sources, events).map { source, index in
      index.map { source.events.id(at: $0) } ?? -1
    }
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
      guard let event = events[source] else { continue }
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
        guard Int(record.payload.load(UInt16.self, at: 0, order)) == ids[source] else { continue }
        sink.append(decimal: record.time)
        sink.append(UInt8(ascii: ","))
        sink.append(decimal: cpu)
        sink.append(UInt8(ascii: ","))
        sink.append(
          tasks[source].label(of: record.payload.load(Int32.self, at: pid, order)).bytes)
        catalog.printCSVFields(
          record: record.bytes, eventIndex: event, into: &sink, scratch: &scratch)
        sink.append(UInt8(ascii: "\n"))
      }
    }
    losses.add(cursor.damages, count: cursor.damageCount, problems: cursor.problems)
  }
}
