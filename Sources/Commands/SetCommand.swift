package import ArgumentParser
import Recording

/// `kscope set`: changes settings of the tracer and nothing else.
package struct SetCommand: ParsableCommand, PassthroughCommand {
  package static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Change settings of the kernel's tracer, without starting or stopping it.",
    helpNames: [])

  @Argument(
    parsing: .captureForPassthrough,
    completion: .custom { arguments, _, prefix in
      RecordCompletion.words(after: arguments.dropLast().last ?? "", beginning: prefix, for: .set)
    })
  var arguments: [String] = []

  package init() {}

  package func run() throws {
    try TracingSetupRun(.set, arguments, command: .set, help: Self.help).run()
  }

  static var help: RecordHelp {
    RecordHelp(
      .set,
      purpose: "Changes settings of the kernel's tracer, without starting or stopping it.",
      examples: """
          A larger buffer and another clock:
            kscope set -b 20000 -C mono
          One more event, in an instance that is made if need be:
            kscope set -B net -e net:netif_rx
          An instance removed, with all that is set in it:
            kscope set -v -B net
        """,
      notes: """

        `kscope reset` puts back what was set, the last first, and leaves what others have changed
        since; a removed instance does not come back. Where anything cannot be set, nothing is. A
        command that is given runs when all is set.
        """)
  }
}
