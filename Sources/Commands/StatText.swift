import ByteIO
import Glibc
import Tracefs

/// What `stat` prints, in the shape of trace-cmd 3.1.6: a paragraph for each thing that is set.
///
/// Paragraphs that trace-cmd does not have stand only where there is something to say.
enum StatText {
  private static let pageSize = sysconf(Int32(_SC_PAGESIZE))

  static func write(
    _ status: InstanceStatus, _ users: TracingUsers, options: Bool, to sink: inout ByteSink
  ) {
    if let name = status.name { sink.append("Instance: \(name)\n") }
    if let tracer = status.tracer, tracer != "nop" { sink.append("\nTracer: \(tracer)\n") }
    writeEvents(status, to: &sink)
    settings("Filters", status.filters, to: &sink)
    settings("Triggers", status.triggers, to: &sink)
    lines("Function Filter", status.functionFilter, to: &sink)
    lines("Function No Trace", status.functionNotrace, to: &sink)
    lines("Function Graph Filter", status.graphFunctions, to: &sink)
    lines("Function Graph No Trace", status.graphNotrace, to: &sink)
    writeBuffer(status, to: &sink)
    if let clock = status.clock, clock != "local" { sink.append("\nClock: \(clock)\n") }
    if let mask = status.cpuMask, status.masksCPUs { sink.append("\nCPU mask: \(mask)\n") }
    if let latency = status.maxLatency, latency != 0 { sink.append("\nMax Latency: \(latency)\n") }
    lines("Kprobe events", status.kprobes, to: &sink)
    lines("Uprobe events", status.uprobes, to: &sink)
    lines("Synthetic events", status.syntheticEvents, to: &sink)
    lines("Event probes", status.eventProbes, to: &sink)
    lines("Filtered event PIDs", status.eventPIDs, indent: "", to: &sink)
    lines("Filtered notrace event PIDs", status.eventNotracePIDs, indent: "", to: &sink)
    lines("Filtered function tracer PIDs", status.functionPIDs, indent: "", to: &sink)
    lines(
      "Filtered function tracer notrace PIDs", status.functionNotracePIDs, indent: "", to: &sink)
    if options {
      lines(
        "Options", status.options.map { $0.isOn ? $0.name : "no" + $0.name }, to: &sink)
    }
    if let isOn = status.isTracing {
      sink.append(isOn ? "\nTracing is enabled\n\n" : "\nTracing is disabled\n\n")
    }
    if !status.errorLog.isEmpty {
      sink.append("\nError log:\n\(status.errorLog)")
      if !status.errorLog.hasSuffix("\n") { sink.append("\n") }
    }
    lines("Instances", status.instances, indent: " ", to: &sink)
    if status.isStackTracing == true { sink.append("\nStack tracing is enabled\n") }
    writeUsers(users, of: status.name, to: &sink)
  }

  private static func lines(
    _ title: String, _ lines: [String], indent: String = "   ", to sink: inout ByteSink
  ) {
    guard !lines.isEmpty else { return }
    sink.append("\n\(title):\n")
    for line in lines { sink.append("\(indent)\(line)\n") }
  }

  private static func settings(
    _ title: String, _ settings: [InstanceStatus.Setting], to sink: inout ByteSink
  ) {
    guard !settings.isEmpty else { return }
    sink.append("\n\(title):\n")
    for setting in settings { sink.append("  \(setting.event) \"\(setting.text)\"\n") }
  }

  private static func writeEvents(_ status: InstanceStatus, to sink: inout ByteSink) {
    guard let events = status.events else { return }
    sink.append("\nEvents:\n")
    switch events {
    case .all: sink.append(" All enabled\n")
    case .nothing: sink.append(" All disabled\n")
    case .partly(let systems, let events):
      if !systems.isEmpty { sink.append(" Individual systems:\n") }
      for system in systems { sink.append("   \(system)\n") }
      if !events.isEmpty { sink.append(" Individual events:\n") }
      var system: String?
      for event in events {
        if event.system != system { sink.append("    \(event.system)\n") }
        system = event.system
        sink.append("        \(event.name)\n")
      }
    }
  }

  private static func writeBuffer(_ status: InstanceStatus, to sink: inout ByteSink) {
    switch status.bufferSize {
    case .kilobytes(let size):
      lines("Buffer size in kilobytes (per cpu)", ["\(size)"], to: &sink)
    case .perCPU(let sizes):
      sink.append("\n")
      for size in sizes { sink.append("CPU \(size.cpu) buffer size (kb): \(size.text)\n") }
    case .unexpanded, nil: return
    }
    if let total = status.bufferTotalSize {
      lines("Buffer total size in kilobytes", [total], to: &sink)
    }
    if let size = status.subbufferSize, size * 1024 != Self.pageSize {
      lines("Sub-buffer size in kilobytes", ["\(size)"], to: &sink)
    }
  }

  // MARK: Who

  private static func writeUsers(
    _ users: TracingUsers, of instance: String?, to sink: inout ByteSink
  ) {
    lines(
      "Buffer readers",
      users.readers(of: instance).map { "process \($0.pid) (\($0.comm)): \($0.file)" }, to: &sink)
    var runs: [String] = []
    for run in users.runs {
      let files = users.files(of: run, in: instance)
      guard !files.isEmpty else { continue }
      let state = run.isAlive ? "at work" : "killed; `kscope reset` puts its settings back"
      runs.append("\(run.owner), \(state): \(ResetCommand.summary(files))")
    }
    lines("Set by kscope", runs, to: &sink)
  }
}
