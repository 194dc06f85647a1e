/// Small files that say one thing each (Documentation/trace/ftrace.rst).
extension Instance {
  /// How the kernel stamps events: `delta`, or `absolute` while a histogram asks for times.
  public func timestampMode() throws(TracefsError) -> BracketedChoice {
    BracketedChoice(try read(.timestampMode))
  }

  /// KB of all CPUs' buffers together, or what they will have from the first use on.
  public func totalBufferSize() throws(TracefsError) -> Int {
    let text = try read(.bufferTotalSizeKB)
    guard let number = Int(SettingKind.bufferSize.words(in: text)[0]) else {
      throw .unreadable(file: path(of: .bufferTotalSizeKB), text: text, expected: "a number")
    }
    return number
  }

  /// Microseconds that a latency, or a call of function_graph, must take to be recorded; 0 is all.
  public func tracingThreshold() throws(TracefsError) -> Int { try number(.tracingThreshold) }

  public func setTracingThreshold(
    microseconds: Int, saving state: SavedState
  ) throws(TracefsError) {
    guard microseconds >= 0 else {
      throw .badValue(what: "threshold", text: "\(microseconds)", expected: "0 or more")
    }
    try set(.tracingThreshold, to: ["\(microseconds)"], saving: state)
  }

  /// The longest latency that a latency tracer saw, in microseconds.
  public func tracingMaxLatency() throws(TracefsError) -> Int { try number(.tracingMaxLatency) }

  /// Sets the latency that the next one must exceed to be recorded, in microseconds.
  public func setTracingMaxLatency(
    microseconds: Int, saving state: SavedState
  ) throws(TracefsError) {
    guard microseconds >= 0 else {
      throw .badValue(what: "latency", text: "\(microseconds)", expected: "0 or more")
    }
    try set(.tracingMaxLatency, to: ["\(microseconds)"], saving: state)
  }

  /// What the kernel said of the last things that it refused here.
  public func errorLog() throws(TracefsError) -> ErrorLog { ErrorLog(try read(.errorLog)) }
}
