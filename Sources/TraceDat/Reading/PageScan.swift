import ByteIO
import Glibc
import RingBuffer

/// Every page of one CPU's part, looked at one by one, and what of its bytes is no page.
///
/// `PageRun` finds the end of the pages in a few looks, for who reads a file while it is written;
/// this one is for who has the last chance to read it.
struct PageScan {
  /// Where pages lie one behind the other, in bytes from the start of the file; the oldest first.
  private(set) var runs: [Range<Int>] = []
  /// The last page, where the file ends within it, and where its last whole event ends.
  private(set) var cutPage: (bytes: Range<Int>, end: Int)?
  /// What is left out.
  private(set) var lost: [LostBytes] = []

  private let bytes: UnsafeRawBufferPointer
  private let layout: PageLayout
  private var first: UInt64?
  private var last: UInt64 = 0
  /// Where the first page begins that is older than the one in front of it, and how many such
  /// places there are.
  private var descent = 0
  private var descents = 0
  /// Those that nothing came behind yet.
  private var zeros = 0..<0

  /// - Parameters:
  ///   - range: where the pages are in the file.
  ///   - hasSpareRoom: whether zeros behind the last page are only room for more.
  init(_ file: MappedFile, in range: Range<Int>, layout: PageLayout, hasSpareRoom: Bool) {
    bytes = file.bytes
    self.layout = layout
    let size = layout.pageSize
    let room = range.clamped(to: 0..<file.count)
    var place = room.lowerBound
    for stored in Self.stored(file, room, layout, hasSpareRoom) {
      // From the start of the page that the first stored byte is in.
      let start = room.lowerBound + (stored.lowerBound - room.lowerBound) / size * size
      if start > place { lose(place..<start, .zeros) }
      place = max(place, start)
      while place < stored.upperBound {
        let end = min(place + size, room.upperBound)
        if end - place == size { look(at: place..<end) } else { lookAtRest(place..<end) }
        place = end
      }
    }
    lose(place..<room.upperBound, .zeros)
    if !hasSpareRoom { note(zeros, .zeros) }
    if descents == 1, let first, last < first { turn() }
  }

  /// What of the range is more than a hole.
  private static func stored(
    _ file: MappedFile, _ room: Range<Int>, _ layout: PageLayout, _ hasSpareRoom: Bool
  ) -> [Range<Int>] {
    if let known = StoredRanges.of(file, in: room) { return known }
    // The spare room may be larger than any disk.
    guard hasSpareRoom else { return [room] }
    let pages = UnsafeRawBufferPointer(rebasing: file.bytes[room])
    let run = PageRun(in: pages, pageSize: layout.pageSize, layout.order)
    return [room.lowerBound..<room.lowerBound + run.count * layout.pageSize]
  }

  private mutating func look(at page: Range<Int>) {
    let content = UnsafeRawBufferPointer(rebasing: bytes[page])
    guard let start = content.baseAddress else { return }
    let head = PageHead(of: start, layout)
    guard head.time != 0, let end = head.end else {
      return lose(page, head.time == 0 && content.isZeros ? .zeros : .noPage)
    }
    if !UnsafeRawBufferPointer(rebasing: content[end...]).isZeros {
      lose(page.lowerBound + end..<page.upperBound, .behindEvents)
    }
    keep(page, at: head.time)
  }

  private mutating func keep(_ page: Range<Int>, at time: UInt64) {
    note(zeros, .zeros)
    zeros = 0..<0
    if first == nil { first = time }
    if time < last {
      if descents == 0 { descent = page.lowerBound }
      descents += 1
    }
    last = time
    if let run = runs.last, run.upperBound == page.lowerBound {
      runs[runs.count - 1] = run.lowerBound..<page.upperBound
    } else {
      runs.append(page)
    }
  }

  /// What is less than a page, at the end.
  private mutating func lookAtRest(_ rest: Range<Int>) {
    let content = UnsafeRawBufferPointer(rebasing: bytes[rest])
    guard !content.isZeros else { return lose(rest, .zeros) }
    note(zeros, .zeros)
    zeros = 0..<0
    guard rest.count > layout.dataOffset, let start = content.baseAddress else {
      return lose(rest, .cutPage)
    }
    let head = PageHead(of: start, layout)
    guard head.time != 0, let full = head.end else { return lose(rest, .noPage) }
    var cursor = RecordCursor(page: start, layout: layout, available: rest.count)
    var end = cursor.position
    while cursor.next() != nil { end = cursor.position }
    cutPage = (rest, end)
    if full > rest.count { lose(rest.lowerBound + end..<rest.upperBound, .cutPage) }
  }

  /// Puts the pages of a ring that went round in the order of their times.
  private mutating func turn() {
    var older: [Range<Int>] = []
    var newer: [Range<Int>] = []
    for run in runs {
      if run.lowerBound < descent { newer.append(run.clamped(to: 0..<descent)) }
      if run.upperBound > descent { older.append(run.clamped(to: descent..<Int.max)) }
    }
    runs = older + newer
  }

  private mutating func lose(_ range: Range<Int>, _ reason: LostBytes.Reason) {
    if reason == .zeros {
      guard !range.isEmpty else { return }
      zeros = zeros.isEmpty ? range : zeros.lowerBound..<range.upperBound
    } else {
      note(zeros, .zeros)
      zeros = 0..<0
      note(range, reason)
    }
  }

  private mutating func note(_ range: Range<Int>, _ reason: LostBytes.Reason) {
    guard !range.isEmpty else { return }
    if let index = lost.firstIndex(where: { $0.reason == reason }) {
      lost[index].add(range)
    } else {
      lost.append(LostBytes(range, reason))
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether nothing else is in it.
  var isZeros: Bool {
    guard let start = baseAddress, let first else { return true }
    return first == 0 && memcmp(start, start + 1, count - 1) == 0
  }
}
