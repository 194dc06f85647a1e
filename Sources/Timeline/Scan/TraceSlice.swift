import EventFormats
import RingBuffer
import TraceDat

/// A part of a trace that is walked over at once: of every stream, the events between two times.
struct TraceSlice: Sendable {
  var number: Int
  var range: EventRange
  /// In ns since the trace's first event.
  var start: Int64
  var end: Int64
  var isLast: Bool

  /// Walks over it and lets a sink hear of it.
  ///
  /// - Parameter body: gets the machine when all is told.
  func walk<Sink: StateSink & ~Copyable, Result>(
    _ streams: [EventStream], _ places: TracePlaces, _ sink: consuming Sink,
    _ body: (consuming SliceMachine<Sink>, _ damages: Int, _ problems: [TraceFileError]) -> Result
  ) -> Result {
    var machine = SliceMachine(places, from: start, to: end, sink)
    var cursor = EventCursor(streams, from: range.from, to: range.to)
    for stream in streams.indices where cursor.isBeforeLoss(stream) {
      machine.lossBegins(stream: stream)
    }
    while let run = cursor.nextRun() {
      machine.take(
        UnsafeBufferPointer(start: run.records, count: run.count), stream: run.stream,
        lost: run.lost)
      if cursor.isBeforeLoss(run.stream) { machine.lossBegins(stream: run.stream) }
    }
    machine.finish(next: threadsBehind(streams, places) { machine.isOpen($0) })
    return body(machine, cursor.damageCount, cursor.problems)
  }

  /// By CPU, the thread that makes the next event behind the slice; nil where there is none, or
  /// where nobody wants to know.
  private func threadsBehind(
    _ streams: [EventStream], _ places: TracePlaces, _ isWanted: (Int) -> Bool
  ) -> [Int32?] {
    var threads = [Int32?](repeating: nil, count: places.cpus.count)
    var times = [UInt64](repeating: .max, count: places.cpus.count)
    for (index, stream) in streams.enumerated() where range.to[index] < stream.end {
      let place = places.streams[index]
      guard isWanted(place.cpu) else { continue }
      var ahead = EventCursor([stream], from: [range.to[index]], to: [stream.end])
      // A stack tells nothing of who runs.
      while let event = ahead.peek, place.isStack(place.reader.head(of: event.record.bytes).id) {
        _ = ahead.next()
      }
      guard let record = ahead.peek?.record else { continue }
      if threads[place.cpu] == nil || record.time < times[place.cpu] {
        threads[place.cpu] = place.reader.head(of: record.bytes).thread
        times[place.cpu] = record.time
      }
    }
    return threads
  }
}
