import ByteIO
import Glibc
import Recording

/// What `start` and `set` have in common.
struct TracingSetupRun {
  let purpose: TracingSetup.Purpose
  let arguments: [String]
  let command: TracingCommand
  let help: RecordHelp

  init(
    _ purpose: TracingSetup.Purpose, _ arguments: [String], command: TracingCommand,
    help: RecordHelp
  ) {
    self.purpose = purpose
    self.arguments = arguments
    self.command = command
    self.help = help
  }

  func run() throws {
    guard case .plan(let plan) = try parsed() else { return try help.write() }
    var setup = TracingSetup(
      purpose, plan, commandLine: [ProgramName.current, command.rawValue] + arguments)
    setup.onWarning = { Failure.say($0) }
    setup.onSet = { summary in
      summary.warnings.forEach { Failure.say($0) }
      guard !plan.isQuiet else { return }
      // As trace-cmd: a line for each tracer.
      var sink = ByteSink()
      for tracer in plan.buffers.compactMap(\.tracer) where tracer != "nop" {
        sink.append("  plugin '\(tracer)'\n")
      }
      try? sink.write(to: STDOUT_FILENO)
      if let name = summary.privateInstance { Failure.say("tracing in the instance \(name)") }
    }
    let summary = try setup.run()
    if !plan.isQuiet, let ending = RecordText.ending(of: summary.ending) { Failure.say(ending) }
  }

  private func parsed() throws(TracingUsageError) -> RecordArguments.Outcome {
    do { return try RecordArguments.parse(arguments, for: command) } catch {
      throw TracingUsageError(command: command, cause: error)
    }
  }
}
