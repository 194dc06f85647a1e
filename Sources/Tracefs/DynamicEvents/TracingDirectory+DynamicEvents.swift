import ByteIO

/// Events that somebody made. All instances share them; switching them on is the instance's.
extension TracingDirectory {
  /// What the kernel lists, in the order in which they were made; lines that are not understood are
  /// left out.
  public func dynamicEvents() throws(TracefsError) -> [DynamicEvent] {
    try dynamicEventLines().compactMap { try? DynamicEvent($0) }
  }

  func dynamicEventLines() throws(TracefsError) -> [String] {
    if top.has(.dynamicEvents) { return try read(.dynamicEvents).lines }
    var lines: [String] = []
    for file in [ControlFile.kprobeEvents, .uprobeEvents] where top.has(file) {
      lines += try read(file).lines
    }
    if top.has(.syntheticEvents) {
      lines += try read(.syntheticEvents).lines.map { "s:\(SyntheticEvent.group)/\($0)" }
    }
    return lines
  }

  /// Makes an event, which goes away when `state` is restored, and returns its name.
  ///
  /// An event that exists stays as it is and `.exists` is thrown, for the way back would take the
  /// other's too; but probes may be added to one that `state` made. Throws `.missingFeature` where
  /// this kernel has no such events, and what the kernel says where it refuses.
  @discardableResult
  public func define(
    _ event: DynamicEvent, saving state: SavedState
  ) throws(TracefsError) -> EventName {
    try event.check()
    try event.check(for: try features())
    let name = event.eventName
    let file = top.has(.dynamicEvents) ? ControlFile.dynamicEvents : event.kind.file
    let removal = Self.removal(of: name, kind: event.kind, in: file)
    let isOurs = state.hasAdded(to: top.relative(file), undo: removal)
    if !isOurs, TextFile.exists("\(path)/events/\(name.system)/\(name.name)") {
      throw .exists(what: "event", name: "\(name)")
    }
    try top.add(event.text(for: file), to: file, undo: removal, saving: state)
    return name
  }

  /// Reads a line as `dynamic_events` takes it and makes the event.
  @discardableResult
  public func define(
    _ text: String, saving state: SavedState
  ) throws(TracefsError) -> EventName {
    try define(try DynamicEvent(text), saving: state)
  }

  /// Removes events, those that are attached to others before the others.
  ///
  /// What `state` made is simply gone; others' events come back when it is restored, as far as the
  /// kernel lists them (it keeps the filters of event probes to itself). Throws `.unknown` for a name
  /// that is no dynamic event and `.eventInUse` for one that is switched on or used by another.
  public func remove(_ events: [EventName], saving state: SavedState) throws(TracefsError) {
    let listed = try dynamicEvents()
    for name in events where !listed.contains(where: { $0.eventName == name }) {
      throw .unknown(
        .event, name: "\(name)",
        nearest: Nearest.names(
          to: "\(name)", among: Set(listed.map { "\($0.eventName)" })), requirement: nil)
    }
    for name in Self.removalOrder(of: Set(events), among: listed) {
      let lines = listed.filter { $0.eventName == name }
      guard let first = lines.first else { continue }
      let file = top.has(.dynamicEvents) ? ControlFile.dynamicEvents : first.kind.file
      let removal = Self.removal(of: name, kind: first.kind, in: file)
      do throws(TracefsError) {
        if try state.takeBack(from: top.relative(file), undo: removal) { continue }
        // Every probe of the event has a line of its own; removing takes them all.
        let undo = lines.map { $0.text(for: file) }.joined(separator: "\n")
        try top.add(removal, to: file, undo: undo, saving: state)
      } catch {
        guard case .busy = error else { throw error }
        throw .eventInUse(name, by: users(of: name, among: listed))
      }
    }
  }

  /// Removes every dynamic event, and goes on after a failure; returns them all.
  ///
  /// - Parameter kept: kinds that stay.
  func removeAllDynamicEvents(
    keeping kept: Set<DynamicEvent.Kind> = [], saving state: SavedState
  ) throws(TracefsError) -> [TracefsError] {
    var problems: [TracefsError] = []
    var done: Set<String> = []
    for line in try dynamicEventLines().reversed() {
      if !kept.isEmpty, let kind = (try? DynamicEvent(line))?.kind, kept.contains(kind) { continue }
      guard let removal = DynamicEvent.removal(ofListed: line), done.insert(removal).inserted else {
        continue
      }
      do throws(TracefsError) {
        try top.add(removal, to: .dynamicEvents, undo: line, saving: state)
      } catch { problems.append(error) }
    }
    return problems
  }

  /// The events in an order in which each can be removed: the last made first, and what is attached
  /// to another before it.
  static func removalOrder(
    of names: Set<EventName>, among listed: [DynamicEvent]
  ) -> [EventName] {
    var order: [EventName] = []
    var seen: Set<EventName> = []
    func add(_ name: EventName) {
      guard seen.insert(name).inserted else { return }
      for event in listed.reversed() where event.source == name && names.contains(event.eventName) {
        add(event.eventName)
      }
      order.append(name)
    }
    for event in listed.reversed() where names.contains(event.eventName) { add(event.eventName) }
    return order
  }

  /// `synthetic_events` takes `!name`, the others `-:group/name`.
  private static func removal(
    of event: EventName, kind: DynamicEvent.Kind, in file: ControlFile
  ) -> String {
    file == .syntheticEvents ? "!\(event.name)" : DynamicEvent.removal(of: event)
  }

  /// Who keeps an event: instances where it is on or has triggers, and events attached to it.
  private func users(of event: EventName, among listed: [DynamicEvent]) -> [String] {
    var users = listed.filter { $0.source == event }.map { "event \($0.eventName)" }
    let names: [String] = (try? instanceNames()) ?? []
    for instance in [top] + names.map({ Instance(directory: self, name: $0) }) {
      let place = instance.name.map { "instance \($0)" } ?? "the top level"
      if let text = try? instance.read(.eventEnable(event)), text.hasPrefix("1") {
        users.append("\(place), where it is on")
      } else if let triggers = try? instance.triggerLines(of: event), !triggers.isEmpty {
        users.append("\(place), where it has triggers")
      }
    }
    return users
  }
}
