package import ByteIO
package import EventFormats
package import RingBuffer
package import TraceDat

/// Hands on events to whoever reads their fields: those of a recording, or those of a stream while
/// it comes.
package final class EventFeed {
  package let input: ReportInput
  private let names: NameGatherer?
  private var walk: EventWalk

  /// - Parameter names: of a stream, in place of those that a file knows.
  /// - Throws: what is wrong with a filter of the options.
  package init(
    _ file: TraceFile, options: ReportOptions, names: LiveTaskNames? = nil
  ) throws(FilterError) {
    var options = options
    options.liveNames = names
    let input = try ReportInput([ReportInput.Recording(file)], options: options)
    self.input = input
    self.names = NameGatherer(names, file, input)
    walk = EventWalk(input, options.selection)
  }

  /// A part of the streams, behind all that were handed on before: events of one stream that follow each
  /// other come at once.
  ///
  /// - Parameters:
  ///   - beforeLoss: called with a stream's index before the first event, of whichever stream, that
  ///     comes while something of it is lost.
  ///   - body: gets the index of the events' stream, their records, and what was lost before the first
  ///     on its CPU. The first has its id; others may be too short for one.
  package func take(
    _ range: EventRange, beforeLoss: ((Int) -> Void)? = nil,
    _ body: (_ stream: Int, _ records: UnsafeBufferPointer<Record>, _ lost: LostEvents) -> Void
  ) {
    names?.take(range)
    walk.forEachRun(in: range, beforeLoss: beforeLoss, body)
  }

  /// What could not be read so far.
  package var problems: [any ExplainedError] { input.problems + walk.problems }
}
