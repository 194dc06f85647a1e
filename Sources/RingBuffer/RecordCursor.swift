public import ByteIO

/// One event as it lies in a page: where its fields start, and when it happened.
///
/// The pointer is good as long as the page is.
@frozen public struct Record {
  /// The first byte of the event's fields (`common_type`).
  public var payload: UnsafeRawPointer
  /// How many bytes there are: the event's size rounded up to four.
  public var length: Int
  /// The time in units of the trace's clock, before any correction.
  public var time: UInt64

  @inlinable public init(payload: UnsafeRawPointer, length: Int, time: UInt64) {
    self.payload = payload
    self.length = length
    self.time = time
  }

  @inlinable public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: payload, count: length)
  }
}

/// Walks the events of one page.
///
/// Every length is checked against what is left of the page. An event that does not fit ends the
/// page: `damage` then says where, and what came before stays good.
///
/// An event is a 32-bit header (5 bits type or length, 27 bits time delta) and its data:
///
///     0        the length in bytes (itself included) is in the next word, the data behind it
///     1…28     data of 4, 8, … 112 bytes
///     29       padding, or an event that was discarded after it had been reserved
///     30       time extend: the next word holds the delta's upper bits
///     31       absolute time: the next word holds the time's bits 27…58
///
/// Source: `events/header_event`, include/linux/ring_buffer.h, kernel/trace/ring_buffer.c.
@frozen public struct RecordCursor {
  @usableFromInline var page: UnsafeRawPointer
  @usableFromInline var offset: Int
  @usableFromInline var end: Int
  @usableFromInline var order: ByteOrder

  /// The time of the last event read, or the page's own before the first.
  @inlinable public var time: UInt64 { clock }
  @usableFromInline var clock: UInt64

  /// What was lost before the page's first event.
  public let lost: LostEvents

  /// The offset in the page at which it stopped making sense; nil for a sound page.
  @inlinable public var damage: Int? { broken < 0 ? nil : broken }
  @usableFromInline var broken: Int

  /// A cursor that is at its end.
  @inlinable public init() {
    page = UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped  // never read: there are no bytes
    offset = 0
    end = 0
    order = .little
    clock = 0
    lost = .none
    broken = -1
  }

  /// Starts at the first event of a page, which has `layout.pageSize` bytes at `page`.
  ///
  /// - Parameter available: how many bytes are there, where the file that the page is in was cut
  ///   off; not less than `layout.dataOffset`.
  public init(page: UnsafeRawPointer, layout: PageLayout, available: Int = .max) {
    self.page = page
    order = layout.order
    offset = layout.dataOffset
    clock = page.load(UInt64.self, at: 0, layout.order)
    broken = -1
    let commit =
      layout.longSize == 8
      ? page.load(UInt64.self, at: layout.commitOffset, layout.order)
      : UInt64(page.load(UInt32.self, at: layout.commitOffset, layout.order))
    let committed = Int(commit & Commit.lengthMask)
    let room = layout.pageSize - layout.dataOffset
    if committed > room {
      end = offset
      broken = layout.commitOffset
      lost = commit & Commit.eventsLost != 0 ? .unknown : .none
      return
    }
    end = offset + committed
    if end > available {
      end = available
      broken = available
      lost = commit & Commit.eventsLost != 0 ? .unknown : .none
      return
    }
    if commit & Commit.eventsLost == 0 {
      lost = .none
    } else if commit & Commit.countStored != 0,
      committed + layout.longSize <= min(room, available - offset)
    {
      lost = .some(
        layout.longSize == 8
          ? page.load(UInt64.self, at: end, order)
          : UInt64(page.load(UInt32.self, at: end, order)))
    } else {
      lost = .unknown
    }
  }

  /// The offset in the page of the next event's header.
  @inlinable public var position: Int { offset }

  /// The next event, or nil at the end of the page.
  ///
  /// Nearly every event is of the kinds that are read here; a call for each would cost more than the
  /// reading.
  @inlinable @inline(__always) public mutating func next() -> Record? {
    if offset &+ 4 <= end {
      let header = page.load(UInt32.self, at: offset, order)
      let kind = order == .little ? header & 31 : header >> 27
      if _fastPath(kind &- 1 < 28) {
        let length = Int(kind) &* 4
        if offset &+ 4 &+ length <= end {
          clock &+= UInt64(order == .little ? header >> 5 : header & 0x07ff_ffff)
          let record = Record(payload: page + (offset &+ 4), length: length, time: clock)
          offset &+= 4 &+ length
          return record
        }
      }
    }
    return nextOfAnyKind()
  }

  /// The same for every kind, and for the end of the page; what is read above can also stand behind
  /// a time extend, so it is read here once more.
  @usableFromInline @inline(never) mutating func nextOfAnyKind() -> Record? {
    while offset &+ 4 <= end {
      let header = page.load(UInt32.self, at: offset, order)
      let kind = order == .little ? header & 31 : header >> 27
      let delta = UInt64(order == .little ? header >> 5 : header & 0x07ff_ffff)
      if kind &- 1 < 28 {
        let length = Int(kind) &* 4
        guard offset &+ 4 &+ length <= end else { return stop() }
        clock &+= delta
        let record = Record(payload: page + (offset &+ 4), length: length, time: clock)
        offset &+= 4 &+ length
        return record
      }
      guard offset &+ 8 <= end else { return kind == 29 ? finish() : stop() }
      let word = page.load(UInt32.self, at: offset &+ 4, order)
      switch kind {
      case 0:
        let stored = Int(word)
        guard stored >= 4, stored <= end &- offset &- 4 else { return stop() }
        clock &+= delta
        let record = Record(payload: page + (offset &+ 8), length: stored &- 4, time: clock)
        // The last event's length need not be a multiple of four where the page ends.
        offset = min(offset &+ 4 &+ ((stored &+ 3) & ~3), end)
        return record
      case 29:
        // A delta of zero marks the unused rest of the page; its length word means nothing.
        let skip = Int(word)
        guard delta != 0, skip > 0, skip <= end &- offset &- 4 else { return finish() }
        clock &+= delta
        offset &+= 4 &+ skip
      case 30:
        clock &+= delta &+ UInt64(word) << 27
        offset &+= 8
      default:
        clock = Self.absolute(UInt64(word) << 27 | delta, after: clock)
        offset &+= 8
      }
    }
    return offset < end ? finish() : nil
  }

  /// Completes a 59-bit absolute time by the upper bits of the time before it.
  ///
  /// As the kernel's reader does (`rb_fix_abs_ts`): the lower bits may just have wrapped.
  private static func absolute(_ low: UInt64, after previous: UInt64) -> UInt64 {
    let upper = previous & ~(1 << 59 &- 1)
    guard upper != 0 else { return low }
    let time = low | upper
    return time < previous ? time &+ 1 << 59 : time
  }

  private mutating func stop() -> Record? {
    broken = offset
    offset = end
    return nil
  }

  private mutating func finish() -> Record? {
    offset = end
    return nil
  }
}

/// The parts of a page's commit word.
@usableFromInline enum Commit {
  /// How many bytes of events the page holds.
  static let lengthMask: UInt64 = 1 << 27 - 1
  /// Events were lost before this page (`RB_MISSED_EVENTS`).
  static let eventsLost: UInt64 = 1 << 31
  /// Their number stands behind the events (`RB_MISSED_STORED`).
  static let countStored: UInt64 = 1 << 30
}
