package import ByteIO
import RingBuffer
package import TraceDat

/// The events of several CPUs, and of several buffers, while they happen.
///
/// Each `round` reads the pages that are there and says which events can be shown now: those of
/// which it is certain that no earlier one will come. They are a range of `streams`, to be walked
/// like those of a file.
///
/// That certainty needs no clock. An event that was read in one round happened before the next
/// began; so when the next has emptied every CPU's buffer, all that is older than it is here. A CPU
/// that is quiet holds nobody back, and an event waits for one round. Only a CPU with more pages
/// than a round takes is waited for, as far as it has come.
///
/// Memory is bounded: where the consumer is slow the pages stay with their source, and when the
/// kernel's buffer is full, the kernel counts what is lost.
package final class LiveStream {
  /// One buffer: the source of each CPU's pages, by rising number.
  package struct Buffer {
    package var name: String
    package var clock: String
    /// The size of a sub-buffer in bytes.
    package var pageSize: Int
    package var cpus: [(cpu: Int, source: any PageSource)]

    package init(
      name: String, clock: String, pageSize: Int, cpus: [(cpu: Int, source: any PageSource)]
    ) {
      self.name = name
      self.clock = clock
      self.pageSize = pageSize
      self.cpus = cpus
    }
  }

  private struct Feed {
    let source: any PageSource
    let window: PageWindow
    let layout: PageLayout
    /// Where its events are handed on up to.
    var shown = EventStream.Position.start
    /// The time of the last event that was read.
    var latest: UInt64 = 0
    var isEmpty = false
    var hasEnded = false
  }

  /// The events' formats, and the windows that the pages are in.
  package let file: TraceFile
  /// One for each CPU of each buffer, in order.
  package let streams: [EventStream]
  private var feeds: [Feed] = []
  /// The newest time that the rounds before have read.
  private var settled: UInt64?

  /// How many bytes of pages all windows hold at most, as long as they need not be smaller than the
  /// fewest pages.
  package static let memory = 64 << 20
  private static let fewestPages = 16
  /// How many pages of a CPU a round takes at most; they stay in a core's cache until they are
  /// walked.
  package static let pagesPerRound = 64

  /// - Parameters:
  ///   - metadata: the formats of the events, and whatever else describes them.
  ///   - name: what messages call the stream.
  package init(
    _ buffers: [Buffer], metadata: TraceMetadata, named name: String
  ) throws(TraceFileError) {
    let count = buffers.reduce(0) { $0 + $1.cpus.count }
    var live: [TraceFile.LiveBuffer] = []
    for buffer in buffers {
      let capacity = max(
        Self.fewestPages, min(Self.memory / max(count, 1) / buffer.pageSize, 4 * Self.pagesPerRound)
      )
      live.append(
        TraceFile.LiveBuffer(
          name: buffer.name, clock: buffer.clock,
          cpus: buffer.cpus.map {
            ($0.cpu, PageWindow(pageSize: buffer.pageSize, capacity: capacity))
          }))
    }
    file = try TraceFile(live: metadata, buffers: live, named: name)
    var streams: [EventStream] = []
    for (number, (buffer, one)) in zip(file.buffers, zip(buffers, live)).enumerated() {
      for (data, (source, window)) in zip(buffer.cpus, zip(one.0.cpus, one.1.cpus)) {
        let pages = try PageIndex(data, of: buffer, in: file)
        streams.append(EventStream(pages: pages, buffer: number))
        feeds.append(Feed(source: source.source, window: window.pages, layout: pages.layout))
      }
    }
    self.streams = streams
  }

  /// What `poll` can wait for; negative numbers among them are passed over.
  package var descriptors: [Int32] { feeds.map(\.source.descriptor) }

  /// Whether the last round left pages unread, so that the next should not be waited for.
  package var isBehind: Bool { feeds.contains { !$0.isEmpty && !$0.hasEnded } }

  /// Whether the last round read pages.
  package private(set) var hasRead = false

  /// Closes the sources; what is in memory stays.
  package func close() { for feed in feeds { feed.source.close() } }

  /// Whether every source has said that there will be no more.
  package var hasEnded: Bool { feeds.allSatisfy(\.hasEnded) }

  /// How many bytes of pages are in memory.
  package var bytesHeld: Int { feeds.reduce(0) { $0 + $1.window.count * $1.window.pageSize } }

  /// Reads what is there.
  ///
  /// - Parameter isLast: nothing happens any more, so that a source which has nothing will not have
  ///   anything later.
  /// - Returns: the events that can be shown now, good until the next round.
  package func round(isLast: Bool = false) throws(SystemError) -> EventRange {
    var newest = settled
    hasRead = false
    for index in feeds.indices {
      // What a line owes to the one before may be on the page before.
      feeds[index].window.release(before: feeds[index].shown.page - 1)
      if try fill(index) {
        newest = max(newest ?? 0, feeds[index].latest)
        hasRead = true
      }
      if isLast, feeds[index].isEmpty { feeds[index].hasEnded = true }
    }
    var range = range(before: bound(includingLatest: false))
    if range.from == range.to, feeds.contains(where: \.window.isFull) {
      range = self.range(before: bound(includingLatest: true))
    }
    settled = newest
    for index in feeds.indices { feeds[index].shown = range.to[index] }
    return range
  }

  /// Reads one CPU's pages; whether there were any.
  private func fill(_ index: Int) throws(SystemError) -> Bool {
    let window = feeds[index].window
    let before = window.end
    let source = feeds[index].source
    feeds[index].isEmpty = false
    var arrival = PageArrival.page
    while !feeds[index].hasEnded, window.end - before < Self.pagesPerRound,
      try window.add({ (room) throws(SystemError) in
        arrival = try source.read(into: room)
        return arrival == .page
      })
    {}
    switch arrival {
    case .page: break
    case .nothing: feeds[index].isEmpty = true
    case .end: feeds[index].hasEnded = true
    }
    guard window.end > before else { return false }
    noteLatest(index)
    return true
  }

  /// Finds the time of the last event that was read.
  private func noteLatest(_ index: Int) {
    guard let page = feeds[index].window.page(at: feeds[index].window.end - 1),
      let start = page.baseAddress
    else { return }
    var cursor = RecordCursor(page: start, layout: feeds[index].layout)
    while cursor.next() != nil {}
    feeds[index].latest = max(feeds[index].latest, cursor.time)
  }

  /// The time before which all is known that happened; nil where nothing can come any more.
  ///
  /// - Parameter includingLatest: also hands on the last event read of a CPU that has more, though
  ///   others may have happened at the same time.
  private func bound(includingLatest: Bool) -> UInt64? {
    var bound: UInt64?
    for feed in feeds where !feed.hasEnded {
      let own: UInt64
      if feed.isEmpty {
        own = settled.map { $0 &+ 1 } ?? 0
      } else {
        own = includingLatest ? feed.latest &+ 1 : feed.latest
      }
      bound = min(bound ?? .max, own)
    }
    return bound
  }

  private func range(before bound: UInt64?) -> EventRange {
    let from = feeds.map(\.shown)
    let to = feeds.indices.map { index in
      let end = streams[index].end
      guard let bound, from[index] < end else { return end }
      return min(streams[index].position(ofTime: bound, notBefore: from[index]), end)
    }
    return EventRange(from: from, to: to)
  }
}
