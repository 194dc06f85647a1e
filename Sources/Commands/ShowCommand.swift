package import ArgumentParser
import ByteIO
import Glibc
import Recording
import Tracefs

/// `kscope show`: the kernel's own text of its buffer, or of one of its settings.
package struct ShowCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the kernel's buffer as text, or one of its settings.",
    discussion: """
      Nothing is changed. Only -p takes what it prints out of the buffer; it waits for more until \
      Ctrl-C. With options that name a setting only these are printed, as the kernel has them, in \
      their order.

      EXAMPLES
        sudo kscope show                              what is in the buffer
        sudo kscope show -p | head -100               as it comes, until there are 100 lines
        sudo kscope show -B web -c 2                  CPU 2 of the instance 'web'
        sudo kscope show --current_tracer --ftrace_filter
        sudo kscope show --hist sched:sched_switch    the counts of a histogram
      """)

  @Flag(name: .customShort("p"), help: "Print trace_pipe: wait for events and take them out.")
  var pipe = false

  @Flag(name: .customShort("s"), help: "Print the snapshot.")
  var snapshot = false

  @Option(
    name: .customShort("c"), help: ArgumentHelp("Print one CPU's part only.", valueName: "cpu"))
  var cpu: Int?

  @Option(
    name: .customShort("B"), help: ArgumentHelp("Look at this instance.", valueName: "instance"))
  var instance: String?

  @Flag(name: .customShort("f"), help: "Print the path of the file before it.")
  var showsPath = false

  @Flag var settings: [ShownSetting] = []

  @Option(
    name: .customLong("hist"),
    help: ArgumentHelp("The histograms of an event.", valueName: "[system:]event"))
  var histograms: [String] = []

  @Option(
    name: .customLong("trigger"),
    help: ArgumentHelp("The triggers of an event.", valueName: "[system:]event"))
  var triggers: [String] = []

  package init() {}

  package mutating func validate() throws {
    if pipe, snapshot { throw ValidationError("-p and -s cannot go together") }
    if let cpu, cpu < 0 { throw ValidationError("-c \(cpu): CPUs count from 0") }
  }

  package mutating func run() throws {
    let directory = try TracingDirectory.find()
    let place = if let instance { try directory.instance(named: instance) } else { directory.top }
    if !settings.isEmpty || !histograms.isEmpty || !triggers.isEmpty {
      var sink = ByteSink()
      try writeSettings(of: place, to: &sink)
      return try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
    }
    let file = try bufferFile(of: place)
    if showsPath {
      var sink = ByteSink()
      sink.append("\(place.path(of: file))\n")
      try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
    }
    if pipe {
      do throws(SystemError) {
        try PipeCopier(path: place.path(of: file), to: STDOUT_FILENO).run()
      } catch {
        let readers = directory.pipeReaders().filter { $0.instance == place.name }.map(\.words)
        guard error.code == EBUSY, let first = readers.first else { throw error }
        throw TracefsError.inUse(file: place.path(of: file), by: first)
      }
    } else {
      try place.copy(file, to: STDOUT_FILENO)
    }
  }

  /// The file of the buffer's text; throws where there is none, as for a CPU that is not there.
  func bufferFile(of place: Instance) throws(TracefsError) -> ControlFile {
    let name = pipe ? "trace_pipe" : snapshot ? "snapshot" : "trace"
    let file = place.perCPU(name, cpu: cpu)
    guard place.has(file) else { throw place.missing(file, cpu: cpu) }
    return file
  }

  func writeSettings(of place: Instance, to sink: inout ByteSink) throws {
    for setting in settings {
      guard place.has(setting.file) else { throw place.missing(setting.file, cpu: nil) }
      sink.append(try place.read(setting.file))
    }
    for name in histograms {
      for event in try place.match(name).events { sink.append(try place.histogramText(of: event)) }
    }
    for name in triggers {
      for event in try place.match(name).events {
        sink.append(try place.read(.eventTrigger(event)))
      }
    }
  }
}

/// The settings that `show` prints, by trace-cmd's names for them.
enum ShownSetting: String, EnumerableFlag {
  case tracing_on, current_tracer, buffer_size, buffer_total_size, buffer_subbuf_size
  case buffer_percent, ftrace_filter, ftrace_notrace, ftrace_pid, graph_function, graph_notrace
  case cpumask, max_latency

  static func name(for value: ShownSetting) -> NameSpecification { .customLong(value.rawValue) }

  static func help(for value: ShownSetting) -> ArgumentHelp? {
    switch value {
    case .tracing_on: "1 while events are recorded."
    case .current_tracer: "The tracer; nop is none."
    case .buffer_size: "KB of each CPU's buffer."
    case .buffer_total_size: "KB of all CPUs' buffers."
    case .buffer_subbuf_size: "KB of a sub-buffer (Linux 6.8)."
    case .buffer_percent: "How full a buffer must be to wake a reader."
    case .ftrace_filter: "The functions that alone are traced."
    case .ftrace_notrace: "The functions that are not traced."
    case .ftrace_pid: "The tasks whose functions are traced."
    case .graph_function: "The functions whose calls function_graph follows."
    case .graph_notrace: "The functions whose calls it does not follow."
    case .cpumask: "The CPUs that trace, in hexadecimal."
    case .max_latency: "The longest latency that was seen, in microseconds."
    }
  }

  var file: ControlFile {
    switch self {
    case .tracing_on: .tracingOn
    case .current_tracer: .currentTracer
    case .buffer_size: .bufferSizeKB
    case .buffer_total_size: .bufferTotalSizeKB
    case .buffer_subbuf_size: .bufferSubbufSizeKB
    case .buffer_percent: .bufferPercent
    case .ftrace_filter: .setFtraceFilter
    case .ftrace_notrace: .setFtraceNotrace
    case .ftrace_pid: .setFtracePID
    case .graph_function: .setGraphFunction
    case .graph_notrace: .setGraphNotrace
    case .cpumask: .tracingCPUMask
    case .max_latency: .tracingMaxLatency
    }
  }
}
