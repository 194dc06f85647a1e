import ByteIO
import RingBuffer
import TraceDat

extension ReportInput {
  /// Hands on, one after the other in the order of their times, the events that are asked for: of
  /// the range that does not count lines, and that every filter lets pass.
  ///
  /// - Parameter body: gets the index of the event's stream, its record, and what was lost before
  ///   it on its CPU, also before events that were left out.
  /// - Returns: what could not be read.
  func forEachEvent(
    _ options: ReportOptions,
    _ body: (_ stream: Int, _ record: Record, _ lost: LostEvents) -> Void
  ) -> [any ExplainedError] {
    let all = EventRange(from: streams.map { _ in .start }, to: streams.map(\.end))
    var walk = EventWalk(self, options.selection)
    walk.forEach(in: options.range.events(of: streams) ?? all, body)
    return walk.problems
  }
}
