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
  /// - Parameters:
  ///   - beforeLoss: gets the index of a stream whose next event comes behind a loss, as soon as its
  ///     last one before that was handed on.
  ///   - body: gets the index of the event's stream, its record, and what was lost before it on its
  ///     CPU, also before events that were left out.
  mutating func forEach(
    in range: EventRange, beforeLoss: ((Int) -> Void)? = nil,
    _ body: (_ stream: Int, _ record: Record, _ lost: LostEvents) -> Void
  ) {
    let slice = SliceDealer.Slice(number: number, from: range.from, to: range.to)
    number += 1
    gate.enter(slice)
    var cursor = EventCursor(streams, from: slice.from, to: slice.to)
    if let beforeLoss {
      for stream in streams.indices where cursor.isBeforeLoss(stream) { beforeLoss(stream) }
    }
    while let run = cursor.nextRun() {
      if run.lost != .none { pending[run.stream] = pending[run.stream].adding(run.lost) }
      for index in 0..<run.count {
        let record = run.records[index]
        guard record.length >= 2, gate.isOpen || gate.passes(record, of: run.stream, in: slice)
        else { continue }
        body(run.stream, record, pending[run.stream])
        pending[run.stream] = .none
      }
      if let beforeLoss, cursor.isBeforeLoss(run.stream) { beforeLoss(run.stream) }
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
