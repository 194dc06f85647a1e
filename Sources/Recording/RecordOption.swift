/// An option of `record`: its letter, its long name, what it takes and what it is for.
///
/// The letters are trace-cmd's. The list is the one source for the parser and for the help text.
package struct RecordOption: Sendable {
  package var name: Name
  package var letter: Character?
  package var long: String?
  /// What the value is called in the help; nil where there is none.
  package var value: String?
  package var group: Group
  /// One line or a few, separated by newlines.
  package var help: String

  package enum Group: String, CaseIterable, Sendable {
    case what = "What to trace"
    case functions = "Which functions (tracers function and function_graph)"
    case whom = "Whom to trace"
    case buffer = "The kernel's buffers"
    case file = "The file"
    case running = "How to run"
  }

  package enum Name: Sendable {
    case event, filter, trigger, negate, tracer, option, stack, clock, allFormats, ignoreMissing
    case function, notFunction, graph, graphDepth, functionStack, noFunctionTrace, module
    case onlyCommand, pid, children, noFilter
    case instance, bufferSize, subBufferSize, cpuMask, commandLines
    case output, maximum, compression, fileVersion, date, timeOffset, temporary
    case maximumSize, duration
    case privateInstance, fork
    case quiet, keep, priority, sleep, noSplice, help
    case maximumOverhead, whenOver, flightRecorder, saveWhen, saveLatency
  }

  /// What the help shows before the text: `-e EVENT` or `--date`.
  package var synopsis: String {
    var forms: [String] = []
    if let letter { forms.append("-\(letter)") }
    if let long { forms.append("--\(long)") }
    return forms.joined(separator: ", ") + (value.map { " \($0)" } ?? "")
  }

  private init(
    _ name: Name, _ letter: Character?, _ long: String?, _ value: String?, _ group: Group,
    _ help: String
  ) {
    self.name = name
    self.letter = letter
    self.long = long
    self.value = value
    self.group = group
    self.help = help
  }

  package static let all: [RecordOption] = [
    .init(
      .event, "e", nil, "EVENT", .what,
      "Record an event: `sched:sched_switch`, `sched_switch`, a whole system\n"
        + "(`sched`), a glob (`*stat*`) or `all`. Repeat for more.\n"
        + "`probe:FUNCTION` makes an event of a function of the kernel: see PROBES."),
    .init(
      .filter, "f", nil, "CONDITION", .what,
      "Only where it holds, for the -e before it: `prev_prio < 100 && next_pid != 0`.\n"
        + "Repeated, all must hold. The fields are shown by `kscope list -e EVENT -F`."),
    .init(
      .trigger, "R", nil, "TRIGGER", .what,
      "Set a trigger on the -e before it: `stacktrace if prev_state == 2`,\n"
        + "`snapshot`, `traceoff:1`, `hist:keys=…`."),
    .init(
      .negate, "v", nil, nil, .what,
      "Every later -e is left out: `-e sched -v -e '*stat*'`; with -R only the\n"
        + "trigger is set."),
    .init(
      .tracer, "p", nil, "TRACER", .what,
      "Switch on a tracer: function, function_graph … (`kscope list -t`)."),
    .init(.stack, "T", nil, nil, .what, "Save the kernel's stack with every event."),
    .init(
      .option, "O", nil, "OPTION", .what,
      "Set a trace option; with `no` before it, switch it off (`kscope list -o`)."),
    .init(
      .clock, "C", nil, "CLOCK", .what,
      "Take times from this clock: local, global, mono, boot, x86-tsc …"),
    .init(
      .allFormats, "a", nil, nil, .what,
      "Save the formats of all events, for events that others switch on."),
    .init(.ignoreMissing, "i", nil, nil, .what, "Pass over events that this kernel has not."),

    .init(
      .function, "l", nil, "FUNCTION", .functions,
      "Trace this function only: a name, a glob (`tcp_*`) or a regular\n"
        + "expression (with ^ or $). `NAME:mod:MODULE` and commands such as\n"
        + "`NAME:traceoff:1` go to the kernel as they are. Repeat for more."),
    .init(.notFunction, "n", nil, "FUNCTION", .functions, "Do not trace this function."),
    .init(
      .graph, "g", nil, "FUNCTION", .functions,
      "With function_graph: draw this function and all it calls."),
    .init(
      .graphDepth, nil, "max-graph-depth", "N", .functions,
      "With function_graph: no deeper than N calls; 0 is no limit."),
    .init(
      .functionStack, nil, "func-stack", nil, .functions,
      "With function: save the stack of every traced function. Needs -l."),
    .init(
      .module, nil, "module", "MODULE", .functions,
      "Only functions of a module: `:mod:MODULE` after every -l and -n."),
    .init(
      .noFunctionTrace, "d", nil, nil, .functions,
      "No functions in tracers that trace them by default (option function-trace)."),

    .init(.onlyCommand, "F", nil, nil, .whom, "Trace the command only."),
    .init(
      .pid, "P", nil, "PID[,PID…]", .whom,
      "Trace these processes only (each number is one thread; with -c also the\n"
        + "other threads and children it has already)."),
    .init(.children, "c", nil, nil, .whom, "With -F or -P: follow what they fork."),
    .init(
      .noFilter, nil, "no-filter", nil, .whom,
      "Trace kscope's own threads as well; they are left out otherwise."),

    .init(
      .instance, "B", nil, "NAME", .buffer,
      "Whatever follows goes to an instance, a buffer of its own. One that is\n"
        + "made here is removed when the settings are put back."),
    .init(
      .privateInstance, nil, "private", nil, .buffer,
      "Use an instance of its own in place of the top level, so that nobody else's\n"
        + "tracing is touched. trace_marker and trace_printk do not reach it."),
    .init(
      .bufferSize, "b", nil, "KB", .buffer,
      "The size of each CPU's buffer. Larger loses less when much happens."),
    .init(
      .subBufferSize, nil, "subbuf-size", "KB", .buffer,
      "The size of a page of the buffer (kernel 6.8 and later)."),
    .init(
      .cpuMask, "M", nil, "MASK", .buffer,
      "Trace on these CPUs only: hexadecimal, -1 is all."),
    .init(
      .commandLines, nil, "cmdlines-size", "N", .buffer,
      "How many names of tasks the kernel remembers (128 by default)."),

    .init(.output, "o", nil, "FILE", .file, "Write FILE instead of trace.dat."),
    .init(
      .maximum, "m", nil, "KB", .file,
      "Keep at most so much of each CPU: the newest. A flight recorder."),
    .init(
      .maximumSize, nil, "max-size", "SIZE", .file,
      "End the recording before the file is larger: 500K, 100M, 2G."),
    .init(
      .compression, nil, "compression", "any|none|zstd|zlib", .file,
      "How to store the file. `none`, the default, leaves the pages where the kernel\n"
        + "put them; the others make the file 5 to 10 times smaller when recording is over."),
    .init(
      .fileVersion, nil, "file-version", "6|7", .file,
      "6 for old readers; 7, which can be compressed, is the default."),
    .init(
      .date, nil, "date", nil, .file,
      "Also save what the time of day was, so that a report can show it."),
    .init(.timeOffset, nil, "ts-offset", "N", .file, "Add N to every time in the file."),
    .init(
      .temporary, nil, "temp", "DIR", .file,
      "Accepted for trace-cmd's sake: kscope writes the one file directly."),

    .init(
      .duration, nil, "duration", "TIME", .running,
      "End the recording after so long: 10 or 10s, 500ms, 2m, 1h."),
    .init(
      .fork, nil, "fork", nil, .running,
      "Do not wait for the end of the command."),
    .init(.quiet, "q", "quiet", nil, .running, "Print nothing but errors."),
    .init(
      .keep, "k", nil, nil, .running, "Leave the tracing as it is set up when done."),
    .init(
      .priority, "r", nil, "1…99", .running,
      "Read with this real-time priority. It changes how the system behaves."),
    .init(
      .sleep, "s", nil, "µs", .running,
      "Accepted for trace-cmd's sake: kscope does not sleep between looks, the\n"
        + "kernel wakes it when a part of a buffer (buffer_percent) is full."),
    .init(
      .noSplice, nil, "nosplice", nil, .running, "Copy the pages instead of moving them."),
    .init(
      .flightRecorder, nil, "flight-recorder", nil, .running,
      "Keep the newest events in the kernel's buffers and write nothing, until SIGUSR1,\n"
        + "Ctrl-C or what the next two options say asks for them."),
    .init(
      .saveWhen, nil, "save-when", "EVENT[: CONDITION]", .running,
      "With --flight-recorder: save when it happens: 'sched_switch: prev_prio < 10'.\n"
        + "The kernel itself stops the buffer then."),
    .init(
      .saveLatency, nil, "save-latency", "'A.FIELD = B.FIELD > TIME'", .running,
      "With --flight-recorder: save when it takes longer from event A to event B of\n"
        + "the same value: 'sched_waking.pid = sched_switch.next_pid > 10ms'."),
    .init(
      .maximumOverhead, nil, "max-overhead", "PERCENT", .running,
      "Let tracing take so much of the CPUs' time, as estimated by `kscope cost`.\n"
        + "What is done where it takes more, --when-over says."),
    .init(
      .whenOver, nil, "when-over", "thin|stop|warn", .running,
      "thin, the default, stops tracing the hottest functions or events; it is said\n"
        + "at once and noted in the file."),
    .init(.help, "h", "help", nil, .running, "This text."),
  ]

  /// Options that trace-cmd does not have.
  static let additions: Set<Name> = [
    .maximumSize, .duration, .privateInstance, .maximumOverhead, .whenOver, .flightRecorder,
    .saveWhen, .saveLatency,
  ]

  /// Letters of trace-cmd that kscope knows and refuses, and why.
  package static let refused: [String: String] = [
    "-D": "it would switch function tracing off for every user of this machine",
    "-N": "kscope does not send recordings over a network",
    "-V": "kscope does not send recordings to another machine",
    "-t": "kscope does not send recordings over a network",
    "-A": "kscope does not trace guests",
    "-G": "it belongs to `kscope report --profile`",
    "-H": "it belongs to `kscope report --profile`",
    "-S": "it belongs to a profile: see `kscope report --profile`",
    "--profile": "record, then `kscope report --profile`",
    "--user": "run kscope's command through `runuser -u USER -- COMMAND` instead",
  ]
}
