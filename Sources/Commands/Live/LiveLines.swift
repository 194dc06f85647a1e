import ByteIO
import Glibc
import Recording
import Reports
import Terminal

/// Prints the events of a plan on standard output, a line each, while they happen.
struct LiveLines {
  let plan: RecordingPlan
  /// For whoever finds the journal of settings.
  let commandLine: [String]
  var options: ReportOptions
  var format = LiveReport.Format.text
  /// Before the first line, when tracing has begun, and behind the last.
  var head: [String] = []
  var tail: [String] = []
  /// Called when tracing has begun.
  var onStart: (() -> Void)?

  /// Traces until the end comes.
  ///
  /// - Returns: how it ended, and what could not be shown.
  func run() throws -> (summary: LiveSummary, problems: [any ExplainedError]) {
    let session = try LiveSession(plan, commandLine: commandLine, output: STDOUT_FILENO)
    let report: LiveReport
    do {
      var options = options
      options.printsHead = false
      options.loadsSymbols = LiveKnowledge.symbols
      report = try LiveReport(
        session.stream.file, options: options, format: format,
        names: LiveKnowledge.names(session.directory))
    } catch {
      session.abandon()
      throw error
    }
    session.onStart = onStart
    var isBegun = false
    // Who sees the head can count on what comes after it being seen.
    let begin = {
      if isBegun { return }
      isBegun = true
      try Self.write(head, to: session)
    }
    session.onLook = begin
    defer { (session.onStart, session.onLook) = (nil, nil) }
    let summary = try StandardStreams.writing {
      let summary = try session.run { range, isLast in
        try begin()
        try report.show(range, isLast: isLast) { try session.write($0) }
      }
      if summary.ending != .outputClosed {
        do { try Self.write(tail, to: session) } catch is LiveSession.Stopped {}
      }
      return summary
    }
    if summary.ending == .outputClosed { return (summary, []) }
    return (summary, report.problems + report.lateProblems)
  }

  private static func write(_ lines: [String], to session: LiveSession) throws {
    if lines.isEmpty { return }
    var sink = ByteSink(capacity: 256)
    for line in lines { sink.append(line + "\n") }
    try session.write(sink.bytes)
  }

  /// Lines for whoever reads standard output.
  static func adapt(
    _ line: inout ReportOptions.LineOptions, _ color: TerminalOptions.Choice = .auto
  ) {
    line.isForTerminal = isatty(STDOUT_FILENO) == 1
    line.colours =
      switch color {
      case .auto: TerminalWindow(STDOUT_FILENO).wantsColour
      case .always: true
      case .never: false
      }
  }
}
