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
  /// Of each stream: `[003]`.
  private let cpuTexts: [[UInt8]]
  private let caches: UnsafeMutablePointer<SourceCache>
  private let sourceCount: Int
  private(set) var losses = ReportLosses()

  /// What a worker keeps of one source.
  private struct SourceCache: ~Copyable {
    var tasks: TaskLabels
    var functions: FunctionNames
    let labels: EventLabels
    let pid: Int
    var scratch: PrintScratch
  }

  init(streams: [EventStream], sources: [ReportSource]) {
    self.streams = streams
    self.sources = sources
    cpuTexts = streams.map { stream in
      let digits = String(stream.cpu)
      let zeros = String(repeating: "0", count: max(0, 3 - digits.utf8.count))
      return Array("[\(zeros)\(digits)]".utf8)
    }
    sourceCount = sources.count
    caches = .allocate(capacity: max(sources.count, 1))
    for (index, source) in sources.enumerated() {
      (caches + index).initialize(
        to: SourceCache(
          tasks: TaskLabels(names: source.names),
          functions: FunctionNames(symbols: source.events.symbols), labels: source.labels,
          pid: source.events.common.pid.offset, scratch: PrintScratch()))
    }
  }

  deinit {
    caches.deinitialize(count: sourceCount)
    caches.deallocate()
  }

  /// Prints a slice.
  mutating func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink) {
    var cursor = EventCursor(streams, from: slice.from, to: slice.to)
    var indents = slice.indents
    if let first = cursor.peek, endsLeaf(first, before: slice) { _ = cursor.next() }
    while let event = cursor.next() {
      let source = streams[event.stream].buffer
      let cache = caches + source
      let record = event.record
      guard record.length >= cache.pointee.pid &+ 4 else {
        losses.shortRecords += 1
        continue
      }
      let order = sources[source].file.order
      if event.lost != .none { appendLoss(event, to: &sink) }
      let id = record.payload.load(UInt16.self, at: 0, order)
      let pid = record.payload.load(Int32.self, at: cache.pointee.pid, order)
      let label = cache.pointee.labels.label(ofID: id)

      appendPrefix(source, to: &sink)
      cache.pointee.tasks.append(pid, to: &sink)
      cpuTexts[event.stream].withUnsafeBytes { sink.append($0) }
      sources[source].time.append(record.time, to: &sink)
      cache.pointee.labels.append(label, to: &sink)

      switch label.kind {
      case .info:
        sources[source].events.printInfo(
          record: record.bytes, eventIndex: label.event, into: &sink,
          scratch: &cache.pointee.scratch)
      case .function(let ip, let parent):
        let address = ip.value(in: record, order)
        let function = cache.pointee.functions.name(of: address)
        if let caller = cache.pointee.functions.name(of: parent.value(in: record, order)) {
          let depth = indents[event.stream].depth(of: function, calledBy: caller)
          sink.append(repeating: UInt8(ascii: " "), count: depth &* 3)
        }
        if let function { append(function, to: &sink) } else {
          sink.append("0x")
          sink.append(hex: address)
        }
      case .graphEntry(let function, let depth):
        let address = function.value(in: record, order)
        let level = Int32(truncatingIfNeeded: depth.value(in: record, order))
        let next = cursor.peek.map { call($0) } ?? follower(of: slice)
        if let next, let duration = next.duration, call(event)?.isLeaf(endedBy: next) ?? false {
          CallGraphLine.appendOverhead(duration, to: &sink)
          CallGraphLine.appendDuration(duration, to: &sink)
          CallGraphLine.appendDepth(level, to: &sink)
          appendFunction(address, cache, to: &sink)
          sink.append("();")
          _ = cursor.next()
        } else {
          CallGraphLine.appendNoDuration(to: &sink)
          CallGraphLine.appendDepth(level, to: &sink)
          appendFunction(address, cache, to: &sink)
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
    losses.add(cursor.damages, count: cursor.damageCount, problems: cursor.problems)
  }

  // MARK: Parts of a line

  private func appendPrefix(_ source: Int, to sink: inout ByteSink) {
    sources[source].prefix.withUnsafeBytes { sink.append($0) }
  }

  private func append(_ name: CallIndent.Name, to sink: inout ByteSink) {
    sink.append(UnsafeRawBufferPointer(start: name.start, count: name.count))
  }

  private func appendFunction(
    _ address: UInt64, _ cache: UnsafeMutablePointer<SourceCache>, to sink: inout ByteSink
  ) {
    if let name = cache.pointee.functions.name(of: address) {
      append(name, to: &sink)
    } else {
      sink.append(hex: address)
    }
  }

  /// A line of its own: `CPU:3 [12 EVENTS DROPPED]`.
  private mutating func appendLoss(_ event: EventCursor.Event, to sink: inout ByteSink) {
    appendPrefix(streams[event.stream].buffer, to: &sink)
    sink.append("CPU:")
    sink.append(decimal: UInt64(streams[event.stream].cpu))
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
    let source = streams[event.stream].buffer
    let cache = caches + source
    let order = sources[source].file.order
    let record = event.record
    guard record.length >= cache.pointee.pid + 4 else { return nil }
    var call = Call(
      source: source, pid: record.payload.load(Int32.self, at: cache.pointee.pid, order),
      function: 0, followsLoss: event.lost != .none)
    switch cache.pointee.labels.label(ofID: record.payload.load(UInt16.self, at: 0, order)).kind {
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
