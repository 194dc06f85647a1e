package import ArgumentParser
import Tracefs

/// `kscope restart`: goes on after `stop`.
package struct RestartCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract: "Write to the kernel's buffer again, after stop.",
    discussion: """
      EXAMPLES
        kscope restart           the top level
        kscope restart -B net    one instance
      """)

  @OptionGroup var selection: BufferSelection

  package init() {}

  package func run() throws {
    try TracingSwitch.set(true, selection, command: "restart")
  }
}
