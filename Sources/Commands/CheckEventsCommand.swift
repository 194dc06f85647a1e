package import ArgumentParser
import ByteIO
import EventFormats
import Glibc
import Tracefs

/// `kscope check-events`: whether all event formats of this kernel are understood.
package struct CheckEventsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "check-events",
    abstract: "Say which event formats of this kernel are not understood.",
    discussion: """
      Nothing is traced or changed. A line for each format that is not understood, and exit status \
      22 if there is any; the recording of such an event shows its fields. For the formats in a \
      recording: kscope report --check-events.

      EXAMPLES
        sudo kscope check-events                             this kernel
        kscope check-events --tracing-dir /mnt/vm/tracing    one that is mounted elsewhere, or copied
      """)

  @Flag(name: .customShort("N"), help: "Without handlers: every event's own print format.")
  var noHandlers = false

  @Option(
    help: ArgumentHelp(
      "The tracing directory, or a copy of its events, where it is not mounted.",
      valueName: "directory"))
  var tracingDir: String?

  package init() {}

  package func run() throws {
    let directory =
      if let tracingDir { try TracingDirectory(orCopyAt: tracingDir) } else {
        try TracingDirectory.find()
      }
    let check = try EventFormatCheck(directory, withoutHandlers: noHandlers)
    if Failure.report(check.problems, limit: .max) { throw ExitCode(Self.invalid) }
    var sink = ByteSink()
    sink.append("All \(check.count) event formats are understood\n")
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }

  /// What trace-cmd returns then: EINVAL.
  private static let invalid: Int32 = 22
}

/// All formats of a tracing directory, compiled.
struct EventFormatCheck {
  /// How many formats there are.
  let count: Int
  let problems: [any ExplainedError]

  init(_ directory: TracingDirectory, withoutHandlers: Bool) throws(TracefsError) {
    var builder = EventCatalogBuilder(longSize: MemoryLayout<Int>.size)
    if withoutHandlers { builder.withoutHandler = .all }
    var count = 0
    var unread: [any ExplainedError] = []
    for system in try directory.eventSystems() {
      for event in try directory.top.events(of: system) {
        do throws(TracefsError) {
          let text = try directory.top.format(of: event)
          count += 1
          text.withUnsafeBytes { builder.add(format: $0, system: system) }
        } catch {
          unread.append(error)
        }
      }
    }
    guard count > 0 || !unread.isEmpty else {
      throw .noFormats(path: "\(directory.path)/events")
    }
    let malformed = builder.problems as [any ExplainedError]
    let catalog = builder.build()
    self.count = count
    problems = unread + malformed + catalog.problems(all: true) as [any ExplainedError]
  }
}
