package import ArgumentParser
import ByteIO
import Glibc

/// `kscope options`: what `report -O` can be told.
package struct OptionsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "options",
    abstract: "List what report -O can be told of how events are printed.",
    discussion: """
      `set` is 1 where it is so without being told.

      EXAMPLES
        kscope report -O ftrace:parent       who called each function
        kscope report -O tailprint           what each } closes
        kscope report -O ftrace:indent=0     no blanks before functions
      """)

  package init() {}

  package func run() throws {
    var sink = ByteSink()
    ReportOptionList.write(to: &sink)
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }
}
