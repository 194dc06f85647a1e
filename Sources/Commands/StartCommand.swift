package import ArgumentParser
import Recording

/// `kscope start`: sets tracing up as `record` does and leaves it on.
package struct StartCommand: ParsableCommand, PassthroughCommand {
  package static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Switch tracing on and leave it on; the kernel's buffer keeps the newest.",
    helpNames: [])

  @Argument(
    parsing: .captureForPassthrough,
    completion: .custom { arguments, _, prefix in
      RecordCompletion.words(
        after: arguments.dropLast().last ?? "", beginning: prefix, for: .start)
    })
  var arguments: [String] = []

  package init() {}

  package func run() throws {
    try TracingSetupRun(.start, arguments, command: .start, help: Self.help).run()
  }

  static var help: RecordHelp {
    RecordHelp(
      .start,
      purpose: "Switches tracing on and leaves it on, until `kscope reset` puts all back.",
      examples: """
          Keep the newest of all scheduling in the kernel's buffer; save it when something went wrong:
            kscope start -e sched -b 20000
            kscope stop; kscope extract -o wrong.dat; kscope reset
          Which functions a command calls in the kernel:
            kscope start -p function -F ls /tmp; kscope show
          Beside whatever else is traced, in an instance of its own:
            kscope start --private -e irq
        """,
      notes: """

        The command's end is waited for, unless --fork is given. What an earlier start or set left on
        in the same buffer is switched off first; `kscope reset` puts back all of it, the last first,
        and leaves what others have changed since. Where anything cannot be set, nothing is.
        """)
  }
}
