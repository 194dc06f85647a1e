import RingBuffer

/// A part of a recording: some of its buffers, of these some CPUs, and of each the events from one
/// place to another.
package struct FilePart: Sendable {
  /// The buffers' places in the file's list, rising.
  package let buffers: [Int]
  /// The CPUs' pages; each belongs to one of the buffers.
  package let streams: [EventStream]
  /// From where to where each of the streams belongs to the part.
  package var range: EventRange
  /// Pages that cannot be found.
  package let problems: [TraceFileError]

  /// All events of a file, or of some of its buffers and CPUs.
  ///
  /// - Parameters:
  ///   - clock: how the times of its events are corrected before they are compared with others.
  ///   - isWanted: whether a buffer belongs to the part; those of text never do.
  package init(
    of file: TraceFile, clock: ClockCorrection = .none, cpus: Set<Int>? = nil,
    buffers isWanted: (TraceBuffer) -> Bool = { _ in true }
  ) {
    var streams: [EventStream] = []
    var problems: [TraceFileError] = []
    buffers = file.buffers.indices.filter { !file.buffers[$0].isText && isWanted(file.buffers[$0]) }
    for number in buffers {
      let buffer = file.buffers[number]
      for data in buffer.cpus where cpus?.contains(data.cpu) ?? true {
        do throws(TraceFileError) {
          let pages = try PageIndex(data, of: buffer, in: file)
          problems += pages.problems
          streams.append(EventStream(pages: pages, buffer: number, clock: clock))
        } catch {
          problems.append(error)
        }
      }
    }
    self.streams = streams
    self.problems = problems
    range = EventRange(from: streams.map { _ in .start }, to: streams.map(\.end))
  }

  /// The time of its first event, corrected; nil where it has none.
  package var firstTime: UInt64? {
    EventCursor(streams, from: range.from, to: range.to).peek?.record.time
  }
}
