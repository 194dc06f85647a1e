/// What a kernel needs in order to have a control file or tracer.
///
/// From the kernel's `kernel/trace/Kconfig` and Documentation/trace/ftrace.rst.
public struct KernelRequirement: Equatable, Sendable, CustomStringConvertible {
  /// "kernel option CONFIG_X" or "Linux 6.8 or later".
  public var description: String

  static func option(_ name: String) -> KernelRequirement {
    KernelRequirement(description: "kernel option CONFIG_\(name)")
  }

  static func version(_ version: String) -> KernelRequirement {
    KernelRequirement(description: "Linux \(version) or later")
  }

  /// What gives a tracer that the kernel does not list.
  public static func forTracer(_ name: String) -> KernelRequirement? {
    tracerOptions[name].map { option($0) }
  }

  /// What gives a control file, named by the last part of its path.
  public static func forFile(_ name: String) -> KernelRequirement? {
    if let config = fileOptions[name] { return option(config) }
    return fileVersions[name].map { version($0) }
  }

  private static let tracerOptions = [
    "function": "FUNCTION_TRACER",
    "function_graph": "FUNCTION_GRAPH_TRACER",
    "wakeup": "SCHED_TRACER",
    "wakeup_rt": "SCHED_TRACER",
    "wakeup_dl": "SCHED_TRACER",
    "irqsoff": "IRQSOFF_TRACER",
    "preemptoff": "PREEMPT_TRACER",
    "preemptirqsoff": "IRQSOFF_TRACER and CONFIG_PREEMPT_TRACER",
    "hwlat": "HWLAT_TRACER",
    "osnoise": "OSNOISE_TRACER",
    "timerlat": "TIMERLAT_TRACER",
    "mmiotrace": "MMIOTRACE",
    "blk": "BLK_DEV_IO_TRACE",
  ]

  private static let fileOptions = [
    "available_filter_functions": "DYNAMIC_FTRACE",
    "enabled_functions": "DYNAMIC_FTRACE",
    "set_ftrace_filter": "DYNAMIC_FTRACE",
    "set_ftrace_notrace": "DYNAMIC_FTRACE",
    "set_ftrace_pid": "FUNCTION_TRACER",
    "set_ftrace_notrace_pid": "FUNCTION_TRACER",
    "set_graph_function": "FUNCTION_GRAPH_TRACER",
    "set_graph_notrace": "FUNCTION_GRAPH_TRACER",
    "max_graph_depth": "FUNCTION_GRAPH_TRACER",
    "function_profile_enabled": "FUNCTION_PROFILER",
    "snapshot": "TRACER_SNAPSHOT",
    "tracing_max_latency": "TRACER_MAX_TRACE",
    "kprobe_events": "KPROBE_EVENTS",
    "kprobe_profile": "KPROBE_EVENTS",
    "uprobe_events": "UPROBE_EVENTS",
    "uprobe_profile": "UPROBE_EVENTS",
    "synthetic_events": "SYNTH_EVENTS",
    "dynamic_events": "DYNAMIC_EVENTS",
    "hist": "HIST_TRIGGERS",
    "stack_trace": "STACK_TRACER",
    "stack_max_size": "STACK_TRACER",
    "stack_trace_filter": "STACK_TRACER",
    "stack_tracer_enabled": "STACK_TRACER",
    "hwlat_detector": "HWLAT_TRACER",
    "osnoise": "OSNOISE_TRACER",
    "inject": "TRACE_EVENT_INJECT",
  ]

  private static let fileVersions = [
    "buffer_subbuf_size_kb": "6.8",
    "buffer_percent": "5.0",
    "error_log": "5.2",
    "set_event_notrace_pid": "5.8",
    "touched_functions": "6.4",
    "saved_tgids": "4.13",
    "timestamp_mode": "4.17",
  ]
}
