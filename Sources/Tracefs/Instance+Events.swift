/// Events: what there is, switching them, their filters.
extension Instance {
  /// The names of the directories below one of the `events` directories.
  func eventDirectories(_ below: String) throws(TracefsError) -> [String] {
    let root = "\(path)/\(below)"
    do {
      return try TextFile.namesAsListed(in: root).filter { TextFile.isDirectory("\(root)/\($0)") }
    } catch { throw Self.meaning(of: error, file: root) }
  }

  /// The events of a system that have a directory, as the kernel lists them; for `ftrace` too.
  public func events(of system: String) throws(TracefsError) -> [EventName] {
    try eventDirectories("events/\(system)").map { EventName(system: system, name: $0) }
  }

  /// The events that are on.
  public func enabledEvents() throws(TracefsError) -> [EventName] {
    try switches.enabled()
  }

  var switches: EventSwitches {
    EventSwitches(directory: directory, path: path(below: directory, "events"))
  }

  /// An event's format file, as the kernel prints it.
  public func format(of event: EventName) throws(TracefsError) -> [UInt8] {
    try readBytes(ControlFile("events/\(event.system)/\(event.name)/format"))
  }

  /// An event's number in this boot's raw records.
  public func id(of event: EventName) throws(TracefsError) -> Int {
    try number(ControlFile("events/\(event.system)/\(event.name)/id"))
  }

  /// An event's filter; nil where there is none.
  public func filter(of event: EventName) throws(TracefsError) -> String? {
    let text = try value(.eventFilter(event))
    return text == "none" ? nil : text
  }

  // MARK: Switching

  /// Switches on all events that a pattern names and returns them.
  @discardableResult
  public func enableEvents(
    _ pattern: String, saving state: SavedState
  ) throws(TracefsError) -> [EventName] {
    try switchEvents(try match(pattern), on: true, saving: state)
  }

  /// Switches off all events that a pattern names and returns them.
  @discardableResult
  public func disableEvents(
    _ pattern: String, saving state: SavedState
  ) throws(TracefsError) -> [EventName] {
    try switchEvents(try match(pattern), on: false, saving: state)
  }

  /// The events of this kernel that a pattern names.
  ///
  /// One event by its full name is looked up: the kernel takes longer to list them all than for
  /// most settings. It makes the file `enable` for just those that it lists
  /// (kernel/trace/trace_events.c: `event_create_dir`, `t_next`).
  public func match(_ pattern: String) throws(TracefsError) -> EventPattern.Match {
    let pattern = try EventPattern(pattern)
    if let event = pattern.single, directory.top.has(.eventEnable(event)) {
      return EventPattern.Match(scope: .single, events: [event])
    }
    return try pattern.match(among: try directory.availableEvents())
  }

  @discardableResult
  public func switchEvents(
    _ match: EventPattern.Match, on: Bool, saving state: SavedState
  ) throws(TracefsError) -> [EventName] {
    let root = path(below: directory, "events")
    // Nobody else may switch them between the look and the note.
    try state.exclusively { () throws(TracefsError) in
      let isOn = try switches.enabled(among: match.events)
      let changing = match.events.filter { isOn.contains($0) != on }
      let unchanged = match.events.filter { isOn.contains($0) == on }
      try state.switchEvents(changing, unchanged: unchanged, on: on, at: root) {
        () throws(TracefsError) in
        try write(changing, of: match.scope, on: on, below: root)
      }
    }
    return match.events
  }

  private func write(
    _ changing: [EventName], of scope: EventPattern.Scope, on: Bool, below root: String
  ) throws(TracefsError) {
    switch scope {
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

  // MARK: Filters

  /// Sets the filter of all events that a pattern names; nil takes it away.
  ///
  /// Of several events, those that lack a field of the filter are left without one, as they were;
  /// their refusals are returned. Where no event takes it, the first refusal is thrown.
  @discardableResult
  public func setFilter(
    _ filter: String?, on pattern: String, saving state: SavedState
  ) throws(TracefsError) -> [TracefsError] {
    try setFilter(filter, of: try match(pattern).events, saving: state)
  }

  /// The same for events that were matched before.
  @discardableResult
  public func setFilter(
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
  public func setFilter(
    _ filter: String?, of event: EventName, saving state: SavedState
  ) throws(TracefsError) {
    if let filter {
      try KernelName.checkLine(filter, "filter of \(event)")
      try fieldCheck(of: event)?.check(filter, of: event)
    }
    // Nobody else may set it between the look and the note.
    try state.exclusively { () throws(TracefsError) in
      let former = try self.filter(of: event)
      do throws(TracefsError) {
        try set(.eventFilter(event), to: [filter ?? "0"], saving: state)
      } catch {
        // The kernel has put the refused text in the place of the filter that was in force.
        if case .refused = error {
          try set(.eventFilter(event), to: [former ?? "0"], saving: state)
        }
        throw error
      }
    }
  }

  /// Knows the fields of an event; nil where its format cannot be read.
  func fieldCheck(of event: EventName) -> EventFilterCheck? {
    guard let format = try? format(of: event) else { return nil }
    return EventFilterCheck(format: String(decoding: format, as: UTF8.self))
  }
}
