import ByteIO
import RingBuffer
import TraceDat

/// Hands on the events that a selection lets pass, of one range after the other.
struct EventWalk: ~Copyable {
  private let streams: [EventStream]
  private var gate: EventGate
  /// What was lost of each stream before events that were left out.
  private var pending: [LostEvents]
  private var number = 0
  private var damageCount = 0
  private var unread: [TraceFileError] = []

  init(_ input: ReportInput, _ selection: ReportOptions.Selection) {
    streams = input.streams
    gate = EventGate(input, selection)
    pending = input.streams.map { _ in .none }
  }

  /// Hands on the events of a range in the order of their times.
  ///
  /// - Parameter body: gets the index of the event's stream, its record, and what was lost before it on
  ///   its CPU, also before events that were left out.
  mutating func forEach(
    in range: EventRange, _ body: (_ stream: Int, _ record: Record, _ lost: LostEvents) -> Void
  ) {
    forEachRun(in: range) { stream, records, lost in
      var lost = lost
      for record in records where record.length >= 2 {
        body(stream, record, lost)
        lost = .none
      }
    }
  }

  /// The same, but events of one stream that follow each other come at once. The first of a run has
  /// its id; others may be too short for one.
  ///
  /// - Parameter beforeLoss: gets the index of a stream whose next event comes behind a loss, as soon as
  ///   its last one before that was handed on.
  mutating func forEachRun(
    in range: EventRange, beforeLoss: ((Int) -> Void)? = nil,
    _ body: (_ stream: Int, _ records: UnsafeBufferPointer<Record>, _ lost: LostEvents) -> Void
  ) {
    let slice = SliceDealer.Slice(number: number, from: range.from, to: range.to)
    number += 1
    gate.enter(slice)
    var cursor = EventCursor(streams, from: slice.from, to: slice.to)
    if let beforeLoss {
      for stream in streams.indices where cursor.isBeforeLoss(stream) { beforeLoss(stream) }
    }
    while let run = cursor.nextRun() {
      let stream = run.stream
      if run.lost != .none { pending[stream] = pending[stream].adding(run.lost) }
      var index = 0
      while index < run.count {
        let record = run.records[index]
        if record.length >= 2, gate.isOpen || gate.passes(record, of: stream, in: slice) {
          let count = gate.isOpen ? run.count &- index : 1
          body(
            stream, UnsafeBufferPointer(start: run.records + index, count: count), pending[stream])
          pending[stream] = .none
          index &+= count
        } else {
          index &+= 1
        }
      }
      if let beforeLoss, cursor.isBeforeLoss(stream) { beforeLoss(stream) }
    }
    damageCount += cursor.damageCount
    unread += cursor.problems
  }

  /// What could not be read so far.
  var problems: [any ExplainedError] {
    var problems: [any ExplainedError] = unread
    if damageCount > 0 {
      problems.append(
        UncountedLoss(
          message: damageCount == 1
            ? "1 page is damaged; its rest is not counted"
            : "\(damageCount) pages are damaged; their rest is not counted"))
    }
    return problems
  }
}
