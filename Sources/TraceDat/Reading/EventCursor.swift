package import RingBuffer

/// Walks the events of several streams in the order of their times.
///
/// Of equal times, the stream that comes first in the list comes first. The events of one stream
/// keep their order even where their times do not rise.
package struct EventCursor: ~Copyable {
  /// An event and where it comes from; its bytes are good until two more were taken.
  package struct Event {
    /// The index of its stream.
    package var stream: Int
    /// In the order of the kernel's header and fields, with its time corrected.
    package var record: Record
    /// What was lost before it on its CPU.
    package var lost: LostEvents
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

  private struct StreamState {
    var cursor = RecordCursor()
    var record: Record
    var lost: LostEvents = .none
    var pendingLost: LostEvents = .none
    var page: Int
    var stop: EventStream.Position
    var clock: ClockCorrection
    var reader: PageReader
  }

  /// Walks from one place of every stream to another; without them, from start to end.
  package init(
    _ streams: [EventStream], from start: [EventStream.Position]? = nil,
    to stop: [EventStream.Position]? = nil
  ) {
    self.streams = streams
    states = .allocate(capacity: max(streams.count, 1))
    heap = .allocate(capacity: max(streams.count, 1))
    let nothing = Record(payload: UnsafeRawPointer(heap), length: 0, time: 0)
    for (index, stream) in streams.enumerated() {
      let from = start?[index] ?? .start
      (states + index).initialize(
        to: StreamState(
          record: nothing, page: from.page, stop: stop?[index] ?? stream.end, clock: stream.clock,
          reader: PageReader(stream.pages)))
      guard enterPage(index) else { continue }
      while states[index].page == from.page, states[index].cursor.position < from.offset {
        if states[index].cursor.next() == nil { break }
        states[index].pendingLost = .none
      }
      if advance(index) { push(index) }
    }
  }

  deinit {
    states.deinitialize(count: streams.count)
    states.deallocate()
    heap.deallocate()
  }

  /// The next event; nil at the end.
  package mutating func next() -> Event? {
    guard heapCount > 0 else { return nil }
    let stream = heap[0]
    let event = Event(
      stream: stream, record: states[stream].record, lost: states[stream].lost)
    if advance(stream) {
      siftDown()
    } else {
      heapCount -= 1
      if heapCount > 0 {
        heap[0] = heap[heapCount]
        siftDown()
      }
    }
    return event
  }

  /// The event that `next` would give, left where it is.
  package var peek: Event? {
    guard heapCount > 0 else { return nil }
    let stream = heap[0]
    return Event(stream: stream, record: states[stream].record, lost: states[stream].lost)
  }

  // MARK: One stream

  /// Steps to the next event of a stream; false at its end.
  @inline(__always) private mutating func advance(_ index: Int) -> Bool {
    let state = states + index
    while true {
      if state.pointee.page < state.pointee.stop.page
        || state.pointee.cursor.position < state.pointee.stop.offset
      {
        if let record = state.pointee.cursor.next() {
          state.pointee.record = record
          state.pointee.record.time = state.pointee.clock.corrected(record.time)
          state.pointee.lost = state.pointee.pendingLost
          state.pointee.pendingLost = .none
          return true
        }
      }
      noteDamage(index)
      state.pointee.page += 1
      guard enterPage(index) else { return false }
    }
  }

  /// Starts at the first event of the stream's present page, or of the next that can be read.
  private mutating func enterPage(_ index: Int) -> Bool {
    let state = states + index
    let known = state.pointee.reader.problem
    while state.pointee.page < state.pointee.stop.page
      || (state.pointee.page == state.pointee.stop.page && state.pointee.stop.offset > 0)
    {
      if let page = state.pointee.reader.page(at: state.pointee.page), let start = page.baseAddress
      {
        state.pointee.cursor = RecordCursor(
          page: start, layout: streams[index].pages.layout, available: page.count)
        state.pointee.pendingLost = state.pointee.pendingLost.adding(state.pointee.cursor.lost)
        return true
      }
      if let problem = state.pointee.reader.problem, problem != known, problems.last != problem {
        problems.append(problem)
      }
      state.pointee.pendingLost = .unknown
      state.pointee.page += 1
    }
    return false
  }

  private mutating func noteDamage(_ index: Int) {
    guard let offset = states[index].cursor.damage else { return }
    damageCount += 1
    guard damages.count < 1000 else { return }
    damages.append(
      Damage(
        stream: index, page: states[index].page, offset: offset, time: states[index].cursor.time))
    states[index].pendingLost = .unknown
  }

  // MARK: The heap

  @inline(__always) private func isEarlier(_ a: Int, _ b: Int) -> Bool {
    let first = states[a].record.time
    let second = states[b].record.time
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

extension LostEvents {
  /// Both losses taken together.
  func adding(_ other: LostEvents) -> LostEvents {
    switch (self, other) {
    case (.none, _): other
    case (_, .none): self
    case (.some(let a), .some(let b)): .some(a &+ b)
    default: .unknown
    }
  }
}
