package import ArgumentParser
import ByteIO
import Glibc
import Reports

/// `kscope hist`: how often each event occurs.
package struct HistCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "hist",
    abstract: "Count the events of a recording by name.",
    discussion: """
      Most frequent first, with their share of all. What was lost while recording is told behind \
      them.

      EXAMPLES
        kscope hist                    count ./trace.dat
        kscope hist --cpu 3 a.dat      one CPU of another file
        kscope hist --json a.dat       an object a line, for programs
      """)

  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("input")],
    help: ArgumentHelp("Read this recording; may be given several times.", valueName: "file"))
  var inputs: [String] = []

  @Option(help: ArgumentHelp("Only these CPUs: 0,3 or 2-4.", valueName: "list"))
  var cpu: String?

  @Flag(help: "An object a line: system, event, count.")
  var json = false

  @Argument(help: ArgumentHelp("Recordings, as with -i.", valueName: "file"))
  var files: [String] = []

  package init() {}

  package func run() throws {
    if Failure.report(try StandardStreams.writing { try write(to: STDOUT_FILENO) }) {
      throw ExitCode(1)
    }
  }

  /// - Returns: what could not be read.
  func write(to descriptor: Int32) throws -> [any ExplainedError] {
    var options = ReportOptions()
    if let cpu { options.selection.cpus = try CPUList.parse(cpu) }
    let (files, problems) = OpenedFiles.open(inputs + files)
    let recordings = files.map { ReportInput.Recording($0.file) }
    guard !recordings.isEmpty else { return problems }
    let counts = EventCounts(try ReportInput(recordings, options: options))
    var sink = ByteSink()
    if json { counts.writeJSON(to: &sink) } else { counts.write(to: &sink) }
    try sink.write(to: descriptor)
    return problems + counts.problems
  }
}
