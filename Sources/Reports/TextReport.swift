package import ByteIO
package import EventFormats
package import TraceDat

/// The text of one or several recordings, a line an event, in the order of time.
///
/// The lines are trace-cmd 3.1.6's; `Documentation/differences.md` lists where they are not, and why.
package struct TextReport {
  private let input: ReportInput
  private let options: ReportOptions

  /// What could not be read of the files, found so far.
  package var problems: [any ExplainedError] { input.problems }

  package init(_ input: ReportInput, options: ReportOptions = ReportOptions()) {
    self.input = input
    self.options = options
  }

  package init(
    _ files: [TraceFile], options: ReportOptions = ReportOptions()
  ) throws(FilterError) {
    self.init(
      try ReportInput(files.map { ReportInput.Recording($0) }, options: options),
      options: options)
  }

  /// Writes all lines.
  ///
  /// - Returns: what could not be shown.
  package func write(to descriptor: Int32) throws(SystemError) -> [any ExplainedError] {
    let missing = options.printsHead ? try writeHead(to: descriptor) : []
    guard !input.streams.isEmpty else { return input.lateProblems + missing }
    return missing + (try writeLines(of: input.window(options), to: descriptor))
  }

  /// - Returns: what could not be read.
  private func writeHead(to descriptor: Int32) throws(SystemError) -> [any ExplainedError] {
    var head = ByteSink(capacity: 256)
    // A file whose options are lost does not tell how many CPUs there were.
    for (file, prefix) in zip(input.files, input.headPrefixes) where file.cpuCount > 0 {
      prefix.withUnsafeBytes { head.append($0) }
      head.append("cpus=\(file.cpuCount)\n")
    }
    try head.write(to: descriptor)
    return try writeTexts(to: descriptor)
  }

  /// All lines of a part of the recording.
  private func writeLines(
    of window: EventWindow, to descriptor: Int32
  ) throws(SystemError) -> [any ExplainedError] {
    let input = self.input
    let options = self.options
    let dealer = SliceDealer(input, options: options, window: window)
    // What a line owes to the printed lines before it is known to one worker only.
    let isSerial = options.line.showsDifference || options.line.showsWakeupLatency
    let run = SlicedRun(
      input: input, dealer: dealer, workers: isSerial ? 1 : options.workers,
      onProgress: options.onProgress)
    return try run.write(to: descriptor) {
      var writer = SliceWriter(input, options: options)
      if let lead = window.lead, let range = window.range {
        writer.skip(EventRange(from: lead, to: range.from))
      }
      return writer
    }
  }

  /// What latency tracers left is text already; an empty line follows.
  ///
  /// - Returns: what could not be read.
  private func writeTexts(to descriptor: Int32) throws(SystemError) -> [any ExplainedError] {
    var problems: [any ExplainedError] = []
    for file in input.files {
      for buffer in file.buffers {
        guard case .text(let text) = buffer.content else { continue }
        let damaged = try file.forEachPart(of: text) { (bytes) throws(SystemError) in
          try writeAll(bytes, to: descriptor)
        }
        problems += damaged as [any ExplainedError]
        var end = ByteSink(capacity: 16)
        end.append(UInt8(ascii: "\n"))
        try end.write(to: descriptor)
      }
    }
    return problems
  }
}
