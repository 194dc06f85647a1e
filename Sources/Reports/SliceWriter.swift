import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Prints the lines of one slice after the other, for one worker.
///
/// Everything that is looked up per event is cached here, so workers share nothing that changes.
struct SliceWriter: ~Copyable {
  private let streams: [EventStream]
  private let sources: [ReportSource]
  private let lanes: OwnedList<Lane>
  private var caches: OwnedList<SourceCache>
  private(set) var losses = ReportLosses()

  /// What is printed of a stream, in plain memory.
  struct Lane: ~Copyable {
    let source: Int
    let cpu: Int
    /// `[003]`
    let cpuText: UnsafeMutableRawBufferPointer

    init(_ stream: EventStream) {
      source = stream.buffer
      cpu = stream.cpu
      var text = ByteSink(capacity: 64)
      text.append("[")
      text.append(decimal: UInt64(cpu), width: 3, fill: UInt8(ascii: "0"))
      text.append("]")
      cpuText = .allocate(byteCount: text.count, alignment: 1)
      cpuText.copyMemory(from: text.bytes)
    }

    deinit { cpuText.deallocate() }
  }

  /// What a worker keeps of one source; `sources` keeps alive what it points to.
  struct SourceCache: ~Copyable {
    var tasks: TaskLabels
    var functions: FunctionNames
    var scratch = PrintScratch()
    let labels: EventLabels.Lookup
    let events: Unmanaged<EventCatalog>
    let order: ByteOrder
    let time: TimeColumn
    /// The offset of a record's pid.
    let pid: Int
    let hasPrefix: Bool

    init(_ source: ReportSource) {
      tasks = TaskLabels(names: source.names)
      functions = FunctionNames(symbols: source.events.symbols)
      labels = source.labels.lookup
      events = .passUnretained(source.events)
      order = source.file.order
      time = source.time
      pid = source.events.common.pid.offset
      hasPrefix = !source.prefix.isEmpty
    }
  }

  init(streams: [EventStream], sources: [ReportSource]) {
    self.streams = streams
    self.sources = sources
    lanes = OwnedList(count: streams.count) { Lane(streams[$0]) }
    caches = OwnedList(count: sources.count) { SourceCache(sources[$0]) }
  }

  /// Prints a slice.
  mutating func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink) {
    var cursor = EventCursor(streams, from: slice.from, to: slice.to)
    var indents = slice.indents
    if let first = cursor.peek, endsLeaf(first, before: slice) { _ = cursor.next() }
    while let event = cursor.next() {
      write(event, slice, &cursor, &indents, to: &sink)
    }
    losses.add(cursor.damages, count: cursor.damageCount, problems: cursor.problems)
  }

  @inline(__always) private mutating func write(
    _ event: EventCursor.Event, _ slice: SliceDealer.Slice, _ cursor: inout EventCursor,
    _ indents: inout [CallIndent], to sink: inout ByteSink
  ) {
    let source = lanes[event.stream].source
    let record = event.record
    let order = caches[source].order
    guard record.length >= caches[source].pid &+ 4 else {
      losses.shortRecords += 1
      return
    }
    if _slowPath(event.lost != .none) { appendLoss(event, to: &sink) }
    let id = record.payload.load(UInt16.self, at: 0, order)
    let pid = record.payload.load(Int32.self, at: caches[source].pid, order)
    let label = caches[source].labels[id]

    if caches[source].hasPrefix { appendPrefix(source, to: &sink) }
    caches[source].tasks.append(pid, to: &sink)
    sink.append(UnsafeRawBufferPointer(lanes[event.stream].cpuText))
    caches[source].time.append(record.time, to: &sink)
    sink.append(label.pointee.text)

    switch label.pointee.kind {
    case .info:
      caches[source].events._withUnsafeGuaranteedRef { events in
        events.printInfo(
          record: record.bytes, eventIndex: label.pointee.event, into: &sink,
          scratch: &caches[source].scratch)
      }
    case .function(let ip, let parent):
      let address = ip.value(in: record, order)
      let function = caches[source].functions.name(of: address)
      if let caller = caches[source].functions.name(of: parent.value(in: record, order)) {
        let depth = indents[event.stream].depth(of: function, calledBy: caller)
        sink.append(repeating: UInt8(ascii: " "), count: depth &* 3)
      }
      if let function {
        append(function, to: &sink)
      } else {
        sink.append("0x")
        sink.append(hex: address)
      }
    case .graphEntry(let function, let depth):
      let next = cursor.peek.map { call($0) } ?? follower(of: slice)
      let duration = next.flatMap { next in
        call(event)?.isLeaf(endedBy: next) ?? false ? next.duration : nil
      }
      if let duration {
        CallGraphLine.appendOverhead(duration, to: &sink)
        CallGraphLine.appendDuration(duration, to: &sink)
      } else {
        CallGraphLine.appendNoDuration(to: &sink)
      }
      CallGraphLine.appendDepth(
        Int32(truncatingIfNeeded: depth.value(in: record, order)), to: &sink)
      appendFunction(function.value(in: record, order), source, to: &sink)
      if duration != nil {
        sink.append("();")
        _ = cursor.next()
      } else {
        sink.append("() {")
      }
    case .graphExit(_, let depth, let begin, let end):
      let duration = end.value(in: record, order) &- begin.value(in: record, order)
      CallGraphLine.appendOverhead(duration, to: &sink)
      CallGraphLine.appendDuration(duration, to: &sink)
      CallGraphLine.appendDepth(
        Int32(truncatingIfNeeded: depth.value(in: record, order)), to: &sink)
      sink.append("}")
    case .unknown:
      sink.append("id=")
      sink.append(decimal: UInt64(id))
    }
    sink.append(UInt8(ascii: "\n"))
  }

  // MARK: Parts of a line

  private func appendPrefix(_ source: Int, to sink: inout ByteSink) {
    sources[source].prefix.withUnsafeBytes { sink.append($0) }
  }

  private func append(_ name: CallIndent.Name, to sink: inout ByteSink) {
    sink.append(UnsafeRawBufferPointer(start: name.start, count: name.count))
  }

  private mutating func appendFunction(
    _ address: UInt64, _ source: Int, to sink: inout ByteSink
  ) {
    if let name = caches[source].functions.name(of: address) {
      append(name, to: &sink)
    } else {
      sink.append(hex: address)
    }
  }

  /// A line of its own: `CPU:3 [12 EVENTS DROPPED]`.
  private mutating func appendLoss(_ event: EventCursor.Event, to sink: inout ByteSink) {
    appendPrefix(lanes[event.stream].source, to: &sink)
    sink.append("CPU:")
    sink.append(decimal: UInt64(lanes[event.stream].cpu))
    sink.append(" [")
    if case .some(let count) = event.lost {
      sink.append(decimal: count)
      sink.append(" EVENTS DROPPED]\n")
    } else {
      sink.append("EVENTS DROPPED]\n")
    }
  }

  // MARK: Leaf calls

  /// An event of the function_graph tracer, taken out of its record.
  private struct Call {
    var source: Int
    var pid: Int32
    var function: UInt64
    /// How long it took, in ns, at its end; nil at its beginning.
    var duration: UInt64?
    /// Whether something was lost just before.
    var followsLoss: Bool

    /// Whether `next`, the very next event, is the end of this call.
    func isLeaf(endedBy next: Call?) -> Bool {
      guard let next, duration == nil, next.duration != nil else { return false }
      return source == next.source && pid == next.pid && function == next.function
        && !next.followsLoss
    }
  }

  private func call(_ event: EventCursor.Event) -> Call? {
    let source = lanes[event.stream].source
    let order = caches[source].order
    let pid = caches[source].pid
    let record = event.record
    guard record.length >= pid + 4 else { return nil }
    var call = Call(
      source: source, pid: record.payload.load(Int32.self, at: pid, order), function: 0,
      followsLoss: event.lost != .none)
    switch caches[source].labels[record.payload.load(UInt16.self, at: 0, order)].pointee.kind {
    case .graphEntry(let function, _):
      call.function = function.value(in: record, order)
    case .graphExit(let function, _, let begin, let end):
      call.function = function.value(in: record, order)
      call.duration = end.value(in: record, order) &- begin.value(in: record, order)
    default: return nil
    }
    return call
  }

  /// Whether a slice's first event was printed at the end of the slice before, as a leaf's end.
  private func endsLeaf(_ first: EventCursor.Event, before slice: SliceDealer.Slice) -> Bool {
    guard slice.number > 0, let end = call(first), end.duration != nil else { return false }
    let from = slice.from.map {
      $0.page > 0 ? EventStream.Position(page: $0.page - 1, offset: 0) : .start
    }
    var behind = EventCursor(streams, from: from, to: slice.from)
    var last: Call?
    while let event = behind.next() { last = call(event) }
    return last?.isLeaf(endedBy: end) ?? false
  }

  /// The first event behind a slice, where it is the function_graph tracer's.
  private func follower(of slice: SliceDealer.Slice) -> Call? {
    var ahead = EventCursor(streams, from: slice.to)
    return ahead.next().flatMap { call($0) }
  }
}
