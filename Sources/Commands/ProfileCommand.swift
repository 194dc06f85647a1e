package import ArgumentParser
import ByteIO
import Glibc
import Recording
import Reports
import TraceDat
import Tracefs

/// `kscope profile`: how long tasks sleep, wait and stay in the kernel, measured while it happens.
package struct ProfileCommand: ParsableCommand, PassthroughCommand {
  package static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Measure how long tasks sleep, wait and stay in the kernel, without a recording.",
    helpNames: [])

  @Argument(
    parsing: .captureForPassthrough,
    completion: .custom { arguments, _, prefix in
      RecordCompletion.words(after: arguments.dropLast().last ?? "", beginning: prefix)
    })
  var arguments: [String] = []

  package init() {}

  package func run() throws {
    guard let parsed = try ProfileArguments.parse(arguments) else {
      var sink = ByteSink()
      sink.append(Self.help)
      return try sink.write(to: STDOUT_FILENO)
    }
    let output = try Self.open(parsed)
    defer { if output != STDOUT_FILENO, output != STDERR_FILENO { close(output) } }
    let session = try LiveSession(
      parsed.plan, commandLine: ["kscope", "profile"] + arguments,
      output: output)
    var options = ReportOptions()
    options.loadsSymbols = LiveKnowledge.symbols
    let live: LiveProfile
    do {
      live = try LiveProfile(
        session.stream.file, options: options, parsed.options,
        names: LiveKnowledge.names(session.directory))
    } catch {
      session.abandon()
      throw error
    }
    let isQuiet = parsed.plan.isQuiet
    session.onStart = {
      if parsed.plan.command.isEmpty, !isQuiet { Failure.say("profiling; Ctrl-C ends it") }
    }
    let summary = try session.run { range, _ in live.take(range) }
    if summary.ending == .outputClosed { return summary.warnings.forEach(Failure.say) }
    let profile = live.profile
    var sink = ByteSink()
    if parsed.json {
      profile.writeJSON(to: &sink)
    } else {
      profile.write(to: &sink, isForTerminal: isatty(output) == 1)
    }
    do {
      try StandardStreams.writing(to: parsed.output ?? "standard output") {
        try sink.write(to: output)
      }
    } catch let error as SystemError where error.code == EPIPE {
      // Somebody who has seen enough wants no more.
    }
    let isDamaged = Failure.report(profile.problems.filter { !($0 is UncountedLoss) })
    if isQuiet {
      summary.warnings.forEach(Failure.say)
    } else {
      profile.problems.filter { $0 is UncountedLoss }.forEach { Failure.say($0.message) }
      LiveText.summary(summary).forEach(Failure.say)
    }
    if isDamaged { throw ExitCode(1) }
  }

  /// Where the table goes.
  private static func open(_ parsed: ProfileArguments) throws -> Int32 {
    guard let path = parsed.output else {
      return parsed.usesStandardError ? STDERR_FILENO : STDOUT_FILENO
    }
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    return descriptor
  }

  private static var help: String {
    """
    Measures how long tasks sleep, wait for a CPU and stay in the kernel, and what interrupts them,
    during a command or until Ctrl-C; then prints a table. No recording is made.

    USAGE: kscope profile [OPTION …] [COMMAND [ARGUMENT …]]

    Unless -S is given it traces the scheduler (with the stacks of who sleeps), wakeups, interrupts,
    page faults, system calls, and the way into the kernel and out of it (function_graph, one call
    deep; -p nop leaves that out).

    EXAMPLES
      What make waits for:
        kscope profile -F -c make
      The whole machine for ten seconds, tasks of one name together:
        kscope profile --by-comm --duration 10
      How long block requests take, and nothing else:
        kscope profile -S -H block:block_rq_issue,sector/block:block_rq_complete,sector,g \
    dd if=/dev/sda of=/dev/null count=1000


    """
      + LiveHelp.options(
        of: .profile, ProfileArguments.options, titled: "What is measured and shown")
        + """
        SEE ALSO
          kscope report --profile prints the same of a recording.

        The settings that were there before are put back in any case, after a crash by kscope's
        next run.

        """
  }
}
