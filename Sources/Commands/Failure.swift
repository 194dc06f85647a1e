import ArgumentParser
package import ByteIO
import Glibc

/// The one place where an error becomes text on standard error and an exit status.
package enum Failure {
  /// Prints what happened and what to do next, then ends the process.
  static func exit(with error: any Error, from command: any ParsableCommand.Type) -> Never {
    // All is said.
    if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
    // Thrown by a command at work: the whole program's usage would not help.
    if let usage = error as? ValidationError {
      say(usage.message)
      Glibc.exit(ProgramName.isTraceCmd ? traceCmdUsage : ExitCode.validationFailure.rawValue)
    }
    guard let explained = error as? any ExplainedError else {
      if command.exitCode(for: error).isSuccess { answer(command.fullMessage(for: error)) }
      guard ProgramName.isTraceCmd, command.exitCode(for: error) == .validationFailure else {
        command.exit(withError: error)
      }
      var sink = ByteSink()
      sink.append(command.fullMessage(for: error) + "\n")
      try? sink.write(to: STDERR_FILENO)
      Glibc.exit(traceCmdUsage)
    }
    report(explained)
    let isTheirs = ProgramName.isTraceCmd && explained is any UsageError
    Glibc.exit(isTheirs ? traceCmdUsage : explained.exitStatus)
  }

  /// Prints help, a version or a completion script, which the parser hands over as errors, and ends
  /// the process.
  private static func answer(_ text: String) -> Never {
    var sink = ByteSink()
    sink.append(text + "\n")
    do { try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) } } catch {
      if let error = error as? any ExplainedError { report(error) }
      Glibc.exit(1)
    }
    Glibc.exit(0)
  }

  /// What trace-cmd returns where it does not understand its command line.
  private static let traceCmdUsage: Int32 = 255

  /// Prints an error and goes on: for what was lost on the way to an answer.
  package static func report(_ error: any ExplainedError) {
    say(error.message)
    if let hint = error.hint { say("hint: \(ProgramName.calling(hint))") }
  }

  /// Prints what was lost, each thing in a line, and counts what is too much to name.
  ///
  /// - Parameter limit: how many are named; those that were asked for are all.
  /// - Returns: whether something went wrong; not all that is said did.
  static func report(_ errors: [any ExplainedError], limit: Int = lossesNamed) -> Bool {
    for error in errors.prefix(limit) { say(error.message) }
    if errors.count > limit { say("… and \(errors.count - limit) more") }
    if let hint = errors.lazy.compactMap(\.hint).first { say("hint: \(ProgramName.calling(hint))") }
    return hasFailed(errors)
  }

  /// Whether one of them is more than worth saying.
  static func hasFailed(_ errors: [any ExplainedError]) -> Bool {
    errors.contains { $0.exitStatus != 0 }
  }

  static let lossesNamed = 20

  /// One line on standard error, after the program's name.
  package static func say(_ line: String) {
    var sink = ByteSink(capacity: 256)
    sink.append("\(ProgramName.current): \(printable(line))\n")
    try? sink.write(to: STDERR_FILENO)
  }

  /// A message as it may be shown: it quotes names of files and bytes of damaged ones, and what in
  /// them would steer a terminal stands as `\x1b`.
  static func printable(_ line: String) -> String {
    var text = ""
    for scalar in line.unicodeScalars {
      // The kernel's own complaints have a line that points at the place.
      if scalar.properties.generalCategory == .control, scalar != "\n" {
        let digits = String(scalar.value, radix: 16)
        text += "\\x" + (digits.count == 1 ? "0" : "") + digits
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
