package import ArgumentParser
import ByteIO
import Glibc
import Recording
import Terminal
import Tracefs

/// `kscope extract`: what is in the kernel's buffers, as a recording.
package struct ExtractCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Write what is in the kernel's buffers to a file, without recording.",
    discussion: """
      For what was traced by `kscope start`, by hand or since the boot. Takes what was in the buffer \
      when it began and nothing later, so that it ends on a running trace too; there, events that \
      the tracer overwrites meanwhile are lost, and it says how many: stop tracing first \
      (`kscope stop`) to lose none. What was taken is no longer in the buffer. Tracing goes on as it \
      was set; only while reading, and only where tracing is on, kscope keeps its own events out.

      EXAMPLES
        sudo kscope extract                     the top level, to trace.dat
        sudo kscope extract -s -o snap.dat      the snapshot
        sudo kscope extract -a -t --date        all instances and the top level
      """)

  @Option(name: .customShort("o"), help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "trace.dat"

  @Option(
    name: .customShort("B"),
    help: ArgumentHelp("Take this instance's buffer.", valueName: "instance"))
  var instances: [String] = []

  @Flag(name: .customShort("a"), help: "Take all instances' buffers.")
  var allInstances = false

  @Flag(name: .customShort("t"), help: "With -B or -a: the top level's too.")
  var top = false

  @Flag(name: .customShort("s"), help: "Take the snapshots, not the buffers.")
  var snapshot = false

  @Flag(name: .long, help: "Save the time of day too, so that a report can show it.")
  var date = false

  @Option(
    name: .long,
    help: ArgumentHelp("How to store the file.", valueName: "any|none|zstd|zlib"))
  var compression = "none"

  @Option(name: .long, help: ArgumentHelp("6 for old readers.", valueName: "6|7"))
  var fileVersion = 7

  @Flag(
    name: .customLong("no-filter"),
    help: "Do not keep kscope's own events out: no setting is touched, more is overwritten.")
  var tracesItself = false

  @Flag(name: [.customShort("q"), .long], help: "Print nothing but errors.")
  var quiet = false

  @OptionGroup(title: "For trace-cmd's sake")
  var ignored: IgnoredRecordLetters

  @Option(
    name: .customShort("p"),
    help: ArgumentHelp(
      "A tracer. Latency tracers keep their result as text, which show prints.",
      valueName: "tracer"))
  var tracer: String?

  package init() {}

  package mutating func validate() throws {
    if fileVersion != 6, fileVersion != 7 {
      throw ValidationError("--file-version \(fileVersion): expected 6 or 7")
    }
    guard let choice = RecordingPlan.CompressionChoice(rawValue: compression) else {
      throw ValidationError("--compression \(compression): expected any, none, zstd or zlib")
    }
    if fileVersion == 6, choice == .zlib || choice == .zstd {
      throw ValidationError("--compression \(compression) needs a file of version 7")
    }
    if let tracer, Self.latencyTracers.contains(tracer) {
      throw ValidationError(
        "-p \(tracer): its result is text, which no recording holds; kscope show prints it")
    }
  }

  private static let latencyTracers = [
    "wakeup", "wakeup_rt", "wakeup-rt", "wakeup_dl", "irqsoff", "preemptoff", "preemptirqsoff",
  ]

  package mutating func run() throws {
    let directory = try TracingDirectory.find()
    let plan = try plan(directory)
    if !quiet { ignored.warn() }
    let extractor = Extractor(
      plan, commandLine: ["kscope"] + CommandLine.arguments.dropFirst(),
      program: "kscope \(KscopeCommand.version)")
    let summary = try extractor.run()
    if !quiet { ExtractText.summary(summary).forEach(Failure.say) }
    if let failure = summary.failure {
      if quiet { Failure.say(failure) }
      throw ExitCode(1)
    }
  }

  func plan(_ directory: TracingDirectory) throws(TracefsError) -> ExtractionPlan {
    var plan = ExtractionPlan()
    var names: [String] = []
    for name in instances where !names.contains(name) { names.append(name) }
    if allInstances {
      for name in try directory.instanceNames() where !names.contains(name) { names.append(name) }
    }
    plan.buffers = names
    if top || (instances.isEmpty && !allInstances) { plan.buffers.insert(nil, at: 0) }
    plan.output = output
    plan.fromSnapshot = snapshot
    plan.tracesItself = tracesItself
    plan.savesDate = date
    plan.fileVersion = fileVersion == 6 ? .six : .seven
    plan.compression = RecordingPlan.CompressionChoice(rawValue: compression) ?? .none
    return plan
  }
}

/// Letters that trace-cmd's extract takes because its record has them. What they set has no effect on
/// a buffer that is full already.
struct IgnoredRecordLetters: ParsableArguments {
  @Option(name: .customShort("O"), help: ArgumentHelp(visibility: .hidden))
  var option: [String] = []
  @Option(name: .customShort("l"), help: ArgumentHelp(visibility: .hidden))
  var function: [String] = []
  @Option(name: .customShort("n"), help: ArgumentHelp(visibility: .hidden))
  var notrace: [String] = []
  @Option(name: .customShort("g"), help: ArgumentHelp(visibility: .hidden))
  var graph: [String] = []
  @Option(name: .customShort("P"), help: ArgumentHelp(visibility: .hidden))
  var pid: [String] = []
  @Option(name: .customShort("N"), help: ArgumentHelp(visibility: .hidden))
  var network: [String] = []
  @Option(name: .customShort("b"), help: ArgumentHelp(visibility: .hidden))
  var bufferSize: [String] = []
  @Option(name: .customShort("r"), help: ArgumentHelp(visibility: .hidden))
  var priority: [String] = []
  @Flag(name: .customShort("F"), help: ArgumentHelp(visibility: .hidden))
  var onlyCommand = false
  @Flag(name: .customShort("f"), help: ArgumentHelp(visibility: .hidden))
  var filter = false
  @Flag(name: .customShort("c"), help: ArgumentHelp(visibility: .hidden))
  var children = false
  @Flag(name: .customShort("k"), help: ArgumentHelp(visibility: .hidden))
  var keep = false
  @Flag(name: .customShort("i"), help: ArgumentHelp(visibility: .hidden))
  var ignore = false
  @Flag(name: .customShort("T"), help: ArgumentHelp(visibility: .hidden))
  var stacks = false

  /// Says which letters have no effect.
  func warn() {
    let values: [(String, Bool)] = [
      ("-O", !option.isEmpty), ("-l", !function.isEmpty), ("-n", !notrace.isEmpty),
      ("-g", !graph.isEmpty), ("-P", !pid.isEmpty), ("-N", !network.isEmpty),
      ("-b", !bufferSize.isEmpty), ("-r", !priority.isEmpty), ("-F", onlyCommand), ("-f", filter),
      ("-c", children), ("-k", keep), ("-i", ignore), ("-T", stacks),
    ]
    let given = values.filter(\.1).map(\.0)
    if !given.isEmpty {
      Failure.say(
        "without effect: \(given.joined(separator: " ")); extract takes what is in the buffer")
    }
  }
}
