/// Events: what there is, switching them, their filters and triggers.
extension Instance {
  /// The names of the directories below one of the `events` directories.
  func eventDirectories(_ below: String) throws(TracefsError) -> [String] {
    let root = "\(path)/\(below)"
    do {
      return try TextFile.namesAsListed(in: root).filter { TextFile.isDirectory("\(root)/\($0)") }
    } catch { throw Self.meaning(of: error, file: root) }
  }

  /// The events of a system that have a directory, as the kernel lists them; for `ftrace` too.
  package func events(of system: String) throws(TracefsError) -> [EventName] {
    try eventDirectories("events/\(system)").map { EventName(system: system, name: $0) }
  }

  /// The events that are on.
  package func enabledEvents() throws(TracefsError) -> [EventName] {
    try switches.enabled()
  }

  var switches: EventSwitches {
    EventSwitches(directory: directory, path: path(below: directory, "events"))
  }

  /// An event's format file, as the kernel prints it.
  package func format(of event: EventName) throws(TracefsError) -> [UInt8] {
    try readBytes(ControlFile("events/\(event.system)/\(event.name)/format"))
  }

  /// An event's number in this boot's raw records.
  package func id(of event: EventName) throws(TracefsError) -> Int {
    try number(ControlFile("events/\(event.system)/\(event.name)/id"))
  }

  /// An event's filter; nil where there is none.
  package func filter(of event: EventName) throws(TracefsError) -> String? {
    let text = try value(.eventFilter(event))
    return text == "none" ? nil : text
  }

  /// An event's triggers; those that are not understood are left out.
  package func triggers(of event: EventName) throws(TracefsError) -> [Trigger] {
    try triggerLines(of: event).compactMap { try? Trigger($0) }
  }

  /// An event's triggers, as the kernel lists them.
  func triggerLines(of event: EventName) throws(TracefsError) -> [String] {
    try read(.eventTrigger(event)).lines.filter { !$0.hasPrefix("#") }
  }

  /// What the histograms of an event counted, one table for each trigger.
  package func histograms(of event: EventName) throws(TracefsError) -> [HistogramTable] {
    try HistogramTable.list(in: try read(.eventHistogram(event)))
  }

  // MARK: Switching

  /// Switches on all events that a pattern names and returns them.
  @discardableResult
  package func enableEvents(
    _ pattern: String, saving state: SavedState
  ) throws(TracefsError) -> [EventName] {
    try switchEvents(try match(pattern), on: true, saving: state)
  }

  /// Switches off all events that a pattern names and returns them.
  @discardableResult
  package func disableEvents(
    _ pattern: String, saving state: SavedState
  ) throws(TracefsError) -> [EventName] {
    try switchEvents(try match(pattern), on: false, saving: state)
  }

  /// The events of this kernel that a pattern names.
  package func match(_ pattern: String) throws(TracefsError) -> EventPattern.Match {
    try EventPattern(pattern).match(among: try directory.availableEvents())
  }

  @discardableResult
  package func switchEvents(
    _ match: EventPattern.Match, on: Bool, saving state: SavedState
  ) throws(TracefsError) -> [EventName] {
    let isOn = try switches.enabled(among: match.events)
    let changing = match.events.filter { isOn.contains($0) != on }
    let root = path(below: directory, "events")
    let sign = on ? "+" : "-"
    try state.switchEvents(changing.map { "\(sign)\($0)" }, at: root) { () throws(TracefsError) in
      switch match.scope {
      case .all:
        try SavedState.put([on ? "1" : "0"], to: "\(root)/enable", in: directory, .replace)
      case .systems(let systems):
        for system in systems {
          try SavedState.put(
            [on ? "1" : "0"], to: "\(root)/\(system)/enable", in: directory, .replace)
        }
      case .single:
        for event in changing { try switches.set(event, on: on) }
      }
    }
    return match.events
  }

  // MARK: Filters and triggers

  /// Sets the filter of all events that a pattern names; nil takes it away.
  ///
  /// Of several events, those that lack a field of the filter keep theirs; their refusals are
  /// returned. Where no event takes it, the first refusal is thrown.
  @discardableResult
  package func setFilter(
    _ filter: String?, on pattern: String, saving state: SavedState
  ) throws(TracefsError) -> [TracefsError] {
    try setFilter(filter, of: try match(pattern).events, saving: state)
  }

  /// The same for events that were matched before.
  @discardableResult
  package func setFilter(
    _ filter: String?, of events: [EventName], saving state: SavedState
  ) throws(TracefsError) -> [TracefsError] {
    var refusals: [TracefsError] = []
    for event in events {
      do throws(TracefsError) {
        try setFilter(filter, of: event, saving: state)
      } catch {
        guard error.isRefusal else { throw error }
        refusals.append(error)
      }
    }
    if let first = refusals.first, refusals.count == events.count { throw first }
    return refusals
  }

  /// Throws `.malformed` for a field that the event does not have, before the kernel is asked, and
  /// `.refused` with the kernel's own words for anything else that it does not take.
  package func setFilter(
    _ filter: String?, of event: EventName, saving state: SavedState
  ) throws(TracefsError) {
    if let filter, let check = fieldCheck(of: event) { try check.check(filter, of: event) }
    try set(.eventFilter(event), to: [filter ?? "0"], saving: state)
  }

  /// Knows the fields of an event; nil where its format cannot be read.
  private func fieldCheck(of event: EventName) -> EventFilterCheck? {
    guard let format = try? format(of: event) else { return nil }
    return EventFilterCheck(format: String(decoding: format, as: UTF8.self))
  }

  /// Adds a trigger to all events that a pattern names.
  package func addTrigger(
    _ trigger: Trigger, on pattern: String, saving state: SavedState
  ) throws(TracefsError) {
    for event in try match(pattern).events { try addTrigger(trigger, to: event, saving: state) }
  }

  /// Adds a trigger to an event.
  ///
  /// Throws `.malformed` for a field of its filter that the event does not have, `.missingFeature`
  /// where this kernel has no such triggers, and what the kernel says where it refuses.
  package func addTrigger(
    _ trigger: Trigger, to event: EventName, saving state: SavedState
  ) throws(TracefsError) {
    try trigger.check()
    var text = trigger.description
    if case .histogram(let histogram) = trigger {
      let kernel = try directory.features()
      for feature in KernelFeature.allCases where histogram.features.contains(feature) {
        try kernel.require(feature)
      }
      text = histogram.text(for: kernel)
    }
    try checkFilter(of: trigger, in: text, event)
    try add(text, to: .eventTrigger(event), undo: Trigger.removal(of: text), saving: state)
  }

  /// Adds a trigger in the words of a person, such as `stacktrace if prev_prio < 50`, to all events
  /// that a pattern names.
  package func addTrigger(
    _ text: String, on pattern: String, saving state: SavedState
  ) throws(TracefsError) {
    for event in try match(pattern).events { try addTrigger(text, to: event, saving: state) }
  }

  /// Adds a trigger in the words of a person to an event; a line that begins with `!` removes one
  /// for good.
  ///
  /// What is not understood here may be new: the kernel is asked, and what was found wrong is said
  /// only where it refuses without a word.
  package func addTrigger(
    _ text: String, to event: EventName, saving state: SavedState
  ) throws(TracefsError) {
    try KernelName.checkLine(text, "trigger")
    var doubt: TracefsError?
    if !text.hasPrefix("!") {
      do throws(TracefsError) {
        try checkFilter(of: try Trigger(text), in: text, event)
      } catch {
        if case .malformed(let found) = error, found.what != "trigger" { throw error }
        doubt = error
      }
    }
    do throws(TracefsError) {
      try add(text, to: .eventTrigger(event), undo: Trigger.removal(of: text), saving: state)
    } catch {
      if case .refused(_, _, _, log: nil) = error, let doubt { throw doubt }
      throw error
    }
  }

  private func checkFilter(
    of trigger: Trigger, in text: String, _ event: EventName
  ) throws(TracefsError) {
    guard let filter = trigger.filter, let check = fieldCheck(of: event) else { return }
    let start = text.utf8.count - filter.utf8.count
    try check.check(filter, of: event, at: text.hasSuffix(filter) ? start : 0, in: text)
  }
}
