/// Ending what traces in an instance, so that something else can.
extension Instance {
  /// Switches off tracer and events, takes the filters and triggers of those events away, and empties
  /// the lists of functions and processes: where `trace-cmd start` begins. Buffers, clock and options
  /// stay.
  public func quieten(saving state: SavedState) throws(TracefsError) {
    try setTracingOn(false, saving: state)
    if try currentTracer() != "nop" { try setCurrentTracer("nop", saving: state) }
    let events = try enabledEvents()
    if !events.isEmpty {
      try switchEvents(EventPattern.Match(scope: .single, events: events), on: false, saving: state)
    }
    for event in events { try clear(event, saving: state) }
    for file: ControlFile in [
      .setFtraceFilter, .setFtraceNotrace, .setGraphFunction, .setGraphNotrace,
    ] where has(file) {
      if try !list(file).isEmpty { try clearFunctions(in: file, saving: state) }
    }
    for file: ControlFile in [
      .setFtracePID, .setFtraceNotracePID, .setEventPID, .setEventNotracePID,
    ] where has(file) {
      if try !list(file).isEmpty { try setPIDs([], file, saving: state) }
    }
  }
}
