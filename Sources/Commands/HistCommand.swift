package import ArgumentParser
import ByteIO
import Glibc
import Reports

/// `kscope hist`: how often each event occurs.
package struct HistCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "hist",
    abstract: "Count the events of a recording by task, with the calls that led to them.",
    discussion: """
      Most frequent first: the share of all events, the task, the event and how often it occurred. \
      Below it stand the functions that led to it, innermost first, where stack traces were \
      recorded (record -T, or a stacktrace trigger) or functions traced.

      With --counts, a line an event, over all tasks; what was lost while recording is told behind.

      EXAMPLES
        kscope hist                    ./trace.dat by task and event
        kscope hist -P a.dat           all tasks together
        kscope hist --counts a.dat     how often each event occurs
        kscope hist --json a.dat       an object a line, for programs
        kscope hist --folded a.dat | flamegraph.pl > a.svg
      """)

  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("input")],
    help: ArgumentHelp("Read this recording; may be given several times.", valueName: "file"))
  var inputs: [String] = []

  @Option(help: ArgumentHelp("Only these CPUs: 0,3 or 2-4.", valueName: "list"))
  var cpu: String?

  @Flag(name: .customShort("P"), help: "Count the same event of all tasks together.")
  var ignoresTasks = false

  @Flag(help: "Only how often each event occurs.")
  var counts = false

  @Flag(help: "A line for each chain of calls, outermost first, as flame graphs are made of.")
  var folded = false

  @Flag(help: "An object a line: pid, comm, event, count, chains; with --counts, system and count.")
  var json = false

  @Argument(help: ArgumentHelp("Recordings, as with -i.", valueName: "file"))
  var files: [String] = []

  package init() {}

  package func validate() throws {
    if folded && (json || counts) {
      throw ValidationError("--folded is a form of its own, without --json and --counts")
    }
  }

  package func run() throws {
    if Failure.report(
      try StandardStreams.writing {
        try write(to: STDOUT_FILENO, isSeen: isatty(STDOUT_FILENO) == 1)
      })
    {
      throw ExitCode(1)
    }
  }

  /// - Returns: what could not be read.
  func write(to descriptor: Int32, isSeen: Bool = false) throws -> [any ExplainedError] {
    var options = ReportOptions()
    if let cpu { options.selection.cpus = try CPUList.parse(cpu) }
    let (files, problems) = OpenedFiles.open(inputs + files)
    let recordings = files.map { ReportInput.Recording($0.file) }
    guard !recordings.isEmpty else { return problems }
    let input = try ReportInput(recordings, options: options)
    var sink = ByteSink()
    let found: [any ExplainedError]
    if counts {
      let counts = EventCounts(input)
      if json { counts.writeJSON(to: &sink) } else { counts.write(to: &sink) }
      found = counts.problems
    } else {
      let histogram = Histogram(input, options: options, ignoringTasks: ignoresTasks)
      if json {
        histogram.writeJSON(to: &sink)
      } else if folded {
        histogram.writeFolded(to: &sink)
      } else {
        histogram.write(to: &sink, isForTerminal: isSeen)
      }
      found = histogram.problems
    }
    try sink.write(to: descriptor)
    return problems + found
  }
}
