package import ArgumentParser
import ByteIO
import Glibc
package import KernelTools
import Recording
import Reports
import TraceDat

/// `kscope execsnoop` and its kin: a tool over the running kernel, or over a recording.
package struct ToolCommand<Tool: KernelTool>: ParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Tool.about.name, abstract: Tool.about.abstract, helpNames: [])
  }

  @Argument(parsing: .captureForPassthrough)
  var arguments: [String] = []

  package init() {}

  package func run() throws {
    guard let options = try ToolOptions(arguments, for: Tool.about) else {
      var sink = ByteSink()
      sink.append(ToolHelp.text(of: Tool.about))
      return try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
    }
    let tool = try Tool(options)
    if let path = tool.options.input { try replay(tool, path) } else { try follow(tool) }
  }

  private var isForTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  private func replay(_ tool: Tool, _ path: String) throws {
    let feed = try EventFeed(try TraceFile(path: path), options: ReportOptions())
    let run = try ToolRun(tool, over: feed, isForTerminal: isForTerminal)
    run.begin()
    try StandardStreams.writing {
      let emit = { (text: UnsafeRawBufferPointer) in try writeAll(text, to: STDOUT_FILENO) }
      try run.takeAll(emit)
      run.finish()
      try run.flush(emit)
    }
    run.notes.forEach(Failure.say)
    if Failure.report(run.problems) { throw ExitCode(1) }
  }

  private func follow(_ tool: Tool) throws {
    if tool.options.isVerbose { ToolHelp.plan(of: tool).forEach(Failure.say) }
    let session = try ToolSession(
      tool, commandLine: ["kscope", Tool.about.name] + arguments, output: STDOUT_FILENO,
      isForTerminal: isForTerminal)
    if tool.options.isVerbose { Failure.say(session.way) }
    let (summary, notes) = try StandardStreams.writing { try session.follow() }
    // The kernel counts what it lost, whether or not anything came after it.
    let lost = summary.lost > 0 ? LiveText.summary(summary).filter { $0.hasPrefix("lost ") } : []
    (lost + notes + summary.warnings).forEach(Failure.say)
  }
}
