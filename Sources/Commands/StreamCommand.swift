package import ArgumentParser
import ByteIO
import Glibc
import Recording
import Reports

/// `kscope stream`: prints what the kernel does while it does it.
package struct StreamCommand: ParsableCommand, PassthroughCommand {
  package static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Print what the kernel does while it does it, during a command or until Ctrl-C.",
    helpNames: [])

  @Argument(
    parsing: .captureForPassthrough,
    completion: .custom { arguments, _, prefix in
      RecordCompletion.words(after: arguments.dropLast().last ?? "", beginning: prefix)
    })
  var arguments: [String] = []

  package init() {}

  package func run() throws {
    guard let parsed = try StreamArguments.parse(arguments) else {
      var sink = ByteSink()
      sink.append(Self.help)
      return try sink.write(to: STDOUT_FILENO)
    }
    let isQuiet = parsed.plan.isQuiet
    var lines = LiveLines(
      plan: parsed.plan, commandLine: ["kscope", "stream"] + arguments,
      options: Self.options(parsed), format: parsed.json ? .json : .text)
    lines.onStart = {
      if parsed.plan.command.isEmpty, !isQuiet { Failure.say("streaming; Ctrl-C ends it") }
    }
    let (summary, problems) = try lines.run()
    // Somebody who has seen enough wants no more.
    if summary.ending == .outputClosed {
      summary.warnings.forEach(Failure.say)
      return
    }
    let isDamaged = Failure.report(problems)
    if isQuiet {
      summary.warnings.forEach(Failure.say)
    } else {
      LiveText.summary(summary).forEach(Failure.say)
    }
    if isDamaged { throw ExitCode(1) }
  }

  private static func options(_ parsed: StreamArguments) -> ReportOptions {
    var options = ReportOptions()
    options.line = parsed.line
    LiveLines.adapt(&options.line, parsed.color)
    options.time.nanoseconds = parsed.nanoseconds
    return options
  }

  private static var help: String {
    """
    Prints what the kernel does while it does it, during a command or until Ctrl-C.

    USAGE: kscope stream [OPTION …] [COMMAND [ARGUMENT …]]

    The options are those of kscope record, and their order matters as it does there. Events are
    traced in an instance of kscope's own, so that nobody else's tracing is touched, and printed
    within a tenth of a second, in the order of their times. What the kernel had to drop because it
    was not read in time is said in its place.

    EXAMPLES
      Who runs when, while ls runs:
        kscope stream -e sched ls
      Every file that is opened, on the whole machine, for ten seconds:
        kscope stream -e syscalls:sys_enter_openat --duration 10
      The functions that process 1234 goes through below vfs_read:
        kscope stream -p function -l 'vfs_*' -P 1234
      The first three large block requests, for a program:
        kscope stream -e block:block_rq_issue -f 'bytes > 65536' --json | head -3 | jq .fields


    """
      + LiveHelp.options(of: .stream, StreamArguments.options, titled: "How it is shown")
        + """
        SEE ALSO
          kscope list shows the events, tracers, functions and options of this kernel.
          kscope record keeps what happens in a file.

        The settings that were there before are put back in any case, after a crash by kscope's
        next run.

        """
  }
}
