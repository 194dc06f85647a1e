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

    switch options.range {
    case .all: return missing + (try writeLines(of: nil, to: descriptor))
    case .between, .part:
      return missing
        + (try writeLines(of: options.range.events(of: input.streams), to: descriptor))
    case .tail(let count):
      return missing
        + (try writeLines(count, before: input.streams.map(\.end), after: 0, to: descriptor))
    case .around(let time, let count):
      let place = input.streams.map { $0.position(ofTime: time, notBefore: .start) }
      return missing + (try writeLines(count, before: place, after: count, to: descriptor))
    }
  }

  /// - Returns: what could not be read.
  private func writeHead(to descriptor: Int32) throws(SystemError) -> [any ExplainedError] {
    var head = ByteSink(capacity: 256)
    for (file, prefix) in zip(input.files, input.headPrefixes) {
      prefix.withUnsafeBytes { head.append($0) }
      head.append("cpus=\(file.cpuCount)\n")
    }
    try head.write(to: descriptor)
    return try writeTexts(to: descriptor)
  }

  /// Some lines in front of a place and some behind it.
  private func writeLines(
    _ count: Int, before place: [EventStream.Position], after behind: Int, to descriptor: Int32
  ) throws(SystemError) -> [any ExplainedError] {
    let window = LineWindow(input: input, options: options)
    var lines = window.lines(count, before: place)
    try lines.text.write(to: descriptor)
    var losses = lines.losses
    if behind > 0 {
      var rest = window.lines(behind, from: place)
      try rest.text.write(to: descriptor)
      losses.add(rest.losses)
    }
    return input.lateProblems + losses.explanations(input.streams)
  }

  /// All lines of a range.
  private func writeLines(
    of range: EventRange?, to descriptor: Int32
  ) throws(SystemError) -> [any ExplainedError] {
    let input = self.input
    let options = self.options
    let dealer = SliceDealer(input, options: options, range: range)
    // What a line owes to the printed lines before it is known to one worker only.
    let isSerial = options.line.showsDifference || options.line.showsWakeupLatency
    let run = SlicedRun(
      input: input, dealer: dealer, workers: isSerial ? 1 : options.workers,
      onProgress: options.onProgress)
    return try run.write(to: descriptor) { SliceWriter(input, options: options) }
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
