import Tracefs

/// Looks whether somebody else uses a buffer, without changing anything.
enum BusyCheck {
  /// What is set there that nobody sets by chance, in words; empty where the buffer is free.
  static func uses(of instance: Instance) throws(TracefsError) -> [String] {
    var uses: [String] = []
    let tracer = try instance.currentTracer()
    if tracer != "nop" { uses.append("tracer \(tracer)") }
    let events = try instance.enabledEvents()
    if !events.isEmpty {
      let names = events.prefix(3).map(\.description).joined(separator: ", ")
      let more = events.count > 3 ? " and \(events.count - 3) more" : ""
      uses.append("\(events.count == 1 ? "event" : "events") \(names)\(more)")
    }
    if !uses.isEmpty {
      for found in SavedState.live() { uses.append("by \(found.owner)") }
    }
    return uses
  }

  /// Throws `.busy` where somebody else uses the buffer.
  static func check(_ instance: Instance) throws(RecordingError) {
    let found: [String]
    do { found = try uses(of: instance) } catch { throw .tracefs(error) }
    if !found.isEmpty { throw .busy(buffer: instance.name, uses: found) }
  }
}
