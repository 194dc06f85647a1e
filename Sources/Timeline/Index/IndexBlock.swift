import ByteIO

/// What happened on all rows in a few neighbouring slices, by buckets of time.
///
/// Its parts and entries are in memory of its own, or in a mapped index file.
final class IndexBlock: Sendable {
  /// The entries of one row.
  struct Part: BitwiseCopyable, Sendable {
    var row: UInt32
    var start: UInt32
    var count: UInt32
  }

  /// By row, rising.
  nonisolated(unsafe) let parts: UnsafeBufferPointer<Part>
  /// Of one row after the other, by bucket, rising.
  nonisolated(unsafe) let entries: UnsafeBufferPointer<IndexEntry>
  /// The first and the last bucket of all.
  let buckets: ClosedRange<UInt32>?
  /// Where parts and entries lie; nil for memory of its own.
  private let file: MappedFile?
  var isInFile: Bool { file != nil }

  init(parts: [Part], entries: [IndexEntry]) {
    self.parts = Self.copy(parts)
    self.entries = Self.copy(entries)
    file = nil
    buckets = Self.buckets(self.parts, self.entries)
  }

  /// - Parameter file: what parts and entries lie in; their places were checked.
  init(
    parts: UnsafeBufferPointer<Part>, entries: UnsafeBufferPointer<IndexEntry>, in file: MappedFile
  ) {
    self.parts = parts
    self.entries = entries
    self.file = file
    buckets = Self.buckets(parts, entries)
  }

  deinit {
    guard file == nil else { return }
    parts.deallocate()
    entries.deallocate()
  }

  private static func copy<Element: BitwiseCopyable>(
    _ list: [Element]
  ) -> UnsafeBufferPointer<Element> {
    let room = UnsafeMutableBufferPointer<Element>.allocate(capacity: list.count)
    _ = room.initialize(from: list)
    return UnsafeBufferPointer(room)
  }

  private static func buckets(
    _ parts: UnsafeBufferPointer<Part>, _ entries: UnsafeBufferPointer<IndexEntry>
  ) -> ClosedRange<UInt32>? {
    var (low, high) = (UInt32.max, UInt32.min)
    for part in parts where part.count > 0 {
      low = min(low, entries[Int(part.start)].bucket)
      high = max(high, entries[Int(part.start) + Int(part.count) - 1].bucket)
    }
    return low <= high ? low...high : nil
  }

  /// The entries of a row.
  func entries(of row: UInt32) -> Entries {
    let low = parts.partitioningIndex { $0.row >= row }
    guard low < parts.count, parts[low].row == row else {
      return Entries(block: self, places: 0..<0)
    }
    return entries(of: parts[low])
  }

  /// The entries of a part of this block. A file may have changed since it was checked.
  func entries(of part: Part) -> Entries {
    let start = min(Int(part.start), entries.count)
    return Entries(block: self, places: start..<min(start + Int(part.count), entries.count))
  }

  /// Entries of one row. They keep their block.
  struct Entries: RandomAccessCollection {
    fileprivate let block: IndexBlock
    fileprivate let places: Range<Int>

    var startIndex: Int { places.lowerBound }
    var endIndex: Int { places.upperBound }

    subscript(place: Int) -> IndexEntry {
      precondition(places.contains(place), "no such entry")
      return block.entries[place]
    }
  }

  /// Several blocks, one behind the other, as one of buckets that are eight times as wide.
  ///
  /// - Parameter width: of a bucket of these blocks, as a power of two ns.
  convenience init(folding blocks: [IndexBlock], width: Int) {
    var rows: [UInt32] = []
    for block in blocks { rows += block.parts.map(\.row) }
    rows.sort()
    var parts: [Part] = []
    var entries: [IndexEntry] = []
    // Times that would not fit are counted in larger units.
    let shift = UInt32(max(0, width + 3 - 31) - max(0, width - 31))
    var last: UInt32?
    for row in rows where row != last {
      last = row
      let start = entries.count
      for block in blocks {
        for entry in block.entries(of: row) {
          let bucket = entry.bucket >> 3
          if entries.count == start || entries[entries.count - 1].bucket != bucket {
            entries.append(IndexEntry(bucket: bucket))
          }
          entries[entries.count - 1].add(entry, shift: shift)
        }
      }
      // Slices add to buckets before them, where something ended that began there.
      SliceStitcher.merge(&entries, from: start)
      parts.append(
        Part(row: row, start: UInt32(start), count: UInt32(entries.count - start)))
    }
    self.init(parts: parts, entries: entries)
  }
}
