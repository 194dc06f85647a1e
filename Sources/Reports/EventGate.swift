import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Which events are shown: the one place that reports, tables and the finder of depths ask.
///
/// Every worker has its own. What a stack trace owes to the event before it is remembered for each
/// stream; at a slice's start it is found in the pages before, if it is needed at all.
struct EventGate: ~Copyable {
  /// Whether everything is shown, so that nothing has to be asked.
  let isOpen: Bool
  private let streams: [EventStream]
  private let sources: [ReportSource]
  /// The flags of records that are left out, as linux/trace_events.h numbers them.
  private let closedFlags: Int
  private var tasks: OwnedList<TaskLabels>
  private let callsBelow: CallsBelow?
  private let lanes: UnsafeMutablePointer<Lane>

  /// What is looked at for every record of a stream, in plain memory.
  private struct Lane {
    /// The verdicts of its source's filter; nil where it has none.
    let table: FilterTable?
    let order: ByteOrder
    /// How long a record is at least.
    let shortest: Int
    /// Whether the event before a stack trace was shown.
    var before: Before
  }

  private enum Before: UInt8 { case hidden, shown, unknown }

  init(_ input: ReportInput, _ selection: ReportOptions.Selection) {
    streams = input.streams
    sources = input.sources
    var flags = 0
    if selection.leavesOutHardIRQ { flags |= StatusFlags.hardIRQ }
    if selection.leavesOutSoftIRQ { flags |= StatusFlags.softIRQ }
    closedFlags = flags
    var below: CallsBelow?
    if let choice = selection.callsBelow { below = CallsBelow(choice, input.sources) }
    callsBelow = below
    isOpen = flags == 0 && below == nil && input.sources.allSatisfy { $0.filter == nil }
    tasks = OwnedList(count: input.sources.count) {
      TaskLabels(names: input.sources[$0].names, shape: .name)
    }
    lanes = .allocate(capacity: max(input.streams.count, 1))
    for (index, stream) in input.streams.enumerated() {
      let source = input.sources[stream.buffer]
      (lanes + index).initialize(
        to: Lane(
          table: source.filter?.table, order: source.file.order,
          shortest: source.events.common.pid.offset + 4, before: .hidden))
    }
  }

  deinit { lanes.deallocate() }

  /// To be called at the start of each slice.
  mutating func enter(_ slice: SliceDealer.Slice) {
    for stream in streams.indices {
      lanes[stream].before = slice.from[stream] == .start ? .hidden : .unknown
    }
  }

  mutating func forgetNames() {
    for source in 0..<tasks.count { tasks[source].removeAll() }
  }

  /// Whether a record is shown. A stream's records are to be asked for in their order, from a
  /// slice's first on.
  @inline(__always)
  mutating func passes(_ record: Record, of stream: Int, in slice: SliceDealer.Slice) -> Bool {
    let lane = lanes + stream
    guard record.length >= lane.pointee.shortest else { return true }
    if _slowPath(callsBelow != nil), !isBelow(record, of: stream) { return false }
    // Most events of a filtered report are of kinds that it never shows, or always.
    if closedFlags == 0, let table = lane.pointee.table {
      let verdict = table[record.payload.load(UInt16.self, at: 0, lane.pointee.order)]
      if verdict.rawValue == 0 {
        lane.pointee.before = .hidden
        return false
      }
      if verdict == .passes {
        lane.pointee.before = .shown
        return true
      }
    }
    return asks(record, of: stream, in: slice)
  }

  @inline(never)
  private func isBelow(_ record: Record, of stream: Int) -> Bool {
    callsBelow?.take(record, streams[stream].buffer) ?? true
  }

  @inline(never)
  private mutating func asks(
    _ record: Record, of stream: Int, in slice: SliceDealer.Slice
  ) -> Bool {
    let source = streams[stream].buffer
    let lane = lanes + stream
    if closedFlags != 0 {
      let common = sources[source].events.common
      if common.read(common.flags, of: record.bytes, lane.pointee.order) & closedFlags != 0 {
        lane.pointee.before = .hidden
        return false
      }
    }
    guard let filter = sources[source].filter else { return true }
    let id = record.payload.load(UInt16.self, at: 0, lane.pointee.order)
    let verdict = filter.table[id]
    if verdict == .passes {
      lane.pointee.before = .shown
      return true
    }
    if verdict.contains(.followsItsEvent), followsShown(stream, slice) { return true }
    let isShown =
      verdict.contains(.passes)
      || verdict.contains(.asks) && matches(filter, record, id, verdict, stream, source)
    lane.pointee.before = isShown ? .shown : .hidden
    return isShown
  }

  private mutating func matches(
    _ filter: EventFilter, _ record: Record, _ id: UInt16, _ verdict: FilterVerdict, _ stream: Int,
    _ source: Int
  ) -> Bool {
    var surroundings = FilterSurroundings(cpu: streams[stream].cpu, time: record.time)
    if verdict.contains(.needsTaskName) {
      let place = sources[source].events.common.pid.offset
      let pid = record.payload.load(Int32.self, at: place, sources[source].file.order)
      surroundings.taskName = tasks[source].label(of: pid).bytes
    }
    return filter.matches(record.bytes, id: id, surroundings)
  }

  /// Whether the event before a stack trace is shown.
  private mutating func followsShown(_ stream: Int, _ slice: SliceDealer.Slice) -> Bool {
    if lanes[stream].before == .unknown {
      lanes[stream].before = .hidden
      let end = slice.from[stream]
      var page = max(end.offset > 0 ? end.page : end.page - 1, 0)
      while page > 0, beginsWithStack(page, of: stream) { page -= 1 }
      var cursor = EventCursor(
        [streams[stream]], from: [EventStream.Position(page: page, offset: 0)], to: [end])
      while let event = cursor.next() { _ = passes(event.record, of: stream, in: slice) }
    }
    return lanes[stream].before == .shown
  }

  /// Whether the first event of a page owes its being shown to one in the pages before.
  private func beginsWithStack(_ page: Int, of stream: Int) -> Bool {
    guard let table = lanes[stream].table else { return false }
    var cursor = EventCursor(
      [streams[stream]], from: [EventStream.Position(page: page, offset: 0)],
      to: [EventStream.Position(page: page + 1, offset: 0)])
    guard let first = cursor.next()?.record, first.length >= lanes[stream].shortest else {
      return true
    }
    return table[first.payload.load(UInt16.self, at: 0, lanes[stream].order)]
      .contains(.followsItsEvent)
  }
}
