import RingBuffer

/// Times at which a recording can be cut into slices of about equal work, one after the other.
///
/// Every slice holds, of every stream, the events from one time up to the next. Slices can be worked
/// on by themselves, and their results put one behind the other are those of the whole.
///
/// The times come from the heads of some of the pages; no event is decoded. Of a large recording a
/// few pages are looked at to begin with, which part it into sections; the others when their section
/// is reached, so that the first slice does not wait for a look at the whole file.
package struct SlicePlan: Sendable {
  /// About how many slices there will be.
  package let estimatedCount: Int

  private let streams: [EventStream]
  private let bytesPerSlice: Int
  private let end: [EventStream.Position]
  /// Where each stream's next section begins.
  private var position: [EventStream.Position]
  /// The times between sections, rising, the next one last.
  private var sections: [UInt64]
  /// The times between the slices of the present section, the next one last.
  private var pending: [UInt64] = []
  private var latest: UInt64?
  private var isAtEnd = false

  /// How many pages are looked at to find sections, at most.
  private static let sectionCount = 256
  /// How many slices a section has at least: each look at a packed file unpacks a chunk, which is
  /// long forgotten when its slice is printed.
  private static let slicesPerSection = 4
  /// Eight looks per slice make slices that differ by an eighth.
  private static let looksPerSlice = 8

  /// - Parameters:
  ///   - bytes: how many bytes of pages a slice should hold.
  ///   - range: what is to be cut; everything without it.
  package init(
    _ streams: [EventStream], bytesPerSlice bytes: Int, in range: EventRange? = nil
  ) {
    self.streams = streams
    bytesPerSlice = bytes
    position = range?.from ?? streams.map { _ in .start }
    end = range?.to ?? streams.map(\.end)
    var size = 0
    for (index, stream) in streams.enumerated() {
      size += max(end[index].page - position[index].page, 0) * stream.pages.layout.pageSize
    }
    estimatedCount = size / max(bytes, 1) + 1
    let spacing = max(size / Self.sectionCount, bytes * Self.slicesPerSection)
    let marks =
      size > spacing * 2
      ? Self.marks(streams, from: position, to: end, spacing: spacing) : []
    sections = Self.rising(marks.dropFirst()).reversed()
  }

  /// The time at which the next slice ends; nil where it is the last.
  package mutating func next() -> UInt64? {
    while true {
      if let time = pending.popLast() {
        latest = time
        return time
      }
      if isAtEnd { return nil }
      enterSection()
    }
  }

  private mutating func enterSection() {
    let boundary = sections.popLast()
    isAtEnd = boundary == nil
    let stop = streams.indices.map { index in
      boundary.map {
        min(streams[index].position(ofTime: $0, notBefore: position[index]), end[index])
      } ?? end[index]
    }
    let marks = Self.marks(
      streams, from: position, to: stop, spacing: max(bytesPerSlice / Self.looksPerSlice, 1))
    let half = Self.looksPerSlice / 2
    var times: [UInt64] = []
    for place in Swift.stride(
      from: Self.looksPerSlice, to: marks.count - half, by: Self.looksPerSlice)
    {
      times.append(marks[place])
    }
    if let boundary {
      while let last = times.last, last >= boundary { times.removeLast() }
      times.append(boundary)
    }
    let floor = latest ?? marks.first ?? 0
    pending = Self.rising(times.filter { $0 > floor }[...]).reversed()
    position = stop
  }

  /// The times of pages that lie so many bytes apart, of all streams, sorted.
  private static func marks(
    _ streams: [EventStream], from start: [EventStream.Position],
    to end: [EventStream.Position], spacing: Int
  ) -> [UInt64] {
    var marks: [UInt64] = []
    for (index, stream) in streams.enumerated() {
      let step = max(spacing / stream.pages.layout.pageSize, 1)
      let reader = PageReader(stream.pages)
      for page in Swift.stride(from: start[index].page, to: end[index].page, by: step) {
        if let time = reader.time(ofPage: page) { marks.append(stream.clock.corrected(time)) }
      }
    }
    return marks.sorted()
  }

  /// Those that are later than all before.
  private static func rising(_ times: ArraySlice<UInt64>) -> [UInt64] {
    var found: [UInt64] = []
    for time in times where found.last.map({ time > $0 }) ?? true { found.append(time) }
    return found
  }
}
