package import ByteIO
import Dispatch
import EventFormats
import RingBuffer
import Synchronization
package import TraceDat

/// The text of one or several recordings, a line an event, in the order of time.
///
/// The lines are trace-cmd 3.1.6's; `Documentation/differences.md` lists where they are not, and why.
package struct TextReport: ~Copyable {
  package struct Options: Sendable {
    /// Times in nanoseconds instead of microseconds.
    package var nanoseconds = false
    /// How many threads print; all processors by default.
    package var workers = 0
    /// How many bytes of pages are printed at once; their text, about twice that, stays in a
    /// core's cache.
    package var bytesPerSlice = 1 << 19

    package init() {}
  }

  private let sources: [ReportSource]
  private let streams: [EventStream]
  private let heads: [[UInt8]]
  private let options: Options
  private let files: [TraceFile]
  private let symbols: [SymbolSource]
  /// What could not be read of the files, found so far.
  package private(set) var problems: [any ExplainedError] = []

  package init(_ files: [TraceFile], options: Options = Options()) {
    self.files = files
    self.options = options
    var problems: [any ExplainedError] = []
    var named: [(name: String, source: ReportSource)] = []
    var streams: [EventStream] = []
    var symbols: [SymbolSource] = []
    for file in files {
      problems += file.problems as [any ExplainedError]
      let knowledge = FileKnowledge(of: file)
      problems += knowledge.problems
      symbols.append(knowledge.symbols)
      for buffer in file.buffers {
        guard case .pages = buffer.content else { continue }
        let number = named.count
        let clock = ClockCorrection(of: file)
        let own =
          buffer.name.isEmpty ? (files.count > 1 ? file.path.lastPathComponent : "") : buffer.name
        for data in buffer.cpus {
          do throws(TraceFileError) {
            let pages = try PageIndex(data, of: buffer, in: file)
            problems += pages.problems as [any ExplainedError]
            streams.append(EventStream(pages: pages, buffer: number, clock: clock))
          } catch {
            problems.append(error)
          }
        }
        named.append(
          (
            own,
            ReportSource(
              file: file, buffer: buffer, prefix: [], events: knowledge.events,
              labels: knowledge.labels, names: knowledge.names,
              time: Self.timeColumn(of: buffer, in: file, clock, options))
          ))
      }
    }
    let width = named.map(\.name.utf8.count).max() ?? 0
    sources = named.map { name, source in
      var source = source
      if named.count > 1 { source.prefix = Self.prefix(name, width: width) }
      return source
    }
    heads = files.map { file in
      let count = Array("cpus=\(file.cpuCount)\n".utf8)
      return files.count > 1
        ? Self.prefix(file.path.lastPathComponent, width: width) + count : count
    }
    self.streams = streams
    self.symbols = symbols
    self.problems = problems
  }

  /// `   name: `, or as many blanks where there is no name.
  private static func prefix(_ name: String, width: Int) -> [UInt8] {
    let blanks = [UInt8](repeating: UInt8(ascii: " "), count: width - name.utf8.count)
    return blanks + Array(name.utf8) + Array((name.isEmpty ? "  " : ": ").utf8)
  }

  private static func timeColumn(
    of buffer: TraceBuffer, in file: TraceFile, _ clock: ClockCorrection, _ options: Options
  ) -> TimeColumn {
    guard TimeColumn.countsTime(buffer.clock) || clock.multiplier != 0 else { return .raw }
    return options.nanoseconds ? .nanoseconds : .microseconds
  }

  /// Writes all lines.
  ///
  /// - Returns: what could not be shown.
  package func write(to descriptor: Int32) throws(SystemError) -> [any ExplainedError] {
    var head = ByteSink(capacity: 256)
    for line in heads { line.withUnsafeBytes { head.append($0) } }
    try head.write(to: descriptor)
    let missing = try writeTexts(to: descriptor)
    guard !streams.isEmpty else { return files.compactMap(\.cutOff) + missing }

    let sources = self.sources
    let streams = self.streams
    let dealer = SliceDealer(
      streams: streams, plan: SlicePlan(streams, bytesPerSlice: options.bytesPerSlice),
      sources: sources)
    let output = OrderedOutput(descriptor: descriptor)
    let losses = Mutex(ReportLosses())
    let workers = min(
      options.workers > 0 ? options.workers : ProcessorCount.available, dealer.sliceCount)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      var writer = SliceWriter(streams: streams, sources: sources)
      var sink = ByteSink(capacity: 1 << 22)
      while let slice = dealer.deal() {
        writer.write(slice, to: &sink)
        guard output.write(&sink, number: slice.number) else { break }
      }
      losses.withLock { $0.add(writer.losses) }
    }
    if let failure = output.failure { throw failure }
    return files.compactMap(\.cutOff) + missing + symbols.compactMap(\.problem)
      + losses.withLock { $0 }.explanations(streams)
  }

  /// What latency tracers left is text already; an empty line follows.
  ///
  /// - Returns: what could not be read.
  private func writeTexts(to descriptor: Int32) throws(SystemError) -> [TraceFileError] {
    var problems: [TraceFileError] = []
    for file in files {
      for buffer in file.buffers {
        guard case .text(let text) = buffer.content else { continue }
        problems += try file.forEachPart(of: text) { (bytes) throws(SystemError) in
          try writeAll(bytes, to: descriptor)
        }
        var end = ByteSink(capacity: 16)
        end.append(UInt8(ascii: "\n"))
        try end.write(to: descriptor)
      }
    }
    return problems
  }
}

extension String {
  /// What stands behind the last slash.
  var lastPathComponent: String { split(separator: "/").last.map { String($0) } ?? self }
}
