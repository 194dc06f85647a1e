package import Tracefs

/// Where a query's events are looked up, and what is set on them already.
package struct EventSource: Sendable {
  /// All events that can be traced.
  let events: [EventName]
  let format: @Sendable (EventName) throws(TracefsError) -> String
  /// The triggers of an event; a copy of a tracing directory may have no such files.
  let triggers: @Sendable (EventName) -> [Trigger]

  package init(
    events: [EventName], format: @escaping @Sendable (EventName) throws(TracefsError) -> String,
    triggers: @escaping @Sendable (EventName) -> [Trigger] = { _ in [] }
  ) {
    self.events = events
    self.format = format
    self.triggers = triggers
  }

  /// The events of a kernel, and the triggers that they have in one instance.
  package init(_ instance: Instance) throws(TracefsError) {
    var events: [EventName] = []
    if instance.directory.top.has(.availableEvents) {
      events = try instance.directory.availableEvents()
    } else {
      // A copy of no more than the events.
      for system in try instance.directory.eventSystems() {
        events += try instance.directory.top.events(of: system)
      }
    }
    self.init(
      events: events,
      format: { (event) throws(TracefsError) in
        String(decoding: try instance.directory.top.format(of: event), as: UTF8.self)
      },
      triggers: { (try? instance.triggers(of: $0)) ?? [] })
  }

  /// The names of the variables that an event's histograms have already: a second one of the same
  /// name would be refused.
  func variables(of event: EventName) -> Set<String> {
    var names: Set<String> = []
    for case .histogram(let histogram) in triggers(event) {
      names.formUnion(histogram.variables.map(\.name))
    }
    return names
  }
}
