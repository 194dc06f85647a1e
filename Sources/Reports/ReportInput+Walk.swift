import ByteIO
import RingBuffer
import TraceDat

extension ReportInput {
  /// Hands on, one after the other in the order of their times, the events that are asked for: of
  /// the range, and that every filter lets pass.
  ///
  /// - Parameter body: gets the index of the event's stream, its record, and what was lost before
  ///   it on its CPU, also before events that were left out.
  /// - Returns: what could not be read.
  func forEachEvent(
    _ options: ReportOptions,
    _ body: (_ stream: Int, _ record: Record, _ lost: LostEvents) -> Void
  ) -> [any ExplainedError] {
    let range = window(options).range
    let slice = SliceDealer.Slice(
      number: 0, from: range?.from ?? streams.map { _ in .start },
      to: range?.to ?? streams.map(\.end))
    var gate = EventGate(self, options.selection)
    gate.enter(slice)
    var cursor = EventCursor(streams, from: slice.from, to: slice.to)
    var pending = streams.map { _ in LostEvents.none }
    while let run = cursor.nextRun() {
      if run.lost != .none { pending[run.stream] = run.lost }
      for index in 0..<run.count {
        let record = run.records[index]
        guard record.length >= 2, gate.isOpen || gate.passes(record, of: run.stream, in: slice)
        else { continue }
        body(run.stream, record, pending[run.stream])
        pending[run.stream] = .none
      }
    }
    var problems: [any ExplainedError] = cursor.problems
    if cursor.damageCount > 0 {
      problems.append(
        UncountedLoss(
          message: cursor.damageCount == 1
            ? "1 page is damaged; its rest is not counted"
            : "\(cursor.damageCount) pages are damaged; their rest is not counted"))
    }
    return problems
  }
}
