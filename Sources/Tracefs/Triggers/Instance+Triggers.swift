/// The triggers of events, and what they counted.
extension Instance {
  /// An event's triggers; those that are not understood are left out.
  public func triggers(of event: EventName) throws(TracefsError) -> [Trigger] {
    try triggerLines(of: event).compactMap { try? Trigger($0) }
  }

  /// An event's triggers, as the kernel lists them.
  public func triggerLines(of event: EventName) throws(TracefsError) -> [String] {
    try read(.eventTrigger(event)).lines.filter { !$0.hasPrefix("#") }
  }

  /// What the histograms of an event counted, one table for each trigger.
  public func histograms(of event: EventName) throws(TracefsError) -> [HistogramTable] {
    try HistogramTable.list(in: try read(.eventHistogram(event)))
  }

  /// Lets all histograms of an event go on that were set paused. Nothing is noted: what takes the
  /// triggers away does it whether or not they count.
  package func resumeHistograms(of event: EventName) throws(TracefsError) {
    for case .histogram(var histogram) in try triggers(of: event) where histogram.control == .pause
    {
      histogram.control = .continue
      try write(histogram.text(for: try directory.features()), to: .eventTrigger(event))
    }
  }

  // MARK: Adding

  /// Adds a trigger to all events that a pattern names.
  public func addTrigger(
    _ trigger: Trigger, on pattern: String, saving state: SavedState
  ) throws(TracefsError) {
    for event in try match(pattern).events { try addTrigger(trigger, to: event, saving: state) }
  }

  /// Adds a trigger to an event.
  ///
  /// Throws `.malformed` for a field of its filter that the event does not have, `.missingFeature`
  /// where this kernel has no such triggers, and what the kernel says where it refuses.
  public func addTrigger(
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
    try add(text, of: trigger, to: event, saving: state)
  }

  /// Adds a trigger in the words of a person, such as `stacktrace if prev_prio < 50`, to all events
  /// that a pattern names.
  public func addTrigger(
    _ text: String, on pattern: String, saving state: SavedState
  ) throws(TracefsError) {
    for event in try match(pattern).events { try addTrigger(text, to: event, saving: state) }
  }

  /// Adds a trigger in the words of a person to an event; a line that begins with `!` removes one
  /// for good.
  ///
  /// What is not understood here may be new: the kernel is asked, and what was found wrong is said
  /// only where it refuses without a word.
  public func addTrigger(
    _ text: String, to event: EventName, saving state: SavedState
  ) throws(TracefsError) {
    try KernelName.checkLine(text, "trigger")
    var trigger: Trigger?
    var doubt: TracefsError?
    if !text.hasPrefix("!") {
      do throws(TracefsError) { trigger = try Trigger(text) } catch { doubt = error }
    }
    if let trigger { try checkFilter(of: trigger, in: text, event) }
    do throws(TracefsError) {
      try add(text, of: trigger, to: event, saving: state)
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

  private func add(
    _ text: String, of trigger: Trigger?, to event: EventName, saving state: SavedState
  ) throws(TracefsError) {
    let file = ControlFile.eventTrigger(event)
    guard let undo = try undo(of: text, trigger, event) else {
      return try write(text, to: file)
    }
    if let trigger { try noteSideEffects(of: trigger, saving: state) }
    // The kernel counts an event that somebody made as in use while it has a trigger: one in an
    // instance that is gone holds it for ever.
    var holdsInstance = isDynamic(event)
    var setsClock = false
    if case .histogram(let histogram)? = trigger {
      // An instance is in use while a histogram there has variables.
      holdsInstance = holdsInstance || !histogram.variables.isEmpty
      setsClock = histogram.looksAtTimes
    }
    if setsClock {
      return try state.watching(relative(.traceClock), kind: .choice) { () throws(TracefsError) in
        try add(text, to: file, undo: undo, holdsInstance: holdsInstance, saving: state)
      }
    }
    try add(text, to: file, undo: undo, holdsInstance: holdsInstance, saving: state)
  }

  private func isDynamic(_ event: EventName) -> Bool {
    if event.system == SyntheticEvent.group { return true }
    let events = (try? directory.dynamicEvents()) ?? []
    return events.contains { $0.eventName == event }
  }

  /// What adds again what a removal takes away: the trigger that is listed, which may have another
  /// condition and another count than the removal names. Nil where nothing is listed.
  private func restoration(
    after removal: String, of event: EventName
  ) throws(TracefsError) -> String? {
    let listed = try triggerLines(of: event)
    guard let removed = try? Trigger(String(removal.dropFirst())) else {
      // What is not understood here may be new: its first word tells.
      let word = removal.dropFirst().prefix { $0 != ":" && $0 != " " }
      return listed.contains { $0.hasPrefix(word) } ? String(removal.dropFirst()) : nil
    }
    return try listed.compactMap { try? Trigger($0) }.first { removed.removes($0) }
      .map { (trigger) throws(TracefsError) in
        guard case .histogram(var histogram) = trigger else { return trigger.description }
        // The kernel lists one that runs as `active`; that is no command.
        if histogram.control != .pause { histogram.control = nil }
        return histogram.text(for: try directory.features())
      }
  }

  /// What takes a line back. Pausing and continuing a histogram that is there already is no
  /// addition, and what clearing takes from one cannot come back: nil.
  private func undo(
    of text: String, _ trigger: Trigger?, _ event: EventName
  ) throws(TracefsError) -> String? {
    if text.hasPrefix("!") { return try restoration(after: text, of: event) }
    let removal = Trigger.removal(of: text)
    guard case .histogram(var histogram)? = trigger, let control = histogram.control else {
      return removal
    }
    histogram.control = nil
    var isPaused: Bool?
    for case .histogram(var listed) in try triggers(of: event) {
      let isStopped = listed.control == .pause
      listed.control = nil
      if listed == histogram { isPaused = isStopped }
    }
    guard let isPaused else { return removal }
    switch control {
    case .clear: return nil
    case .pause where isPaused, .continue where !isPaused: return nil
    case .pause: histogram.control = .continue
    case .continue: histogram.control = .pause
    }
    return histogram.text(for: try directory.features())
  }
}
