import RingBuffer

/// The events of one CPU of one buffer of one file: what a merge takes in.
package struct EventStream: Sendable {
  package var pages: PageIndex
  /// Which of the merged buffers it belongs to; the caller's own numbering.
  package var buffer: Int
  package var cpu: Int { pages.cpu }
  package var clock: ClockCorrection

  package init(pages: PageIndex, buffer: Int, clock: ClockCorrection = .none) {
    self.pages = pages
    self.buffer = buffer
    self.clock = clock
  }

  /// A place between two events.
  package struct Position: Equatable, Comparable, Sendable {
    package var page: Int
    /// The offset in the page of the next event's header; 0 stands for the page's start.
    package var offset: Int

    package init(page: Int, offset: Int) {
      self.page = page
      self.offset = offset
    }

    package static let start = Position(page: 0, offset: 0)

    package static func < (a: Position, b: Position) -> Bool {
      (a.page, a.offset) < (b.page, b.offset)
    }
  }

  package var end: Position { Position(page: pages.count, offset: 0) }

  /// The place of the first event at or after a (corrected) time, not before `floor`.
  ///
  /// Takes for granted that times do not run backwards; where a damaged file's do, the place is
  /// still one and the same for all who ask with the same arguments.
  package func position(ofTime time: UInt64, notBefore floor: Position) -> Position {
    let reader = PageReader(pages)
    defer { withExtendedLifetime(reader) {} }
    let each = pages.pagesPerChunk
    var (low, high) = bracket(time, from: floor.page, reader)
    // The last page that begins before the time: it may hold the first event that does not.
    while low + 1 < high {
      var middle = (low + high) / 2
      // The first page of a chunk, whose time may be known without unpacking it.
      let chunkStart = middle - middle % each
      if chunkStart > low { middle = chunkStart }
      // Where a page cannot be read, the next one that can tells on which side the time lies.
      var readable = middle
      var begins = reader.time(ofPage: readable)
      while begins == nil, readable < high {
        readable += each - readable % each
        if readable < high { begins = reader.time(ofPage: readable) }
      }
      if let begins, clock.corrected(begins) < time { low = readable } else { high = middle }
    }
    guard low < pages.count, let page = reader.page(at: low), let start = page.baseAddress else {
      return max(floor, Position(page: min(low, pages.count), offset: 0))
    }
    var cursor = RecordCursor(page: start, layout: pages.layout, available: page.count)
    var before = cursor.position
    while let record = cursor.next() {
      if clock.corrected(record.time) >= time {
        let atStart = before == pages.layout.dataOffset
        return max(floor, Position(page: low, offset: atStart ? 0 : before))
      }
      before = cursor.position
    }
    return max(floor, Position(page: low + 1, offset: 0))
  }

  /// Pages between which a time lies, by steps that double from a page that is before it or holds
  /// it. Most times that are asked for are near: a look far ahead would unpack a chunk for nothing.
  private func bracket(
    _ time: UInt64, from first: Int, _ reader: PageReader
  ) -> (low: Int, high: Int) {
    let each = pages.pagesPerChunk
    var low = first
    var step = each
    while low + step < pages.count {
      let page = (low + step) - (low + step) % each
      guard page > low, let begins = reader.time(ofPage: page) else { break }
      if clock.corrected(begins) >= time { return (low, page) }
      low = page
      step *= 2
    }
    return (low, pages.count)
  }
}

/// From a buffer's own time stamps to the times that are shown.
///
/// As `timestamp_calc` in trace-cmd: TSC cycles to nanoseconds first, then the offset.
package struct ClockCorrection: Equatable, Sendable {
  /// Multiplier of TSC2NSEC; 0 for none.
  package var multiplier: UInt64
  package var shift: UInt64
  /// What the product is divided by in place of the shift, where units a second were given; 0 for
  /// nothing.
  package var divisor: UInt64
  /// What is added, in the clock's unit; wraps around as the kernel's counters do.
  package var offset: UInt64

  package init(
    multiplier: UInt64 = 0, shift: UInt64 = 0, divisor: UInt64 = 0, offset: UInt64 = 0
  ) {
    self.multiplier = multiplier
    self.shift = shift
    self.divisor = divisor
    self.offset = offset
  }

  package static let none = ClockCorrection()

  @inline(__always) func corrected(_ time: UInt64) -> UInt64 {
    guard multiplier != 0 else { return time &+ offset }
    let (high, low) = time.multipliedFullWidth(by: multiplier)
    if divisor != 0 {
      return (high < divisor ? divisor.dividingFullWidth((high, low)).quotient : .max) &+ offset
    }
    return (shift == 0 ? low : low >> shift | high << (64 &- shift)) &+ offset
  }
}

extension EventStream {
  /// The times of the first and the last event, corrected; nil where there is none.
  ///
  /// Looks at the first and the last pages only.
  package func timeSpan() -> ClosedRange<UInt64>? {
    var ahead = EventCursor([self])
    guard let first = ahead.next()?.record.time else { return nil }
    for page in stride(from: pages.count - 1, through: 0, by: -1) {
      var cursor = EventCursor([self], from: [Position(page: page, offset: 0)])
      var last: UInt64?
      while let event = cursor.next() { last = event.record.time }
      if let last { return min(first, last)...max(first, last) }
    }
    return nil
  }
}
