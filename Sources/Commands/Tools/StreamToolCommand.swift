package import ArgumentParser
import ByteIO
import Glibc
package import KernelTools
import Recording
import Reports
import TraceDat

/// `kscope kprobe` and its kin: a tool of the kernel's own lines, over the running kernel or over a
/// recording.
package struct StreamToolCommand<Tool: StreamTool>: ParsableCommand, PassthroughCommand {
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
    if let answer = try tool.answer(commandLine) {
      return try StandardStreams.writing {
        try answer.withUnsafeBytes { try writeAll($0, to: STDOUT_FILENO) }
      }
    }
    var report = try tool.reportOptions(ofRecording: options.input != nil)
    LiveLines.adapt(&report.line)
    let format: LiveReport.Format = options.format == .json ? .json : .text
    if let path = options.input {
      try replay(tool, path, report, format)
    } else {
      try follow(tool, report, format)
    }
  }

  private var commandLine: [String] { ["kscope", Tool.about.name] + arguments }

  private func replay(
    _ tool: Tool, _ path: String, _ options: ReportOptions, _ format: LiveReport.Format
  ) throws {
    if tool.options.duration != nil {
      throw ToolUsageError.badValue(
        option: "-d", value: path, expected: "live: 'report --between' shows a part of a recording")
    }
    let report = try LiveReport(
      try TraceFile(path: path), options: options, format: format, names: nil)
    if format == .text, tool.showsHead { try StandardStreams.print(tool.head + "\n") }
    try StandardStreams.writing {
      try report.showAll { try writeAll($0, to: STDOUT_FILENO) }
    }
    if Failure.report(report.problems + report.lateProblems) { throw ExitCode(1) }
  }

  private func follow(
    _ tool: Tool, _ options: ReportOptions, _ format: LiveReport.Format
  ) throws {
    try tool.options.expectTasks()
    if tool.options.isVerbose { try tool.planText().forEach(Failure.say) }
    var lines = LiveLines(
      plan: try tool.plan(), commandLine: commandLine, options: options, format: format)
    if format == .text {
      lines.head = [tool.banner] + (tool.showsHead ? [tool.head] : [])
      lines.tail = ["", "Ending tracing..."]
    }
    let (summary, problems) = try lines.run()
    let lost = LiveText.losses(summary).map { [$0] } ?? []
    (lost + summary.warnings).forEach(Failure.say)
    if summary.ending != .outputClosed, Failure.report(problems) { throw ExitCode(1) }
  }
}
