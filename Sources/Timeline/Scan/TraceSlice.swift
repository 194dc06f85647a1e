import RingBuffer
import TraceDat

/// A part of a trace that is walked over at once: of every stream, the events between two times.
struct TraceSlice: Sendable {
  var number: Int
  var range: EventRange
  /// In ns since the trace's first event.
  var start: Int64
  var end: Int64

  /// Walks over it and lets a sink hear of it.
  ///
  /// - Parameter body: gets the machine when all is told.
  func walk<Sink: StateSink & ~Copyable, Result>(
    _ streams: [EventStream], _ places: TracePlaces, _ sink: consuming Sink,
    _ body: (consuming SliceMachine<Sink>, _ damages: Int, _ problems: [TraceFileError]) -> Result
  ) -> Result {
    var machine = SliceMachine(places, from: start, to: end, isFirst: number == 0, sink)
    var cursor = EventCursor(streams, from: range.from, to: range.to)
    while let run = cursor.nextRun() {
      machine.take(
        UnsafeBufferPointer(start: run.records, count: run.count), stream: run.stream,
        lost: run.lost)
    }
    for stream in streams.indices where cursor.isBeforeLoss(stream) {
      machine.losesBehind(stream: stream)
    }
    machine.finish()
    return body(machine, cursor.damageCount, cursor.problems)
  }
}
