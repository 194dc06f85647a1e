import ByteIO
import Tracefs

/// What `stat --json` prints: everything, set or not, as an object for each instance.
enum StatJSON {
  static func write(
    _ status: InstanceStatus, _ users: TracingUsers, to sink: inout ByteSink
  ) {
    var object = JSONObject()
    object.add("instance", status.name)
    object.add("tracing", status.isTracing)
    object.add("tracer", status.tracer)
    addEvents(status, to: &object)
    add("filters", status.filters, to: &object)
    add("triggers", status.triggers, to: &object)
    object.add("function_filter", status.functionFilter)
    object.add("function_notrace", status.functionNotrace)
    object.add("graph_functions", status.graphFunctions)
    object.add("graph_notrace", status.graphNotrace)
    addBuffer(status, to: &object)
    object.add("clock", status.clock)
    object.add("cpumask", status.cpuMask)
    object.add("max_latency_us", status.maxLatency)
    object.add("event_pids", status.eventPIDs.compactMap { Int($0) })
    object.add("event_notrace_pids", status.eventNotracePIDs.compactMap { Int($0) })
    object.add("function_pids", status.functionPIDs.compactMap { Int($0) })
    object.add("function_notrace_pids", status.functionNotracePIDs.compactMap { Int($0) })
    if status.name == nil {
      object.add("kprobes", status.kprobes)
      object.add("uprobes", status.uprobes)
      object.add("synthetic_events", status.syntheticEvents)
      object.add("event_probes", status.eventProbes)
    }
    object.add("options", status.options) { option, object in
      object.add("name", option.name)
      object.add("on", option.isOn)
    }
    object.add("error_log", status.errorLog)
    if status.name == nil {
      object.add("stack_tracing", status.isStackTracing)
      object.add("instances", status.instances)
    }
    object.add("readers", users.readers(of: status.name)) { reader, object in
      object.add("pid", Int(reader.pid))
      object.add("comm", reader.comm)
      object.add("file", reader.file)
    }
    let runs = users.runs.filter { !users.files(of: $0, in: status.name).isEmpty }
    object.add("kscope_runs", runs) { run, object in
      object.add("pid", Int(run.process.pid))
      object.add("alive", run.isAlive)
      object.add("command", run.command)
      object.add("files", users.files(of: run, in: status.name))
    }
    object.write(to: &sink)
  }

  private static func addEvents(_ status: InstanceStatus, to object: inout JSONObject) {
    switch status.events {
    case .all: object.add("events", "all")
    case .nothing: object.add("events", "none")
    case .partly: object.add("events", "some")
    case nil: object.add("events", nil as String?)
    }
    var systems: [String] = []
    var events: [EventName] = []
    if case .partly(let someSystems, let someEvents) = status.events {
      systems = someSystems
      events = someEvents
    }
    object.add("enabled_systems", systems)
    object.add("enabled_events", events.map(\.description))
  }

  private static func add(
    _ name: String, _ settings: [InstanceStatus.Setting], to object: inout JSONObject
  ) {
    object.add(name, settings) { setting, object in
      object.add("event", setting.event.description)
      object.add("text", setting.text)
    }
  }

  private static func addBuffer(_ status: InstanceStatus, to object: inout JSONObject) {
    switch status.bufferSize {
    case .unexpanded(let size):
      object.add("buffer_kb", size)
      object.add("expanded", false)
    case .kilobytes(let size):
      object.add("buffer_kb", size)
      object.add("expanded", true)
    case .perCPU(let sizes):
      object.add("buffer_kb", nil as Int?)
      object.add("expanded", true)
      object.add("buffer_kb_per_cpu", sizes) { size, object in
        object.add("cpu", size.cpu)
        object.add("text", size.text)
      }
    case nil: object.add("buffer_kb", nil as Int?)
    }
    object.add("buffer_total_kb", status.bufferTotalSize.flatMap { Int($0) })
    object.add("subbuffer_kb", status.subbufferSize)
  }
}
