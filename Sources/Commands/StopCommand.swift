package import ArgumentParser
import Tracefs

/// `kscope stop`: events are no longer written to the buffer.
package struct StopCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Stop writing to the kernel's buffer; what is in it stays.",
    discussion: """
      Tracers and events stay on, and cost what they cost: only writing ends (tracing_on). `restart` \
      goes on, `extract` saves what is there, `reset` ends it all.

      EXAMPLES
        kscope stop                   the top level
        kscope stop -B net -B disk    two instances
        kscope stop -a                everything
      """)

  @OptionGroup var selection: BufferSelection

  package init() {}

  package func run() throws {
    try TracingSwitch.set(false, selection, command: "stop")
  }
}

/// What `stop` and `restart` do.
enum TracingSwitch {
  static func set(_ isOn: Bool, _ selection: BufferSelection, command: String) throws {
    let directory = try TracingDirectory.find()
    let state = SavedState(directory, command: ProgramCall.line(command))
    do {
      for buffer in try selection.buffers(in: directory) {
        try buffer.switchTracing(isOn, saving: state)
      }
    } catch {
      state.restore()
      throw error
    }
    try state.keep()
  }
}
