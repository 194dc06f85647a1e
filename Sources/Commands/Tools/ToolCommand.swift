package import ArgumentParser
import ByteIO
import Glibc
package import KernelTools
import Recording
import Reports
import TraceDat

/// `kscope execsnoop` and its kin: a tool over the running kernel, or over a recording.
package struct ToolCommand<Tool: KernelTool>: ParsableCommand, PassthroughCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Tool.about.name, abstract: Tool.about.abstract, helpNames: [])
  }

  @Argument(
    parsing: .captureForPassthrough,
    completion: .custom { words, _, prefix in
      ToolCompletion.words(after: words.dropLast().last ?? "", beginning: prefix, for: Tool.about)
    })
  var arguments: [String] = []

  package init() {}

  package func run() throws {
    guard let options = try ToolOptions(arguments, for: Tool.about) else {
      return try StandardStreams.print(ToolHelp.text(of: Tool.about))
    }
    let tool = try Tool(options)
    // What cannot be written is said before anything is traced.
    let files = try tool.files.map { try ToolOutputFile($0.path, beside: tool.options.input) }
    if let path = tool.options.input { try replay(tool, path) } else { try follow(tool) }
    for (file, made) in zip(files, tool.files) { try file.write(made.content) }
  }

  private var isForTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  private func replay(_ tool: Tool, _ path: String) throws {
    if let saved = tool.options.saved {
      throw ToolUsageError.badValue(
        option: "--save", value: saved, expected: "for a recording: it is one already")
    }
    if let cgroup = tool.options.cgroup {
      throw ToolUsageError.badValue(
        option: "--cgroup", value: cgroup, expected: "for a recording: it does not tell of cgroups")
    }
    let file = try TraceFile(path: path)
    // With its date, its times are those of the wall.
    let hasDate = file.options.contains { $0.id == .date }
    if tool.options.times == .wall, !hasDate {
      throw ToolUsageError.badValue(
        option: "-T", value: path,
        expected: "a recording that knows the time of day: it is made with 'record --date'")
    }
    let feed = try EventFeed(file, options: ReportOptions())
    let run = try Self.run(tool, over: feed, of: file, isForTerminal, wallOffset: hasDate ? 0 : nil)
    run.begin(hasBanner: false)
    try StandardStreams.writing {
      let emit = { (text: UnsafeRawBufferPointer) in try writeAll(text, to: STDOUT_FILENO) }
      try run.takeAll(emit)
      run.finish()
      try run.flush(emit)
    }
    run.notes.forEach(Failure.say)
    if Failure.report(run.problems) { throw ExitCode(1) }
  }

  /// Where events are missing, what could not be read comes first: it may be why.
  private static func run(
    _ tool: Tool, over feed: EventFeed, of file: TraceFile, _ isForTerminal: Bool,
    wallOffset: UInt64?
  ) throws -> ToolRun {
    let processes = RecordedProcesses(file)
    do {
      return try ToolRun(
        tool, over: feed, factsOf: { ThreadFacts(process: processes.process(of: $0)) },
        wallOffset: wallOffset, isForTerminal: isForTerminal)
    } catch {
      _ = Failure.report(feed.problems)
      throw error
    }
  }

  private func follow(_ tool: Tool) throws {
    try tool.options.expectTasks()
    if tool.options.isVerbose { ToolHelp.plan(of: tool).forEach(Failure.say) }
    let session = try ToolSession(
      tool, commandLine: ["kscope", Tool.about.name] + arguments, output: STDOUT_FILENO,
      isForTerminal: isForTerminal)
    if tool.options.isVerbose { (session.asked + [session.way]).forEach(Failure.say) }
    let (summary, notes) = try StandardStreams.writing { try session.follow() }
    // The kernel counts what it lost, whether or not anything came after it.
    let lost = LiveText.losses(summary).map { [$0] } ?? []
    (lost + notes + summary.warnings).forEach(Failure.say)
  }
}
