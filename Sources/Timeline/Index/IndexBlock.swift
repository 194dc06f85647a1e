/// What happened on all rows in a few neighbouring slices, by buckets of time.
final class IndexBlock: Sendable {
  /// The entries of one row.
  struct Part: BitwiseCopyable, Sendable {
    var row: UInt32
    var start: UInt32
    var count: UInt32
  }

  /// By row, rising.
  let parts: [Part]
  /// Of one row after the other, by bucket, rising.
  let entries: [IndexEntry]
  /// The first and the last bucket of all.
  let buckets: ClosedRange<UInt32>?

  init(parts: [Part], entries: [IndexEntry]) {
    self.parts = parts
    self.entries = entries
    var (low, high) = (UInt32.max, UInt32.min)
    for part in parts where part.count > 0 {
      low = min(low, entries[Int(part.start)].bucket)
      high = max(high, entries[Int(part.start + part.count) - 1].bucket)
    }
    buckets = low <= high ? low...high : nil
  }

  /// The entries of a row.
  func entries(of row: UInt32) -> ArraySlice<IndexEntry> {
    var (low, high) = (0, parts.count)
    while low < high {
      let middle = (low + high) / 2
      if parts[middle].row < row { low = middle + 1 } else { high = middle }
    }
    guard low < parts.count, parts[low].row == row else { return [] }
    let start = Int(parts[low].start)
    return entries[start..<start + Int(parts[low].count)]
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
