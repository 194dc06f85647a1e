package import ArgumentParser
import ByteIO
import Glibc
import Reports
import TraceDat

/// `kscope dump`: what a recording consists of.
package struct DumpCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "dump",
    abstract: "Print what a recording consists of: its parts and their sizes.",
    discussion: """
      What of a file is damaged or missing is said on standard error; all that can be read is \
      printed, and the exit status is then 1.

      EXAMPLES
        kscope dump --summary              the parts of ./trace.dat
        kscope dump --summary -i a.dat     the parts of another file
      """)

  @Flag(help: "Print the parts of the file, a line each.")
  var summary = false

  @Option(
    name: [.customShort("i"), .customLong("input")],
    help: ArgumentHelp("Read this recording.", valueName: "file"))
  var input = "trace.dat"

  package init() {}

  package func validate() throws {
    guard summary else {
      throw ValidationError("only the summary can be printed yet: add --summary")
    }
  }

  package func run() throws {
    let summary = FileSummary(of: try TraceFile(path: input))
    var sink = ByteSink()
    summary.write(to: &sink)
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
    if Failure.report(summary.problems) { throw ExitCode(1) }
  }
}
