package import ArgumentParser
import Recording
import Terminal

/// `kscope record`: records what the kernel does into a file.
///
/// The arguments are scanned by `RecordArguments`, since their order matters, which a declarative
/// parser cannot express.
package struct RecordCommand: ParsableCommand, PassthroughCommand {
  package static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record what the kernel does into a file, while a command runs or until Ctrl-C.",
    helpNames: [])

  @Argument(
    parsing: .captureForPassthrough,
    completion: .custom { arguments, _, prefix in
      RecordCompletion.words(
        after: arguments.dropLast().last ?? "", beginning: prefix, for: .record)
    })
  var arguments: [String] = []

  package init() {}

  package func run() throws {
    guard case .plan(let plan) = try RecordArguments.parse(arguments) else {
      return try RecordHelp.record.write()
    }
    try Self.record(plan, commandLine: [ProgramName.current, "record"] + arguments)
  }

  private static func record(_ plan: RecordingPlan, commandLine: [String]) throws {
    var recorder = Recorder(
      plan, commandLine: commandLine,
      program: "kscope \(KscopeCommand.version)")
    let line = StatusLine()
    recorder.onWarning = { text in
      line.clear()
      say(text)
    }
    if !plan.isQuiet {
      if plan.command.isEmpty { recorder.onStart = { say("recording; Ctrl-C ends it") } }
      if line.isVisible {
        recorder.onProgress = { line.show(RecordText.progress($0)) }
        recorder.onFinishing = { line.clear() }
      }
    }
    let summary = try recorder.run()
    if case .failed = summary.ending {
      RecordText.summary(summary).forEach(say)
      throw ExitCode(1)
    }
    if plan.isQuiet {
      summary.warnings.forEach(say)
    } else {
      RecordText.summary(summary).forEach(say)
    }
  }

  private static func say(_ text: String) { Failure.say(text) }
}
