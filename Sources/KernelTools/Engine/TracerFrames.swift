/// The tracer's own functions at the inner end of a stack: where the event was made, not what led to
/// it.
enum TracerFrames {
  private static let prefixes = [
    "trace_event_raw_event_", "__traceiter_", "__bpf_trace_", "kprobe_", "kretprobe_",
    "__kretprobe_", "ftrace_trampoline", "ftrace_regs_call", "ftrace_call", "opt_pre_handler",
    "optimized_callback", "fprobe_", "arch_rethook_", "rethook_", "trace_event_buffer_",
    "event_triggers_", "aggr_pre_handler",
    "arch_ftrace_ops_list_func", "ftrace_ops_", "ftrace_regs_caller", "function_trace_call",
    // arm64's way to a probe: a breakpoint's exception.
    "call_break_hook", "brk_handler", "do_debug_exception", "el1_dbg", "call_el1_break_hook",
    "do_el1_brk64", "el1_brk64", "el1h_64_sync",
  ]

  /// - Parameter calls: the innermost first. One without a name is `0x…`; at the inner end that is
  ///   code that ftrace makes for a probe, of which nobody else knows.
  static func removed(from calls: [String]) -> [String] {
    let rest = calls.drop { name in
      name.hasPrefix("0x") || prefixes.contains { name.hasPrefix($0) }
    }
    return rest.isEmpty ? calls : Array(rest)
  }
}
