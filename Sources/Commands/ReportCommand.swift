package import ArgumentParser
import ByteIO
import Glibc
import Reports
import TraceDat

/// `kscope report`: a recording as text, a line an event.
package struct ReportCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Print what a recording holds, a line an event.",
    discussion: """
      Each line names the task and its pid, the CPU in brackets, the time in seconds, the event, \
      and what the event says:

                  bash-310   [001]    57.146721: sched_switch: bash:310 [120] S ==> ...

      Several files are merged by time, and each line says which file it is from.

      What of a file is damaged or missing is said on standard error; all that can be read is \
      printed, and the exit status is then 1.

      EXAMPLES
        kscope report                      print ./trace.dat
        kscope report -i a.dat -i b.dat    two recordings, merged by time
        kscope report -t -i a.dat          times in nanoseconds
      """)

  @Option(
    name: [.customShort("i"), .customLong("input")],
    help: ArgumentHelp("Read this recording; may be given several times.", valueName: "file"))
  var inputs: [String] = []

  @Flag(name: .customShort("t"), help: "Print times in nanoseconds.")
  var nanoseconds = false

  @Argument(help: ArgumentHelp("Recordings, as with -i.", valueName: "file"))
  var files: [String] = []

  package init() {}

  package func run() throws {
    var names = inputs + files
    if names.isEmpty { names = ["trace.dat"] }
    var options = ReportOptions()
    options.time.nanoseconds = nanoseconds
    var recordings: [TraceFile] = []
    var problems: [any ExplainedError] = []
    for name in names {
      do throws(TraceFileError) {
        recordings.append(try TraceFile(path: name))
      } catch {
        problems.append(error)
      }
    }
    if !recordings.isEmpty {
      let report = TextReport(recordings, options: options)
      let losses = try StandardStreams.writing { try report.write(to: STDOUT_FILENO) }
      problems += report.problems + losses
    }
    if Failure.report(problems) { throw ExitCode(1) }
  }
}
