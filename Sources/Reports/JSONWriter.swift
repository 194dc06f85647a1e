import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Prints the JSON objects of one slice after the other, for one worker.
struct JSONWriter: ~Copyable, SliceFormatter {
  private let streams: [EventStream]
  private let lanes: OwnedList<Lane>
  private var caches: OwnedList<Cache>
  private var gate: EventGate
  private(set) var losses = ReportLosses()

  /// What is constant in a stream's objects.
  private struct Lane: ~Copyable {
    let source: Int
    let order: ByteOrder
    let pid: Int
    /// `,"cpu":1,`
    let cpu: PaddedText
    /// `{"time":`, after the file's and buffer's names where there are several.
    let start: PaddedText

    init(_ stream: EventStream, _ input: ReportInput) {
      let source = input.sources[stream.buffer]
      self.source = stream.buffer
      order = source.file.order
      pid = source.events.common.pid.offset
      var text = ByteSink(capacity: 128)
      text.append("{")
      func member(_ name: StaticString, _ value: String) {
        text.append("\"")
        text.append(name)
        text.append("\":\"")
        Array(value.utf8).withUnsafeBytes { text.append(json: $0) }
        text.append("\",")
      }
      if input.files.count > 1 { member("file", source.file.path) }
      if !source.buffer.name.isEmpty { member("buffer", source.buffer.name) }
      let plain = text.count
      text.append("\"time\":")
      start = PaddedText(copying: text.bytes)
      text.truncate(to: plain)
      text.append("\"cpu\":\(stream.cpu),")
      cpu = PaddedText(copying: UnsafeRawBufferPointer(rebasing: text.bytes.dropFirst(plain)))
    }

    deinit {
      cpu.deallocate()
      start.deallocate()
    }
  }

  /// What a worker keeps of one source; the input keeps alive what it points to.
  private struct Cache: ~Copyable {
    var tasks: TaskLabels
    var scratch = PrintScratch()
    let events: Unmanaged<EventCatalog>
    private let labels: JSONLabels
    let lookup: EventTable<JSONLabels.Label>.Lookup

    init(_ source: ReportSource) {
      tasks = TaskLabels(names: source.names, shape: .json)
      events = .passUnretained(source.events)
      labels = JSONLabels(source.events)
      lookup = labels.lookup
    }
  }

  init(_ input: ReportInput, options: ReportOptions) {
    streams = input.streams
    gate = EventGate(input, options.selection)
    lanes = OwnedList(count: input.streams.count) { Lane(input.streams[$0], input) }
    caches = OwnedList(count: input.sources.count) { Cache(input.sources[$0]) }
  }

  mutating func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink) {
    var cursor = EventCursor(streams, from: slice.from, to: slice.to)
    gate.enter(slice)
    while let run = cursor.nextRun() { write(run, slice, to: &sink) }
    losses.add(cursor.damages, count: cursor.damageCount, problems: cursor.problems)
  }

  mutating func forgetNames() {
    for source in 0..<caches.count { caches[source].tasks.removeAll() }
    gate.forgetNames()
  }

  private mutating func write(
    _ run: EventCursor.Run, _ slice: SliceDealer.Slice, to sink: inout ByteSink
  ) {
    let source = lanes[run.stream].source
    let order = lanes[run.stream].order
    let pid = lanes[run.stream].pid
    let start = lanes[run.stream].start
    let cpu = lanes[run.stream].cpu
    if run.lost != .none { appendLoss(run.lost, run.stream, to: &sink) }
    for index in 0..<run.count {
      let record = run.records[index]
      guard record.length >= pid &+ 4 else {
        losses.shortRecords += 1
        continue
      }
      if !gate.isOpen, !gate.passes(record, of: run.stream, in: slice) { continue }
      let label = caches[source].lookup[record.payload.load(UInt16.self, at: 0, order)]
      let task = caches[source].tasks.label(of: record.payload.load(Int32.self, at: pid, order))
      let room =
        start.count &+ cpu.count &+ task.count &+ label.pointee.text.count
        &+ PaddedText.padding &* 2 &+ 32
      sink.append(atMost: room) { target in
        var at = start.copy(to: target)
        let digits = Digits.decimalCount(record.time)
        at += digits
        Digits.writeDecimal(record.time, endingAt: at)
        at.storeBytes(of: UInt8(ascii: ","), as: UInt8.self)
        at = cpu.copy(to: at + 1)
        at = task.copy(to: at)
        return label.pointee.text.copy(to: at)
      }
      if _fastPath(label.pointee.isKnown) { appendFields(record, source, label.pointee, to: &sink) }
      sink.append("}}\n")
    }
  }

  @inline(__always) private mutating func appendFields(
    _ record: Record, _ source: Int, _ label: JSONLabels.Label, to sink: inout ByteSink
  ) {
    caches[source].events._withUnsafeGuaranteedRef { events in
      events.printJSONFields(
        record: record.bytes, eventIndex: label.event, into: &sink,
        scratch: &caches[source].scratch)
    }
    guard _slowPath(label.needsText) else { return }
    var text = ByteSink(capacity: 256)
    caches[source].events._withUnsafeGuaranteedRef { events in
      events.printInfo(
        record: record.bytes, time: record.time, eventIndex: label.event, into: &text,
        scratch: &caches[source].scratch)
    }
    sink.append(",\"text\":\"")
    sink.append(json: text.bytes)
    sink.append("\"")
  }

  private func appendLoss(_ lost: LostEvents, _ stream: Int, to sink: inout ByteSink) {
    // Without the `"time":` at its end.
    sink.append(UnsafeRawBufferPointer(rebasing: lanes[stream].start.bytes.dropLast(7)))
    sink.append(lanes[stream].cpu.bytes)
    sink.append("\"event\":\"lost_events\",\"count\":")
    if case .some(let count) = lost {
      sink.append(decimal: count)
    } else {
      sink.append("null")
    }
    sink.append("}\n")
  }
}
