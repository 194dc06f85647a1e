package import ArgumentParser
import ByteIO
import Glibc
import KernelTools
import Tracefs

/// `kscope reset-ftrace`: turns all tracing of the top level off, and shows what there was.
package struct ResetFtraceCommand: ParsableCommand, PassthroughCommand {
  static let about = ToolDescription(
    name: "reset-ftrace",
    abstract: "Turn all tracing of the top level off, whoever set it up, and show what there was.",
    discussion: """
      Tracer, events, filters, triggers, probes, functions and processes: what a crashed program may
      have left, or another's that runs. What is shown before and after are the settings that
      perf-tools shows. kscope reset puts back what kscope changed, and nothing else.
      """,
    options: [
      ToolOption("f", "force", "Accepted for perf-tools' sake: there is no lock to be broken."),
      ToolOption("q", "quiet", "Print nothing but errors."),
    ],
    examples: [("kscope reset-ftrace -q", "as a first step of a script")], common: [],
    remarks: "Instances, and with them what kscope's own tools do meanwhile, stay as they are.")

  package static let configuration = CommandConfiguration(
    commandName: about.name, abstract: about.abstract, helpNames: [])

  @Argument(parsing: .captureForPassthrough)
  var arguments: [String] = []

  package init() {}

  /// Those of perf-tools, and the one that has all probes.
  private static let shown: [ControlFile] = [
    .currentTracer, .setFtraceFilter, .setGraphFunction, .setFtracePID,
    .eventsEnable, .tracingThreshold, .kprobeEvents, .uprobeEvents, .tracingOn,
  ]

  package func run() throws {
    guard let options = try ToolOptions(arguments, for: Self.about) else {
      return try StandardStreams.print(ToolHelp.text(of: Self.about))
    }
    try options.expectArguments(0, "")
    let directory = try TracingDirectory.find()
    let isQuiet = options.has("quiet")
    let before = Self.values(directory)
    if !isQuiet { try StandardStreams.print("Resetting ftrace state...\n\n") }
    let isClean = try BufferReset(
      directory: directory, targets: [ResetArguments.Target(name: nil)], keeping: [],
      instances: try directory.instanceNames()
    ).run()
    if !isQuiet {
      var text = ""
      for ((file, old), (_, new)) in zip(before, Self.values(directory)) {
        text += "\(file), before:\n\(Self.numbered(old))\(file), after:\n\(Self.numbered(new))\n"
      }
      try StandardStreams.print(text + (isClean ? "Done.\n" : ""))
    }
    if !isClean { throw ExitCode(1) }
  }

  private static func values(_ directory: TracingDirectory) -> [(name: String, text: String)] {
    shown.compactMap { file in
      (try? directory.top.read(file)).map { (file.path, $0) }
    }
  }

  private static func numbered(_ text: String) -> String {
    var result = ""
    for (place, line) in text.split(separator: "\n").enumerated() {
      let number = "\(place + 1)"
      result += String(repeating: " ", count: max(0, 6 - number.count)) + number + "\t\(line)\n"
    }
    return result
  }
}
