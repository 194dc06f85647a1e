package import ArgumentParser
import ByteIO
import Glibc
import Reports
import TraceDat

/// `kscope dump`: what a recording consists of.
package struct DumpCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "dump",
    abstract: "Print what a recording consists of: its parts, their sizes and texts.",
    discussion: """
      Without options: the summary. Several parts may be asked for at once; they come in the \
      order of the file. What of a file is damaged or missing is said on standard error; all that \
      can be read is printed, and the exit status is then 1.

      EXAMPLES
        kscope dump                        the parts of ./trace.dat, a line each
        kscope dump --options -i a.dat     clock, kernel, statistics of another file
        kscope dump --systems --clock      several parts
        kscope dump -v && echo good        check a file
      """)

  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("input")],
    help: ArgumentHelp("Read this recording.", valueName: "file"))
  var input: String?

  @Flag(name: [.customShort("v"), .customLong("validate")], help: "Only say whether it is whole.")
  var validates = false

  @Flag(help: "Everything below.")
  var all = false

  @Flag(help: "A line for each part.")
  var summary = false

  @Flag(help: "How pages are laid out.")
  var headPage = false

  @Flag(help: "How the head of an event is laid out.")
  var headEvent = false

  @Flag(help: "The formats of the tracers' own events.")
  var ftraceEvents = false

  @Flag(help: "The event systems, and how many events of each have a format.")
  var systems = false

  @Flag(help: "The formats of the events.")
  var events = false

  @Flag(help: "The kernel's symbols.")
  var kallsyms = false

  @Flag(help: "The constant texts of trace_printk.")
  var printk = false

  @Flag(help: "The names of tasks by their id.")
  var cmdLines = false

  @Flag(help: "The options: clock, kernel, statistics and so on.")
  var options = false

  @Flag(help: "Where in the file the pages of each CPU are.")
  var flyrecord = false

  @Flag(help: "The clock that the times were taken with.")
  var clock = false

  @Argument(help: ArgumentHelp("The recording, as with -i.", valueName: "file"))
  var file: String?

  package init() {}

  package func validate() throws {
    guard input == nil || file == nil else {
      throw ValidationError("one recording is shown at a time; give it with -i or without")
    }
  }

  private var parts: FileDump.Parts {
    if all { return .all }
    let asked: [(Bool, FileDump.Parts)] = [
      (summary, .summary), (headPage, .headerPage), (headEvent, .headerEvent),
      (ftraceEvents, .ftraceFormats), (systems, .systems), (events, .eventFormats),
      (kallsyms, .kallsyms), (printk, .printkFormats), (cmdLines, .savedCommandLines),
      (options, .options), (flyrecord, .flyrecord), (clock, .clock),
    ]
    let parts = asked.reduce(into: FileDump.Parts()) { if $1.0 { $0.insert($1.1) } }
    return parts.isEmpty ? .summary : parts
  }

  package func run() throws {
    let path = input ?? file ?? "trace.dat"
    let dump = FileDump(of: try TraceFile(path: path), validates ? .all : parts)
    var sink = ByteSink()
    if validates {
      if dump.problems.isEmpty { sink.append("File \(path) is a valid trace-cmd file\n") }
    } else {
      dump.write(to: &sink, isForTerminal: isatty(STDOUT_FILENO) == 1)
    }
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
    if Failure.report(dump.problems) { throw ExitCode(1) }
  }
}
