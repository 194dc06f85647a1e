package import HistogramQueries
package import Tracefs

/// Carries out the plan of a query: the synthetic event and the triggers are set, and stay when this
/// is over.
///
/// When `run` throws, nothing is left (`LastingChange`).
package struct HistogramSetup {
  package let plan: HistogramPlan
  /// Where the triggers go; synthetic events are all instances'.
  package let instance: Instance
  /// How it was asked for; it is noted in the journal.
  package let commandLine: [String]
  /// Gets what could not be put back after an error.
  package var onWarning: ((String) -> Void)?

  package init(_ plan: HistogramPlan, in instance: Instance, commandLine: [String]) {
    self.plan = plan
    self.instance = instance
    self.commandLine = commandLine
  }

  /// To be called on the process's first thread, once.
  ///
  /// - Returns: what was found and put right before.
  package func run() throws(RecordingError) -> [String] {
    let warnings = try TracingChecks.recoverAbandoned()
    let signals: Signals
    do { signals = try Signals() } catch { throw .system(error) }
    let state = SavedState(instance.directory, command: commandLine)
    let change = LastingChange(state: state, signals: signals, onWarning: onWarning)
    try change.make { () throws(RecordingError) in
      try Recorder.traced { () throws(TracefsError) in try apply(saving: state) }
    }
    return warnings
  }

  private func apply(saving state: SavedState) throws(TracefsError) {
    if let event = plan.synthetic {
      try instance.directory.define(.synthetic(event), saving: state)
    }
    for placed in plan.triggers {
      try instance.addTrigger(.histogram(placed.trigger), to: placed.event, saving: state)
    }
  }
}
