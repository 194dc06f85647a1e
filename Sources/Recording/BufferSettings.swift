import ProbeLanguage
import Tracefs

/// Sets a buffer up as a plan wants it.
///
/// The order matters: what empties the buffer comes first (sizes, clock), what limits comes before
/// what is limited (filters before the tracer, pids before events).
struct BufferSettings {
  let plan: RecordingPlan
  let buffer: BufferPlan
  let instance: Instance
  let state: SavedState
  /// The pids of this buffer; empty for all.
  let pids: [Int32]

  /// Sets everything and empties the buffer; tracing is off then, for the last step.
  ///
  /// - Returns: what of the plan does not hold for all that it names, in words.
  func apply() throws(TracefsError) -> [String] {
    try instance.claim(saving: state)
    let notes = try applySettings()
    try instance.clearBuffer()
    return notes
  }

  /// Sets what the plan says and nothing else.
  func applySettings() throws(TracefsError) -> [String] {
    try setBuffer()
    try setOptions()
    try setFunctions()
    try setPIDs()
    if plan.countsByHistograms { try instance.setTracingOn(true, saving: state) }
    let notes = missingModules() + (try setEventFilters())
    if let tracer = buffer.tracer { try instance.setCurrentTracer(tracer, saving: state) }
    try switchEvents()
    return notes
  }

  private func setBuffer() throws(TracefsError) {
    if let size = buffer.subBufferKilobytes {
      try instance.setSubbufferSize(kilobytes: size, saving: state)
    }
    if let size = buffer.kilobytes { try instance.setBufferSize(kilobytes: size, saving: state) }
    if let clock = buffer.clock { try instance.setClock(clock, saving: state) }
    if let mask = buffer.cpuMask { try instance.setCPUMask(mask, saving: state) }
  }

  private static let sharedOptions = [
    ControlFile.option("sleep-time"), ControlFile.option("graph-time"),
  ]

  private func setOptions() throws(TracefsError) {
    for word in buffer.options {
      // Options of function_graph are every instance's where one changes them (before Linux 6.19):
      // set in one that goes away, they would stay.
      let option = ControlFile.option(word.hasPrefix("no") ? String(word.dropFirst(2)) : word)
      if Self.sharedOptions.contains(option), instance.directory.top.has(option) {
        try instance.directory.top.setOption(word: word, saving: state)
      }
      try instance.setOption(word: word, saving: state)
    }
    if let depth = buffer.maximumGraphDepth {
      try instance.directory.top.setMaxGraphDepth(depth, saving: state)
    }
    if plan.disablesFunctionTrace {
      try instance.setOption("function-trace", false, saving: state)
    }
    if buffer.savesFunctionStacks {
      try instance.setOption("func_stack_trace", true, saving: state)
    }
  }

  private func setFunctions() throws(TracefsError) {
    if !buffer.functions.isEmpty {
      try instance.setFunctionFilter(buffer.functions, saving: state)
    }
    if !buffer.excludedFunctions.isEmpty {
      try instance.setFunctionNotrace(buffer.excludedFunctions, saving: state)
    }
    if !buffer.graphFunctions.isEmpty {
      try instance.directory.top.setGraphFunctions(buffer.graphFunctions, saving: state)
    }
  }

  /// The kernel takes names of modules that it has not loaded, and waits for them.
  private func missingModules() -> [String] {
    var names: [String] = []
    for rule in buffer.functions + buffer.excludedFunctions {
      let parts = rule.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1] == "mod", !names.contains(String(parts[2])) else { continue }
      names.append(String(parts[2]))
    }
    return names.filter { name in
      !name.contains { "*?[".contains($0) }
        && !TextFile.isDirectory(
          "/sys/module/" + name.map { $0 == "-" ? "_" : String($0) }.joined())
    }
    .map { "no module \($0) is loaded; its functions are traced once it is" }
  }

  private func setPIDs() throws(TracefsError) {
    guard !pids.isEmpty else { return }
    if plan.followsChildren {
      for option in ["event-fork", "function-fork"] where instance.has(.option(option)) {
        try instance.setOption(option, true, saving: state)
      }
    }
    try instance.setEventPIDs(pids, saving: state)
    if instance.has(.setFtracePID) { try instance.setFunctionPIDs(pids, saving: state) }
  }

  /// Keeps the recorder's own threads out of a trace of all processes.
  func hide(_ recorder: [Int32]) throws(TracefsError) {
    guard pids.isEmpty, !plan.tracesRecorder else { return }
    // Kernels before 5.7 have no such files: there the recorder is seen at work.
    for file in [ControlFile.setEventNotracePID, .setFtraceNotracePID] where instance.has(file) {
      try instance.addPIDs(recorder, file, saving: state)
    }
  }

  /// Takes that back where the settings stay: the numbers will be other threads'.
  func unhide() throws(TracefsError) {
    guard pids.isEmpty, !plan.tracesRecorder else { return }
    for file in [ControlFile.setEventNotracePID, .setFtraceNotracePID] where instance.has(file) {
      try instance.setPIDs([], file, saving: state)
    }
  }

  /// Lets the histograms go on that were set paused.
  func resumeHistograms() throws(TracefsError) {
    var resumed: Set<EventName> = []
    for request in buffer.events where !request.triggers.isEmpty {
      for event in try match(request)?.events ?? [] where resumed.insert(event).inserted {
        try instance.resumeHistograms(of: event)
      }
    }
  }

  // MARK: Events

  /// The events a request names; none where they may be missing.
  private func match(_ request: EventRequest) throws(TracefsError) -> EventPattern.Match? {
    do throws(TracefsError) { return try instance.match(request.eventPattern) } catch {
      if plan.ignoresMissingEvents, case .unknown = error { return nil }
      throw error
    }
  }

  /// - Returns: which events lack a field of their filter, in words.
  private func setEventFilters() throws(TracefsError) -> [String] {
    var notes: [String] = []
    for request in buffer.events {
      let filter = request.combinedFilter
      guard filter != nil || !request.triggers.isEmpty, let match = try match(request) else {
        continue
      }
      // Events of a system that lack a field are recorded without the filter, as in trace-cmd.
      if let filter {
        let count = try instance.setFilter(filter, of: match.events, saving: state).count
        if count > 0 {
          notes.append(
            "\(count) of the \(match.events.count) events of \(request.eventPattern) cannot have "
              + "the filter '\(filter)' and are recorded without it")
        }
      }
      for event in match.events {
        for trigger in request.triggers {
          try instance.addTrigger(trigger, to: event, saving: state)
        }
      }
    }
    return notes
  }

  private func switchEvents() throws(TracefsError) {
    for request in buffer.events {
      guard let match = try match(request) else { continue }
      // What -v leaves out is switched off, as by trace-cmd (3.1.6): its triggers act nevertheless,
      // and its filter, which trace-cmd drops, waits for a trigger that switches the event on.
      try instance.switchEvents(match, on: !request.isExcluded, saving: state)
    }
  }

  /// Events that a trigger of the plan may switch on later, so that their formats are wanted; and
  /// those of its probes, which are not on where only a trigger was asked for.
  var eventsOfTriggers: [EventName] {
    buffer.events.compactMap { request in
      request.probe.map { EventName(system: $0.group, name: $0.event) }
    }
      + buffer.events.flatMap(\.triggers).compactMap { text in
        guard case .action(let action, _)? = try? Trigger(text),
          case .enableEvent(let event) = action.action
        else { return nil }
        return event
      } + countedEvents
  }

  /// Events of histograms that count for a stream: what they count are fields of these.
  private var countedEvents: [EventName] {
    guard plan.countsByHistograms else { return [] }
    return buffer.events.filter { $0.isExcluded && !$0.triggers.isEmpty }.flatMap {
      (try? match($0)?.events) ?? []
    }
  }
}
