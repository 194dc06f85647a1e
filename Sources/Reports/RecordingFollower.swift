import ByteIO
import EventFormats
import RingBuffer
import Synchronization
package import TraceDat

/// Names of tasks that were met while a recording was followed.
package final class GatheredNames: Sendable {
  private let names = Mutex(TaskNames())

  package var all: TaskNames { names.withLock { $0 } }

  func add(_ body: (inout TaskNames) -> Void) { names.withLock { body(&$0) } }
}

/// Shows a recording while it is made: at each look, the events that came since the last.
///
/// The pages of the CPUs come in one by one, so the events of a busy CPU are held back until those
/// that send pages, too, have come as far. A CPU that was quiet for two seconds is not waited for:
/// what it sends later stands behind younger events. A call whose beginning and end are seen in two
/// looks is two lines, also where nothing happened in it.
package struct RecordingFollower {
  private let path: String
  private let options: ReportOptions
  private let names = GatheredNames()
  private let calls = DepthMemory()
  private var states: [Key: State] = [:]
  private var isFirst = true

  private struct Key: Hashable {
    var buffer: String
    var cpu: Int
  }

  private struct State {
    /// Up to where its events are shown.
    var shown = EventStream.Position.start
    /// How many pages there were at the last look. A page that is new may be half written.
    var pages = 0
    var grownAt: ContinuousClock.Instant?
  }

  /// How many pages of a CPU are shown at most before the file is looked at again.
  private static let pagesPerLook = 1 << 14
  private static let patience = Duration.seconds(2)

  package init(path: String, options: ReportOptions) {
    self.path = path
    self.options = options
  }

  /// Shows what is new.
  ///
  /// - Parameter show: prints the range of its options.
  /// - Returns: whether there may be more later: the recording goes on.
  package mutating func look(
    at now: ContinuousClock.Instant = .now,
    _ show: (ReportInput, ReportOptions) throws -> Void
  ) throws -> Bool {
    let file = try TraceFile(path: path)
    if file.isBeingFinished { return true }
    var options = self.options
    options.names = names
    options.calls = calls
    var input = try ReportInput([ReportInput.Recording(file)], options: options)
    guard input.streams.allSatisfy({ $0.pages.isInOrder }) else {
      throw FollowingError.ring(path: path)
    }
    let keys = input.streams.map {
      Key(buffer: input.sources[$0.buffer].buffer.name, cpu: $0.cpu)
    }
    let from = keys.map { states[$0]?.shown ?? .start }
    let range = EventRange(from: from, to: ends(input, keys, from, now, file.isUnfinished))
    let isNew = range.from != range.to
    if isNew || isFirst {
      let search = TaskNameSearch(file: file, events: input.sources.first?.events)
      names.add { search?.gather(input.streams, range, into: &$0) }
      if !options.selection.comms.isEmpty {
        // Its filter is of the tasks that were known before.
        input = try ReportInput([ReportInput.Recording(file)], options: options)
      }
      options.range = .part(range)
      options.printsHead = isFirst
      isFirst = false
      try show(input, options)
    }
    for (key, place) in zip(keys, range.to) { states[key, default: State()].shown = place }
    return file.isUnfinished || range.to != input.streams.map(\.end)
  }

  /// Up to where each stream is shown now.
  private mutating func ends(
    _ input: ReportInput, _ keys: [Key], _ from: [EventStream.Position],
    _ now: ContinuousClock.Instant, _ isUnfinished: Bool
  ) -> [EventStream.Position] {
    var ends: [EventStream.Position] = []
    var limit: UInt64?
    for (index, stream) in input.streams.enumerated() {
      let known = states[keys[index]]?.pages ?? 0
      let count = stream.pages.count
      if count > known { states[keys[index], default: State()].grownAt = now }
      states[keys[index], default: State()].pages = count
      let ripe = isUnfinished ? min(count, known) : count
      let last = max(from[index].page, min(ripe, from[index].page + Self.pagesPerLook))
      let end = max(from[index], .init(page: last, offset: 0))
      ends.append(end)
      let isAwaited = states[keys[index]]?.grownAt.map { now - $0 < Self.patience } ?? false
      if isUnfinished ? isAwaited : last < count {
        limit = min(limit ?? .max, end.page > 0 ? stream.lastTime(ofPage: end.page - 1) : 0)
      }
    }
    guard let limit, limit < .max else { return ends }
    return input.streams.indices.map {
      min(input.streams[$0].position(ofTime: limit + 1, notBefore: from[$0]), ends[$0])
    }
  }
}

extension EventStream {
  /// The time of a page's last event, corrected; of the page where it has none.
  fileprivate func lastTime(ofPage page: Int) -> UInt64 {
    var cursor = EventCursor(
      [self], from: [.init(page: page, offset: 0)], to: [.init(page: page + 1, offset: 0)])
    var last: UInt64 = 0
    while let run = cursor.nextRun() { last = run.records[run.count - 1].time }
    return last
  }
}

extension TaskNameSearch {
  fileprivate init?(file: TraceFile, events: EventCatalog?) {
    guard let events else { return nil }
    self.init(file: file, events: events)
  }
}

/// A recording that cannot be followed.
package enum FollowingError: ExplainedError {
  /// Old pages give way to new ones while it is recorded.
  case ring(path: String)

  package var message: String {
    switch self {
    case .ring(let path): "\(path) keeps only its newest events while it is recorded (-m)"
    }
  }
  package var hint: String? {
    switch self {
    case .ring: "report it without --follow, or wait for its end"
    }
  }
}
