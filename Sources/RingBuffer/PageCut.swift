import ByteIO

/// Some of a page's events, as a page of their own.
///
/// The events are copied byte for byte. The page's time becomes that of the event before the first
/// one, since an event's header holds how long after its predecessor it happened. What was lost
/// before the page is told only where its first event is among them.
package struct PageCut: ~Copyable {
  private let layout: PageLayout
  private let target: UnsafeMutableRawBufferPointer

  /// - Parameter layout: of the page that is cut and of the one that is made.
  package init(_ layout: PageLayout) {
    self.layout = layout
    target = .allocate(byteCount: layout.pageSize, alignment: 16)
  }

  deinit { target.deallocate() }

  /// Makes a page of the events whose headers stand between two offsets of another one.
  ///
  /// - Parameters:
  ///   - page: the other page; no shorter than its header.
  ///   - from: where an event's header stands, or less than the first one's offset.
  ///   - to: where the event behind the last one begins, or more than the page has.
  /// - Returns: the page, good until the next one is made; nil where there are no such events.
  package mutating func make(
    of page: UnsafeRawBufferPointer, from: Int, to: Int
  ) -> UnsafeRawBufferPointer? {
    guard page.count >= layout.dataOffset, let start = page.baseAddress else { return nil }
    var cursor = RecordCursor(page: start, layout: layout, available: page.count)
    let end = min(cursor.end, to)
    let isFromStart = from <= cursor.position
    while cursor.position < from, cursor.next() != nil {}
    let first = cursor.position
    guard first < end else { return nil }
    let count = end - first
    let (order, long) = (layout.order, layout.longSize)
    var commit = UInt64(count)
    var lost: UInt64?
    if isFromStart {
      switch cursor.lost {
      case .none: break
      case .some(let events) where layout.dataOffset + count + long <= layout.pageSize:
        commit |= Commit.eventsLost | Commit.countStored
        lost = events
      case .some, .unknown: commit |= Commit.eventsLost
      }
    }
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: page[..<layout.dataOffset]))
    target.store(cursor.time, at: 0, width: 8, order)
    target.store(commit, at: layout.commitOffset, width: long, order)
    let data = UnsafeMutableRawBufferPointer(rebasing: target[layout.dataOffset...])
    data.copyMemory(from: UnsafeRawBufferPointer(rebasing: page[first..<end]))
    for place in count..<data.count { data[place] = 0 }
    if let lost { data.store(lost, at: count, width: long, order) }
    return UnsafeRawBufferPointer(target)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Stores the lower bytes of a number; the kernel's counts need not be aligned.
  fileprivate func store(_ value: UInt64, at offset: Int, width: Int, _ order: ByteOrder) {
    for place in 0..<width {
      let shift = order == .little ? place * 8 : (width - 1 - place) * 8
      self[offset + place] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
    }
  }
}
