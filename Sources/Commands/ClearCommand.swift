package import ArgumentParser
import Tracefs

/// `kscope clear`: empties buffers.
package struct ClearCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "clear",
    abstract: "Empty the kernel's buffer.",
    discussion: """
      What was traced until now is gone; all settings stay, and tracing goes on.

      EXAMPLES
        kscope clear           the top level
        kscope clear -B net    one instance
        kscope clear -a        all instances and the top level
      """)

  @OptionGroup var selection: BufferSelection

  package init() {}

  package func run() throws {
    for buffer in try selection.buffers(in: try TracingDirectory.find(), allIsAll: true) {
      try buffer.clearBuffer()
    }
  }
}
