package import ByteIO
package import EventFormats
import RingBuffer
package import TraceDat

/// Recordings, opened and laid side by side: what every kind of report walks over.
package struct ReportInput: Sendable {
  let files: [TraceFile]
  /// One for each buffer that has pages.
  package let sources: [ReportSource]
  package let streams: [EventStream]
  /// How the line with each file's number of CPUs begins.
  let headPrefixes: [[UInt8]]
  private let knowledge: [FileKnowledge]
  /// What could not be read of the files, found so far.
  package let problems: [any ExplainedError]

  /// One recording and how its times are to be taken.
  package struct Recording: Sendable {
    package var file: TraceFile
    /// What is added to each time, in ns.
    package var offset: Int64 = 0
    /// How many units of its times make a second, where that is given by hand.
    package var ticksPerSecond: UInt64?

    package init(_ file: TraceFile) { self.file = file }
  }

  /// - Throws: what is wrong with a filter, where no recording understands it.
  package init(
    _ recordings: [Recording], options: ReportOptions = ReportOptions()
  ) throws(FilterError) {
    files = recordings.map(\.file)
    var problems: [any ExplainedError] = []
    var named: [(name: String, source: ReportSource)] = []
    var streams: [EventStream] = []
    var knowledge: [FileKnowledge] = []
    for recording in recordings {
      let file = recording.file
      problems += file.problems as [any ExplainedError]
      let known = FileKnowledge(of: file, options)
      problems += known.problems
      knowledge.append(known)
      let filter = try known.filter(options.selection)
      let clock = options.time.correction(of: recording)
      for buffer in file.buffers {
        guard case .pages = buffer.content else { continue }
        let number = named.count
        let own =
          buffer.name.isEmpty
          ? (recordings.count > 1 ? file.path.lastPathComponent : "") : buffer.name
        for data in buffer.cpus where options.selection.cpus?.contains(data.cpu) ?? true {
          do throws(TraceFileError) {
            let pages = try PageIndex(data, of: buffer, in: file)
            problems += pages.problems as [any ExplainedError]
            streams.append(EventStream(pages: pages, buffer: number, clock: clock))
          } catch {
            problems.append(error)
          }
        }
        let source = ReportSource(
          file: file, buffer: buffer, prefix: [], events: known.events, labels: known.labels,
          filter: filter, names: known.names,
          time: options.time.column(of: buffer, correction: clock))
        named.append((own, source))
      }
    }
    if options.time.startsAtZero, !options.time.isRaw { Self.shiftToZero(&streams) }
    let width = named.map(\.name.utf8.count).max() ?? 0
    sources = named.map { name, source in
      var source = source
      if named.count > 1 || options.namesLoneInstance && !name.isEmpty {
        source.prefix = Self.prefix(name, width: width)
      }
      return source
    }
    headPrefixes = recordings.map {
      recordings.count > 1 ? Self.prefix($0.file.path.lastPathComponent, width: width) : []
    }
    // Of a recording that is followed, tasks may be to come.
    if options.names == nil {
      problems += UnknownTask.all(in: options.selection, knowledge.map(\.names), streams, sources)
    }
    self.streams = streams
    self.knowledge = knowledge
    self.problems = problems
  }

  /// What turned out while events were read.
  var lateProblems: [any ExplainedError] {
    files.compactMap(\.cutOff) + knowledge.flatMap(\.lateProblems)
  }

  /// What the filter of each source was understood as.
  package var filterTexts: [String] { sources.compactMap { $0.filter?.compiledText } }

  /// `   name: `, or as many blanks where there is no name.
  private static func prefix(_ name: String, width: Int) -> [UInt8] {
    // A file that has instances alone is named in its head, and in no line.
    let blanks = [UInt8](repeating: UInt8(ascii: " "), count: max(0, width - name.utf8.count))
    return blanks + TerminalSafety.shownName(name) + Array((name.isEmpty ? "  " : ": ").utf8)
  }

  /// Lets the first event of all happen at time 0.
  private static func shiftToZero(_ streams: inout [EventStream]) {
    guard let first = EventCursor(streams).peek?.record.time else { return }
    for index in streams.indices { streams[index].clock.offset &-= first }
  }
}

extension String {
  /// What stands behind the last slash.
  package var lastPathComponent: String { split(separator: "/").last.map { String($0) } ?? self }
}
