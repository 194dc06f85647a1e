import Tracefs

/// Looks whether somebody else uses a buffer, without changing anything.
package enum BusyCheck {
  /// Why a buffer is not free.
  struct Uses: Equatable {
    /// What is set there that nobody sets by chance, in words.
    var settings: [String] = []
    /// Who set it, or reads it.
    var owners: [String] = []
    /// All of it was left on purpose by runs of kscope that are over.
    var isKept = false

    var words: [String] { settings + owners }
  }

  /// - Parameter readersCount: whether somebody who only reads makes a buffer one in use: for a
  ///   recording he would take events away.
  static func uses(of instance: Instance, readersCount: Bool) throws(TracefsError) -> Uses {
    var uses = Uses()
    let tracer = try instance.currentTracer()
    if tracer != "nop" { uses.settings.append("tracer \(tracer)") }
    let events = try instance.enabledEvents()
    if !events.isEmpty {
      let names = events.prefix(3).map(\.description).joined(separator: ", ")
      let more = events.count > 3 ? " and \(events.count - 3) more" : ""
      uses.settings.append("\(events.count == 1 ? "event" : "events") \(names)\(more)")
    }
    let readers = instance.directory.pipeReaders().filter {
      $0.instance == instance.name && $0.takesEvents
    }
    if uses.settings.isEmpty, readers.isEmpty || !readersCount { return uses }
    // A process may have the file of every CPU open.
    for words in readers.map(\.words) where !uses.owners.contains(words) {
      uses.owners.append(words)
    }
    if uses.settings.isEmpty { return uses }
    var unexplained = Set(events)
    var hasTracer = tracer != "nop"
    var isOver = true
    for found in SavedState.journals() where found.isAbout(instance.directory) {
      let theirs = found.eventsSwitchedOn(in: instance).intersection(events)
      let isTheirTracer = tracer != "nop" && found.changed(.currentTracer, in: instance)
      guard !theirs.isEmpty || isTheirTracer || found.made(instance) else { continue }
      uses.owners.append("set by \(found.owner)\(found.isKept ? ", which is over" : "")")
      if found.isAlive { isOver = false }
      if found.made(instance) {
        unexplained = []
        hasTracer = false
      }
      unexplained.subtract(theirs)
      if isTheirTracer { hasTracer = false }
    }
    uses.isKept = isOver && unexplained.isEmpty && !hasTracer
    return uses
  }

  /// Throws `.busy` where somebody else uses the buffer.
  static func check(_ instance: Instance, readersCount: Bool) throws(RecordingError) {
    let found = try Recorder.traced { () throws(TracefsError) in
      try uses(of: instance, readersCount: readersCount)
    }
    if !found.words.isEmpty {
      throw .busy(buffer: instance.name, uses: found.words, isKept: found.isKept)
    }
  }
}
