import Glibc
import Tracefs

/// Has the kernel stop a buffer by itself when something happens.
///
/// The kernel's own trigger `traceoff` acts within the event that it waits for, so that nothing of
/// what led there is overwritten (Documentation/trace/events.rst, "Event triggers"). A latency is
/// measured by two histograms that hand the time over, and a synthetic event made of it
/// (Documentation/trace/histogram.rst, "onmatch").
struct FlightArming {
  let instance: Instance
  let state: SavedState

  func arm(_ triggers: [FlightTrigger]) throws(TracefsError) {
    for (number, trigger) in triggers.enumerated() {
      switch trigger {
      case .event(let pattern, let condition):
        let text = "traceoff" + (condition.map { " if \($0)" } ?? "")
        for event in try instance.match(pattern).events {
          try instance.addTrigger(text, to: event, saving: state)
        }
      case .latency(let from, let to, let microseconds):
        try armLatency(from, to, microseconds, number)
      }
    }
  }

  private func armLatency(
    _ from: FlightTrigger.Place, _ to: FlightTrigger.Place, _ microseconds: UInt64, _ number: Int
  ) throws(TracefsError) {
    let start = try single(from)
    let end = try single(to)
    let name = "kscope_latency_\(getpid())_\(number)"
    let time = "kscope_time_\(number)"
    let latency = "kscope_latency_\(number)"
    let top = instance.directory.top
    try top.add("\(name) u64 lat", to: .syntheticEvents, undo: "!\(name)", saving: state)
    try instance.addTrigger(
      "hist:keys=\(from.field):\(time)=common_timestamp.usecs", to: start, saving: state)
    try instance.addTrigger(
      "hist:keys=\(to.field):\(latency)=common_timestamp.usecs-$\(time)"
        + ":onmatch(\(start.system).\(start.name)).trace(\(name),$\(latency))",
      to: end, saving: state)
    try instance.addTrigger(
      "traceoff if lat > \(microseconds)", to: EventName(system: "synthetic", name: name),
      saving: state)
  }

  /// The one event that a name stands for.
  private func single(_ place: FlightTrigger.Place) throws(TracefsError) -> EventName {
    let found = try instance.match(place.event).events
    guard found.count == 1, let event = found.first else {
      throw .badValue(
        what: "--save-latency", text: place.event, expected: "one event (\(found.count) match)")
    }
    let format = String(decoding: try instance.format(of: event), as: UTF8.self)
    let fields = EventFilterCheck(format: format).fields
    guard fields.contains(place.field) else {
      let own = fields.filter { !$0.hasPrefix("common_") } + ["common_pid"]
      throw .badValue(
        what: "--save-latency", text: place.field,
        expected: "a field of \(event): \(own.joined(separator: ", "))")
    }
    return event
  }
}
