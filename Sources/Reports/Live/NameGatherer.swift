import TraceDat

/// Takes what a stream's events tell of tasks' names, before the events are looked at that need them.
struct NameGatherer {
  private let names: LiveTaskNames
  private let search: TaskNameSearch?
  private let streams: [EventStream]

  /// - Parameter names: nil for a recording, whose file knows them.
  init?(_ names: LiveTaskNames?, _ file: TraceFile, _ input: ReportInput) {
    guard let names else { return nil }
    self.names = names
    search = input.sources.first.map { TaskNameSearch(file: file, events: $0.events) }
    streams = input.streams
  }

  func take(_ range: EventRange) {
    names.add { search?.gather(streams, range, into: &$0) }
  }

  /// Whether a name that was given out since it was last asked may not be right any more.
  func haveChanged() -> Bool { names.haveChanged() }
}
