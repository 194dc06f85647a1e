package import RingBuffer

/// Walks the events of several streams in the order of their times.
///
/// Of equal times, the stream that comes first in the list comes first. The events of one stream
/// keep their order even where their times do not rise.
///
/// A page is decoded at once, and what follows each other in one stream is handed out together, as a
/// run: CPUs are busy by turns, so the streams are compared once a run and not once an event.
package struct EventCursor: ~Copyable {
  /// An event and where it comes from; its bytes are good until the next is taken.
  package struct Event {
    /// The index of its stream.
    package var stream: Int
    /// In the order of the kernel's header and fields, with its time corrected.
    package var record: Record
    /// What was lost before it on its CPU.
    package var lost: LostEvents
  }

  /// Events of one stream with none of another between them; good until the next is taken.
  package struct Run {
    /// The index of its stream.
    package var stream: Int
    /// What was lost on this CPU before the first event; nothing was before the others.
    package var lost: LostEvents
    package var records: UnsafePointer<Record>
    /// At least one.
    package var count: Int
    /// Whether the first event is its page's first.
    package var startsPage: Bool
  }

  /// A page that does not make sense from some place on.
  package struct Damage: Sendable {
    package var stream: Int
    package var page: Int
    /// The offset in the page.
    package var offset: Int
    /// The time of the last event that was read of it, or of the page.
    package var time: UInt64
  }

  private let streams: [EventStream]
  private let states: UnsafeMutablePointer<StreamState>
  /// A binary heap of stream indices; the earliest event is that of the first.
  private let heap: UnsafeMutablePointer<Int>
  private var heapCount = 0
  /// Pages that broke off, in the order in which they were met; the first thousand.
  package private(set) var damages: [Damage] = []
  package private(set) var damageCount = 0
  /// Chunks that could not be unpacked.
  package private(set) var problems: [TraceFileError] = []

  /// One stream: its present page's events, and the next of them.
  private struct StreamState: ~Copyable {
    /// The time of the event at `index`.
    var time: UInt64 = 0
    /// The present page's events, from `index` up to `count` not yet taken.
    var records = DecodedPage()
    var index = 0
    var count = 0
    /// The events of the page before, which a run may still be made of.
    var former = DecodedPage()
    /// What was lost before the page's first event.
    var lost: LostEvents = .none
    /// Whether `records` begin with the page's first event.
    var isFromStart = false
    /// What was lost before the next page that is looked at, as far as it is known.
    var pendingLost: LostEvents = .none
    /// Where the present page's bytes are, and where in it its events were begun with.
    var pageStart: UnsafeRawPointer?
    var floor = 0
    /// The next page.
    var page: Int
    var stop: EventStream.Position
    var clock: ClockCorrection
    var reader: PageReader

    init(_ stream: EventStream, from start: EventStream.Position, to stop: EventStream.Position) {
      page = start.page
      self.stop = stop
      clock = stream.clock
      reader = PageReader(stream.pages)
    }
  }

  /// Walks from one place of every stream to another; without them, from start to end.
  package init(
    _ streams: [EventStream], from start: [EventStream.Position]? = nil,
    to stop: [EventStream.Position]? = nil
  ) {
    self.streams = streams
    states = .allocate(capacity: max(streams.count, 1))
    heap = .allocate(capacity: max(streams.count, 1))
    for (index, stream) in streams.enumerated() {
      let from = start?[index] ?? .start
      (states + index).initialize(
        to: StreamState(stream, from: from, to: stop?[index] ?? stream.end))
      if from.offset == 0, from.page > 0 {
        (states + index).pointee.pendingLost = lost(before: from.page, index)
      }
      if enterPage(index, from: from.offset) { push(index) }
    }
  }

  deinit {
    states.deinitialize(count: streams.count)
    states.deallocate()
    heap.deallocate()
  }

  /// The next event; nil at the end.
  package mutating func next() -> Event? {
    guard let event = peek else { return nil }
    let state = states + event.stream
    state.pointee.index &+= 1
    settle(event.stream)
    return event
  }

  /// The next events up to where another stream's turn comes; nil at the end.
  ///
  /// - Parameter limit: how many they may be; at least one.
  package mutating func nextRun(limit: Int = .max) -> Run? {
    guard heapCount > 0 else { return nil }
    let stream = heap[0]
    let state = states + stream
    let records = state.pointee.records.start
    let first = state.pointee.index
    var end = first &+ 1
    var count = state.pointee.count
    if limit < count &- first { count = first &+ limit }
    if heapCount == 1 {
      end = count
    } else {
      let rival = heapCount == 2 || isEarlier(heap[1], heap[2]) ? heap[1] : heap[2]
      let limit = states[rival].time
      if stream < rival {
        while end < count, records[end].time <= limit { end &+= 1 }
      } else {
        while end < count, records[end].time < limit { end &+= 1 }
      }
    }
    let run = Run(
      stream: stream, lost: first == 0 ? state.pointee.lost : .none,
      records: UnsafePointer(records + first), count: end &- first,
      startsPage: first == 0 && state.pointee.isFromStart)
    state.pointee.index = end
    settle(stream)
    return run
  }

  /// The event that `next` would give, left where it is.
  package var peek: Event? {
    guard heapCount > 0 else { return nil }
    let state = states + heap[0]
    let index = state.pointee.index
    return Event(
      stream: heap[0], record: state.pointee.records.start[index],
      lost: index == 0 ? state.pointee.lost : .none)
  }

  /// Whether something is known to be lost between the last event of a stream that was taken and the
  /// one behind it, be that where the walk ends.
  package func isBeforeLoss(_ stream: Int) -> Bool {
    let state = states + stream
    if state.pointee.index < state.pointee.count {
      return state.pointee.index == 0 && state.pointee.lost != .none
    }
    let stop = state.pointee.stop
    guard stop.offset == 0, stop.page < streams[stream].pages.count else { return false }
    if state.pointee.pendingLost != .none { return true }
    guard let page = state.pointee.reader.page(at: stop.page), let start = page.baseAddress else {
      return true
    }
    let pages = streams[stream].pages
    return RecordCursor(page: start, layout: pages.layout, available: page.count).lost != .none
  }

  /// The place before the event of a stream that would be taken next.
  package func position(ofStream index: Int) -> EventStream.Position {
    let state = states + index
    guard state.pointee.index < state.pointee.count, let start = state.pointee.pageStart else {
      return state.pointee.stop
    }
    let page = state.pointee.page - 1
    guard state.pointee.index > 0 else { return .init(page: page, offset: state.pointee.floor) }
    let before = state.pointee.records.start[state.pointee.index - 1]
    // An event takes up whole words.
    let end = before.payload - start + (before.length + 3) & ~3
    return .init(page: page, offset: end)
  }

  // MARK: One stream

  /// How many pages without events are looked through for a loss in front of them.
  private static let emptyPages = 256

  /// What was lost just before a page, as a walk that comes from the pages in front of it knows.
  private func lost(before page: Int, _ index: Int) -> LostEvents {
    // One of its own: a chunk that fails here is the problem of who walks over it.
    let reader = PageReader(streams[index].pages)
    defer { withExtendedLifetime(reader) {} }
    var lost = LostEvents.none
    for number in stride(from: page - 1, through: max(0, page - Self.emptyPages), by: -1) {
      guard let bytes = reader.page(at: number), let start = bytes.baseAddress else {
        return reader.problem == nil ? lost : .unknown
      }
      var cursor = RecordCursor(
        page: start, layout: streams[index].pages.layout, available: bytes.count)
      let hasEvents = cursor.next() != nil
      while cursor.next() != nil {}
      if cursor.damage != nil { return .unknown }
      if hasEvents { return lost }
      lost = cursor.lost.adding(lost)
    }
    return lost
  }

  /// Puts the earliest stream, of which something was taken, where it now belongs.
  @inline(__always) private mutating func settle(_ stream: Int) {
    let state = states + stream
    if state.pointee.index < state.pointee.count {
      state.pointee.time = state.pointee.records.start[state.pointee.index].time
    } else if !enterPage(stream) {
      heapCount -= 1
      if heapCount == 0 { return }
      heap[0] = heap[heapCount]
    }
    siftDown()
  }

  /// Decodes the next page that has an event; false at the stream's end.
  ///
  /// - Parameter offset: where in the page the first event's header may stand.
  private mutating func enterPage(_ index: Int, from offset: Int = 0) -> Bool {
    let state = states + index
    swap(&state.pointee.records, &state.pointee.former)
    var floor = offset
    let known = state.pointee.reader.problem
    let stop = state.pointee.stop
    while state.pointee.page < stop.page || (state.pointee.page == stop.page && stop.offset > 0) {
      let number = state.pointee.page
      state.pointee.page += 1
      guard let page = state.pointee.reader.page(at: number), let start = page.baseAddress else {
        if let problem = state.pointee.reader.problem, problem != known, problems.last != problem {
          problems.append(problem)
        }
        state.pointee.pendingLost = .unknown
        floor = 0
        continue
      }
      let cursor = RecordCursor(
        page: start, layout: streams[index].pages.layout, available: page.count)
      state.pointee.pageStart = start
      state.pointee.floor = floor
      state.pointee.records.owner = state.pointee.reader.owner
      decode(cursor, number, index, from: floor, to: number == stop.page ? stop.offset : Int.max)
      floor = 0
      if state.pointee.count > 0 { return true }
    }
    return false
  }

  /// Decodes the events of a page whose headers stand in a range of offsets.
  private mutating func decode(
    _ page: RecordCursor, _ number: Int, _ index: Int, from floor: Int, to ceiling: Int
  ) {
    let state = states + index
    var cursor = page
    var lost = state.pointee.pendingLost.adding(cursor.lost)
    while cursor.position < floor, cursor.next() != nil { lost = .none }
    let count = state.pointee.records.fill(from: &cursor, to: ceiling)
    let records = state.pointee.records.start
    if state.pointee.clock != .none {
      for place in 0..<count {
        records[place].time = state.pointee.clock.corrected(records[place].time)
      }
    }
    state.pointee.index = 0
    state.pointee.isFromStart = floor == 0
    state.pointee.count = count
    state.pointee.lost = lost
    state.pointee.time = count > 0 ? records[0].time : 0
    state.pointee.pendingLost = count > 0 ? .none : lost
    // Who goes no further than the ceiling leaves the damage behind it to the next.
    if ceiling == .max, let offset = cursor.damage { note(offset, in: number, cursor.time, index) }
  }

  private mutating func note(_ offset: Int, in page: Int, _ time: UInt64, _ index: Int) {
    states[index].pendingLost = .unknown
    damageCount += 1
    guard damages.count < 1000 else { return }
    damages.append(Damage(stream: index, page: page, offset: offset, time: time))
  }

  // MARK: The heap

  @inline(__always) private func isEarlier(_ a: Int, _ b: Int) -> Bool {
    let first = states[a].time
    let second = states[b].time
    return first < second || (first == second && a < b)
  }

  private mutating func push(_ index: Int) {
    var at = heapCount
    heapCount += 1
    heap[at] = index
    while at > 0 {
      let parent = (at - 1) / 2
      guard isEarlier(heap[at], heap[parent]) else { return }
      swap(&heap[at], &heap[parent])
      at = parent
    }
  }

  @inline(__always) private mutating func siftDown() {
    var at = 0
    let moving = heap[0]
    while true {
      var child = 2 &* at &+ 1
      guard child < heapCount else { break }
      if child &+ 1 < heapCount, isEarlier(heap[child &+ 1], heap[child]) { child &+= 1 }
      guard isEarlier(heap[child], moving) else { break }
      heap[at] = heap[child]
      at = child
    }
    heap[at] = moving
  }
}

/// Room for the events of one page, however many they are, which keeps the page's bytes.
private struct DecodedPage: ~Copyable {
  var owner: UnpackedChunk?
  private(set) var start: UnsafeMutablePointer<Record>
  private var capacity = 512

  init() { start = .allocate(capacity: capacity) }

  deinit { start.deallocate() }

  /// Takes in the events whose headers stand before an offset in the page; tells how many.
  mutating func fill(from cursor: inout RecordCursor, to ceiling: Int) -> Int {
    var walker = cursor
    var count = 0
    while walker.position < ceiling, let record = walker.next() {
      if _slowPath(count == capacity) { grow() }
      (start + count).initialize(to: record)
      count &+= 1
    }
    cursor = walker
    return count
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Record>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: start, count: capacity)
    start.deallocate()
    start = larger
    capacity *= 2
  }
}

extension LostEvents {
  /// Both losses taken together.
  package func adding(_ other: LostEvents) -> LostEvents {
    switch (self, other) {
    case (.none, _): other
    case (_, .none): self
    case (.some(let a), .some(let b)): .some(a &+ b)
    default: .unknown
    }
  }
}
