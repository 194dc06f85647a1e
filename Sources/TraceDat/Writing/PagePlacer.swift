/// Pages that lie one after the other, in time order.
struct Segment {
  var file: OutputFile
  var offset: Int64
  /// Whole pages.
  var count: Int64
}

/// A way to bring the pages of all CPUs together, in order, once recording is over.
protocol PagePlacer {
  /// Puts a region's pages at or after `end`, at a multiple of the page size.
  ///
  /// Returns where they begin and how many bytes they take as they are stored.
  mutating func place(
    _ slot: RegionSlot, _ content: RegionContent, after end: Int64
  ) throws(WritingError) -> Range<Int64>

  /// Says where `count` bytes that follow all pages are to be written, at or after `end`.
  mutating func placeTail(after end: Int64) throws(WritingError) -> Int64
}

extension RegionSlot {
  /// The pages in time order: one segment, or two where a ring went round.
  func segments(_ content: RegionContent) -> [Segment] {
    guard let ring = content.ringCapacity, content.bytes > ring else {
      return [Segment(file: file, offset: offset, count: content.bytes.rounded(upTo: pageSize))]
    }
    let oldest = content.bytes.rounded(upTo: pageSize) % ring
    let segments = [
      Segment(file: file, offset: offset + oldest, count: ring - oldest),
      Segment(file: file, offset: offset, count: oldest),
    ]
    return segments.filter { $0.count > 0 }
  }

  /// The same as one segment; where a ring went round, its newer part is moved behind the older.
  func straightened(_ content: RegionContent) throws(WritingError) -> Segment {
    let parts = segments(content)
    guard parts.count == 2 else { return parts[0] }
    try RangeCopy.move(
      from: file, at: parts[1].offset, to: file, at: parts[0].offset + parts[0].count,
      count: parts[1].count)
    return Segment(
      file: file, offset: parts[0].offset, count: parts[0].count + parts[1].count)
  }
}

/// Takes the gaps between regions out of the file.
struct GapCloser: PagePlacer {
  let file: OutputFile
  /// The unit in which the file system takes ranges out.
  let unit: Int64
  /// What all regions' places are multiples of.
  let alignment: Int64
  let reserveOffset: Int64
  /// How many bytes were taken out so far.
  private var removed: Int64 = 0

  init(file: OutputFile, unit: Int64, alignment: Int64, reserveOffset: Int64) {
    self.file = file
    self.unit = unit
    self.alignment = alignment
    self.reserveOffset = reserveOffset
  }

  mutating func place(
    _ slot: RegionSlot, _ content: RegionContent, after end: Int64
  ) throws(WritingError) -> Range<Int64> {
    var current = slot
    current.offset -= removed
    let pages = try current.straightened(content)
    let start = close(upTo: pages.offset, after: end)
    return start..<start + pages.count
  }

  mutating func placeTail(after end: Int64) -> Int64 {
    close(upTo: reserveOffset - removed, after: end)
  }

  /// Brings what is at `current` down to `end` or close after it.
  private mutating func close(upTo current: Int64, after end: Int64) -> Int64 {
    let gapStart = end.rounded(upTo: unit)
    guard gapStart < current else { return current }
    // Only multiples of the alignment, so that what follows keeps its own.
    let gap = (current - gapStart).rounded(downTo: alignment)
    // A gap that stays is a hole: a reader goes over it.
    guard gap > 0, file.collapse(gapStart, gap) else { return current }
    removed += gap
    return current - gap
  }
}

/// Copies regions to where they belong.
struct RegionMover: PagePlacer {
  let file: OutputFile

  mutating func place(
    _ slot: RegionSlot, _ content: RegionContent, after end: Int64
  ) throws(WritingError) -> Range<Int64> {
    let start = end.rounded(upTo: slot.pageSize)
    var parts = slot.segments(content)
    let count = parts.reduce(0) { $0 + $1.count }
    if slot.file === file, slot.offset < start + count {
      parts = [try slot.straightened(content)]
    }
    var target = start
    for part in parts {
      try RangeCopy.move(
        from: part.file, at: part.offset, to: file, at: target, count: part.count)
      target += part.count
    }
    if slot.file !== file { slot.file.unlink() }
    return start..<target
  }

  mutating func placeTail(after end: Int64) -> Int64 { end }
}
