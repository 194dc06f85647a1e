/// A control file of an instance: its path below the instance and how it is put back; or, with a
/// path from the root, one of the few files elsewhere that go with tracing.
///
/// Names and meanings are those of Documentation/trace/ftrace.rst.
package struct ControlFile: Hashable, Sendable {
  /// Below the instance: `tracing_on`, `events/sched/enable`.
  package let path: String
  let kind: SettingKind

  init(_ path: String, _ kind: SettingKind = .value) {
    self.path = path
    self.kind = kind
  }

  /// The last part of the path.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  // MARK: Settings

  package static let tracingOn = ControlFile("tracing_on")
  package static let currentTracer = ControlFile("current_tracer")
  package static let traceClock = ControlFile("trace_clock", .choice)
  package static let bufferSizeKB = ControlFile("buffer_size_kb", .bufferSize)
  package static let bufferSubbufSizeKB = ControlFile("buffer_subbuf_size_kb")
  package static let bufferPercent = ControlFile("buffer_percent")
  package static let tracingCPUMask = ControlFile("tracing_cpumask")
  package static let maxGraphDepth = ControlFile("max_graph_depth")
  package static let savedCmdlinesSize = ControlFile("saved_cmdlines_size")
  package static let tracingThreshold = ControlFile("tracing_thresh")
  package static let tracingMaxLatency = ControlFile("tracing_max_latency")

  package static let setFtraceFilter = ControlFile("set_ftrace_filter", .functions)
  package static let setFtraceNotrace = ControlFile("set_ftrace_notrace", .functions)
  package static let setGraphFunction = ControlFile("set_graph_function", .list)
  package static let setGraphNotrace = ControlFile("set_graph_notrace", .list)
  package static let setFtracePID = ControlFile("set_ftrace_pid", .list)
  package static let setFtraceNotracePID = ControlFile("set_ftrace_notrace_pid", .list)
  package static let setEventPID = ControlFile("set_event_pid", .list)
  package static let setEventNotracePID = ControlFile("set_event_notrace_pid", .list)

  /// `options/NAME`, which reads 0 or 1.
  package static func option(_ name: String) -> ControlFile { ControlFile("options/\(name)") }

  package static func eventFilter(_ event: EventName) -> ControlFile {
    ControlFile("events/\(event.system)/\(event.name)/filter", .filter)
  }

  package static func eventTrigger(_ event: EventName) -> ControlFile {
    ControlFile("events/\(event.system)/\(event.name)/trigger", .added)
  }

  package static func eventHistogram(_ event: EventName) -> ControlFile {
    ControlFile("events/\(event.system)/\(event.name)/hist")
  }

  package static func eventEnable(_ event: EventName) -> ControlFile {
    ControlFile("events/\(event.system)/\(event.name)/enable")
  }

  // MARK: Dynamic events

  package static let dynamicEvents = ControlFile("dynamic_events", .added)
  package static let kprobeEvents = ControlFile("kprobe_events", .added)
  package static let uprobeEvents = ControlFile("uprobe_events", .added)
  package static let syntheticEvents = ControlFile("synthetic_events", .added)

  // MARK: Outside the tracing directory

  /// Whether the stack tracer runs (Documentation/trace/ftrace.rst, "Stack trace").
  package static let stackTracerEnabled = ControlFile("/proc/sys/kernel/stack_tracer_enabled")

  /// The files outside the tracing directory that are ever set; journals name no others.
  static let outside = [stackTracerEnabled]

  // MARK: For reading

  /// What this kernel can do, in words.
  package static let readme = ControlFile("README")
  package static let availableTracers = ControlFile("available_tracers")
  package static let availableEvents = ControlFile("available_events")
  package static let availableFilterFunctions = ControlFile("available_filter_functions")
  package static let setEvent = ControlFile("set_event")
  package static let traceOptions = ControlFile("trace_options")
  package static let savedCmdlines = ControlFile("saved_cmdlines")
  package static let savedTGIDs = ControlFile("saved_tgids")
  package static let printkFormats = ControlFile("printk_formats")
  package static let errorLog = ControlFile("error_log")
  package static let trace = ControlFile("trace")
  package static let snapshot = ControlFile("snapshot")
  package static let freeBuffer = ControlFile("free_buffer")
  package static let headerPage = ControlFile("events/header_page")
  package static let headerEvent = ControlFile("events/header_event")
  package static let timestampMode = ControlFile("timestamp_mode")
  package static let bufferTotalSizeKB = ControlFile("buffer_total_size_kb")
  package static let enabledFunctions = ControlFile("enabled_functions")
  package static let touchedFunctions = ControlFile("touched_functions")
  package static let functionTotals = ControlFile("dyn_ftrace_total_info")
  package static let stackTrace = ControlFile("stack_trace")
  package static let stackMaxSize = ControlFile("stack_max_size")
  package static let stackTraceFilter = ControlFile("stack_trace_filter", .functions)
  package static let traceMarker = ControlFile("trace_marker")
  package static let traceMarkerRaw = ControlFile("trace_marker_raw")
  package static let kprobeProfile = ControlFile("kprobe_profile")
  package static let uprobeProfile = ControlFile("uprobe_profile")
}
