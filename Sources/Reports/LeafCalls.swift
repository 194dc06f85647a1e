import ByteIO
import RingBuffer
import TraceDat

/// Calls of the function_graph tracer that nothing happens in: beginning and end are one line.
extension SliceWriter {
  /// An event of the function_graph tracer, taken out of its record.
  struct Call {
    /// What its beginning and its end share: the source, or the stream, as the lane has it.
    var scope: Int
    var pid: Int32
    var function: UInt64
    /// How long it took, in ns, at its end; nil at its beginning.
    var duration: UInt64?
    /// What it returned, at its end, where that is recorded and shown.
    var returned: UInt64?
    /// Whether something was lost just before.
    var followsLoss: Bool

    /// Whether `next`, the very next event, is the end of this call.
    func isLeaf(endedBy next: Call?) -> Bool {
      guard let next, duration == nil, next.duration != nil else { return false }
      return scope == next.scope && pid == next.pid && function == next.function
        && !next.followsLoss
    }
  }

  func call(_ event: EventCursor.Event) -> Call? {
    call(event.record, of: event.stream, followsLoss: event.lost != .none)
  }

  /// The call that a record tells of; nil where it is another event.
  @inline(__always) func call(
    _ record: Record, of stream: Int, followsLoss: Bool = false
  ) -> Call? {
    let order = lanes[stream].order
    let pid = lanes[stream].pid
    guard record.length >= pid + 4 else { return nil }
    var call = Call(
      scope: lanes[stream].callScope, pid: record.payload.load(Int32.self, at: pid, order),
      function: 0, followsLoss: followsLoss)
    switch lanes[stream].labels[record.payload.load(UInt16.self, at: 0, order)].pointee.kind {
    case .graphEntry(let function, _):
      call.function = function.value(in: record, order)
    case .graphExit(let function, _, let begin, let end, let returned):
      call.function = function.value(in: record, order)
      call.duration = end.value(in: record, order) &- begin.value(in: record, order)
      call.returned = returned?.value(in: record, order)
    default: return nil
    }
    return call
  }

  /// Whether a slice's first event was printed at the end of the slice before, as a leaf's end.
  mutating func endsLeaf(_ first: EventCursor.Event, before slice: SliceDealer.Slice) -> Bool {
    guard slice.number > 0, let end = call(first), end.duration != nil else { return false }
    let from = slice.from.map {
      $0.page > 0 ? EventStream.Position(page: $0.page - 1, offset: 0) : .start
    }
    var behind = EventCursor(streams, from: from, to: slice.from)
    var last: Call?
    // A call that is not shown has not taken its end with it.
    while let event = behind.next() { last = shows(event, slice) ? call(event) : nil }
    return last?.isLeaf(endedBy: end) ?? false
  }

  /// The first event behind a slice, where it is the function_graph tracer's.
  func follower(of slice: SliceDealer.Slice) -> Call? {
    var ahead = EventCursor(streams, from: slice.to, to: slice.ahead)
    return ahead.next().flatMap { call($0) }
  }
}
