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
      return try StandardStreams.print(ToolHelp.text(of: Tool.about))
    }
    let tool = try Tool(options)
    // What cannot be written is said before anything is traced.
    let files = try tool.files.map { try ToolOutputFile(path: $0.path) }
    defer { files.forEach { $0.close() } }
    if let path = tool.options.input { try replay(tool, path) } else { try follow(tool) }
    for (file, made) in zip(files, tool.files) { try file.write(made.content) }
  }

  private var isForTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  private func replay(_ tool: Tool, _ path: String) throws {
    if let saved = tool.options.saved {
      throw ToolUsageError.badValue(
        option: "--save", value: saved, expected: "for a recording: it is one already")
    }
    let file = try TraceFile(path: path)
    let feed = try EventFeed(file, options: ReportOptions())
    let processes = RecordedProcesses(file)
    let run = try ToolRun(
      tool, over: feed, factsOf: { ThreadFacts(process: processes.process(of: $0)) },
      isForTerminal: isForTerminal)
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

/// A file that a tool writes at its end, opened at its start.
private struct ToolOutputFile {
  let path: String
  private let descriptor: Int32

  init(path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw SystemError("write", path: path) }
  }

  func write(_ text: String) throws {
    try StandardStreams.writing(to: path) {
      try Array(text.utf8).withUnsafeBytes { try writeAll($0, to: descriptor) }
    }
  }

  func close() { _ = Glibc.close(descriptor) }
}
