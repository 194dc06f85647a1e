import ProbeLanguage
import Tracefs

/// What the kernel says of events before they are traced; those that must be made for it are gone
/// again afterwards.
package enum EventPreview {
  /// The format files of the events that a request names.
  ///
  /// - Parameter commandLine: for whoever finds the journal of settings.
  package static func formats(
    of request: EventRequest, commandLine: [String]
  ) throws(RecordingError) -> [[UInt8]] {
    let directory = try Recorder.traced { () throws(TracefsError) in try TracingDirectory.find() }
    var plan = RecordingPlan()
    plan.buffers[0].events = [request]
    _ = try ProbePlanner(directory).resolve(&plan)
    let state = SavedState(directory, command: commandLine)
    // The event is used by nobody: it goes whatever happens.
    defer { _ = state.restore() }
    try ProbePlanner(directory).define(plan, saving: state)
    let pattern = plan.buffers[0].events[0].eventPattern
    return try Recorder.traced { () throws(TracefsError) in
      var formats: [[UInt8]] = []
      for event in try directory.top.match(pattern).events {
        formats.append(try directory.top.format(of: event))
      }
      return formats
    }
  }
}
