/// Turning everything off, whoever turned it on.
extension Instance {
  /// Brings the instance to where a boot leaves it: no tracer, no events, filters, triggers,
  /// function filters or process ids; the local clock, all CPUs, tracing on, an empty buffer. At the
  /// top level it also removes dynamic events (kprobes, uprobes, synthetic events).
  ///
  /// Dynamic events of the kinds that are named stay.
  ///
  /// As `trace-cmd reset`. Options, buffer sizes and limits stay. Goes on after a failure and returns
  /// them all; files that this kernel lacks are none.
  public func reset(
    keepingDynamicEvents kept: Set<DynamicEvent.Kind> = [], saving state: SavedState
  ) -> [TracefsError] {
    var problems: [TracefsError] = []
    func attempt(_ step: () throws(TracefsError) -> Void) {
      do throws(TracefsError) { try step() } catch {
        if case .missingFile = error { return }
        problems.append(error)
      }
    }
    attempt { () throws(TracefsError) in try setTracingOn(false, saving: state) }
    attempt { () throws(TracefsError) in try setCurrentTracer("nop", saving: state) }
    attempt { () throws(TracefsError) in try clearEvents(saving: state) }
    for file: ControlFile in [
      .setFtraceFilter, .setFtraceNotrace, .setGraphFunction, .setGraphNotrace,
    ] {
      attempt { () throws(TracefsError) in try clearFunctions(in: file, saving: state) }
    }
    for file: ControlFile in [
      .setFtracePID, .setFtraceNotracePID, .setEventPID, .setEventNotracePID,
    ] {
      attempt { () throws(TracefsError) in try setPIDs([], file, saving: state) }
    }
    if name == nil {
      attempt { () throws(TracefsError) in
        problems += try directory.removeAllDynamicEvents(keeping: kept, saving: state)
      }
    }
    attempt { () throws(TracefsError) in
      if try clocks().current != "local" { try setClock("local", saving: state) }
    }
    attempt { () throws(TracefsError) in try setCPUMask("-1", saving: state) }
    if has(.tracingMaxLatency) {
      attempt { () throws(TracefsError) in
        try set(.tracingMaxLatency, to: ["0"], saving: state)
      }
    }
    attempt { () throws(TracefsError) in try clearBuffer() }
    attempt { () throws(TracefsError) in try setTracingOn(true, saving: state) }
    return problems
  }

  /// Events off, then their filters and triggers.
  private func clearEvents(saving state: SavedState) throws(TracefsError) {
    try set(.eventsEnable, to: ["0"], saving: state)
    for event in try directory.availableEvents() {
      // Of some 1,700 events hardly one has any: looking is cheaper than clearing.
      do throws(TracefsError) {
        try clear(event, saving: state)
      } catch {
        guard case .missingFile = error else { throw error }
      }
    }
  }

  func clear(_ event: EventName, saving state: SavedState) throws(TracefsError) {
    // A text that the kernel could not parse is no filter and yet to be taken away.
    if try words(.eventFilter(event)) != ["none"] { try setFilter(nil, of: event, saving: state) }
    for listed in try triggerLines(of: event).reversed() {
      // One that is not understood is taken at its word.
      let command = (try? Trigger(listed))?.description ?? listed
      try add("!" + command, to: .eventTrigger(event), undo: command, saving: state)
    }
  }

  /// Function commands first: emptying the list leaves them.
  func clearFunctions(
    in file: ControlFile, saving state: SavedState
  ) throws(TracefsError) {
    for listed in try list(file) where listed.contains(":") {
      let command = try? FunctionCommand(listed)
      try add(
        (command?.removal ?? "!\(listed)") + "\n", to: file,
        undo: (command?.description ?? listed) + "\n", saving: state)
    }
    try set(file, to: [], saving: state)
  }
}
