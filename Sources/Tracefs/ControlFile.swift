/// A control file of an instance: its path below the instance and how it is put back; or, with a
/// path from the root, one of the few files elsewhere that go with tracing.
///
/// Names and meanings are those of Documentation/trace/ftrace.rst.
public struct ControlFile: Hashable, Sendable {
  /// Below the instance: `tracing_on`, `events/sched/enable`.
  public let path: String
  let kind: SettingKind

  init(_ path: String, _ kind: SettingKind = .value) {
    self.path = path
    self.kind = kind
  }

  /// The last part of the path.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  // MARK: Settings

  public static let tracingOn = ControlFile("tracing_on")
  public static let currentTracer = ControlFile("current_tracer")
  public static let traceClock = ControlFile("trace_clock", .choice)
  public static let bufferSizeKB = ControlFile("buffer_size_kb", .bufferSize)
  public static let bufferSubbufSizeKB = ControlFile("buffer_subbuf_size_kb")
  public static let bufferPercent = ControlFile("buffer_percent")
  public static let tracingCPUMask = ControlFile("tracing_cpumask")
  public static let maxGraphDepth = ControlFile("max_graph_depth")
  public static let savedCmdlinesSize = ControlFile("saved_cmdlines_size")
  public static let tracingThreshold = ControlFile("tracing_thresh")
  public static let tracingMaxLatency = ControlFile("tracing_max_latency")

  public static let setFtraceFilter = ControlFile("set_ftrace_filter", .functions)
  public static let setFtraceNotrace = ControlFile("set_ftrace_notrace", .functions)
  public static let setGraphFunction = ControlFile("set_graph_function", .list)
  public static let setGraphNotrace = ControlFile("set_graph_notrace", .list)
  public static let setFtracePID = ControlFile("set_ftrace_pid", .list)
  public static let setFtraceNotracePID = ControlFile("set_ftrace_notrace_pid", .list)
  public static let setEventPID = ControlFile("set_event_pid", .list)
  public static let setEventNotracePID = ControlFile("set_event_notrace_pid", .list)

  /// `options/NAME`, which reads 0 or 1.
  public static func option(_ name: String) -> ControlFile { ControlFile("options/\(name)") }

  public static func eventFilter(_ event: EventName) -> ControlFile {
    ControlFile("events/\(event.system)/\(event.name)/filter", .filter)
  }

  public static func eventTrigger(_ event: EventName) -> ControlFile {
    ControlFile("events/\(event.system)/\(event.name)/trigger", .added)
  }

  public static func eventHistogram(_ event: EventName) -> ControlFile {
    ControlFile("events/\(event.system)/\(event.name)/hist")
  }

  public static func eventEnable(_ event: EventName) -> ControlFile {
    ControlFile("events/\(event.system)/\(event.name)/enable")
  }

  /// Of all events at once: 0, 1, or X where they differ.
  public static let eventsEnable = ControlFile("events/enable")

  // MARK: Dynamic events

  public static let dynamicEvents = ControlFile("dynamic_events", .added)
  public static let kprobeEvents = ControlFile("kprobe_events", .added)
  public static let uprobeEvents = ControlFile("uprobe_events", .added)
  public static let syntheticEvents = ControlFile("synthetic_events", .added)

  // MARK: Outside the tracing directory

  /// Whether the stack tracer runs (Documentation/trace/ftrace.rst, "Stack trace").
  public static let stackTracerEnabled = ControlFile("/proc/sys/kernel/stack_tracer_enabled")

  /// The files outside the tracing directory that are ever set; journals name no others.
  static let outside = [stackTracerEnabled]

  // MARK: For reading

  /// What this kernel can do, in words.
  public static let readme = ControlFile("README")
  public static let availableTracers = ControlFile("available_tracers")
  public static let availableEvents = ControlFile("available_events")
  public static let availableFilterFunctions = ControlFile("available_filter_functions")
  public static let setEvent = ControlFile("set_event")
  public static let traceOptions = ControlFile("trace_options")
  public static let savedCmdlines = ControlFile("saved_cmdlines")
  public static let savedTGIDs = ControlFile("saved_tgids")
  public static let printkFormats = ControlFile("printk_formats")
  public static let errorLog = ControlFile("error_log")
  public static let trace = ControlFile("trace")
  public static let snapshot = ControlFile("snapshot")
  public static let freeBuffer = ControlFile("free_buffer")
  public static let headerPage = ControlFile("events/header_page")
  public static let headerEvent = ControlFile("events/header_event")
  public static let timestampMode = ControlFile("timestamp_mode")
  public static let bufferTotalSizeKB = ControlFile("buffer_total_size_kb")
  public static let enabledFunctions = ControlFile("enabled_functions")
  public static let touchedFunctions = ControlFile("touched_functions")
  public static let functionTotals = ControlFile("dyn_ftrace_total_info")
  public static let stackTrace = ControlFile("stack_trace")
  public static let stackMaxSize = ControlFile("stack_max_size")
  public static let stackTraceFilter = ControlFile("stack_trace_filter", .functions)
  public static let traceMarker = ControlFile("trace_marker")
  public static let traceMarkerRaw = ControlFile("trace_marker_raw")
  public static let kprobeProfile = ControlFile("kprobe_profile")
  public static let uprobeProfile = ControlFile("uprobe_profile")
}
