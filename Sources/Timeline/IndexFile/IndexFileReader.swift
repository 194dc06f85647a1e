import ByteIO
import Glibc

/// Takes an index out of a file: tables are read, entries stay where they are.
///
/// Nothing in the file is believed before it was checked: it may be of another recording, of
/// another kscope, cut off, damaged, or made to mislead.
struct IndexFileReader {
  let key: IndexFileKey
  let limits: IndexFileLimits

  /// - Throws: where the file is not there, or is not what is wanted.
  func read(_ path: String) throws -> TraceIndex.State {
    let file = try MappedFile(path: path)
    let bytes = file.bytes
    guard bytes.count >= IndexFileHead.size else { throw IndexFileMismatch() }
    let head = bytes.loadUnaligned(as: IndexFileHead.self)
    let wanted = IndexFileHead()
    guard head.magic == wanted.magic, head.version == wanted.version, head.sizes == wanted.sizes,
      head.fileSize == UInt64(bytes.count), let layout = Layout(head),
      head.checksum
        == IndexFileHead.checksum(
          UnsafeRawBufferPointer(rebasing: bytes[IndexFileHead.summedFrom...]))
    else { throw IndexFileMismatch() }
    var state = TraceIndex.State()
    let sizes = try readTables(
      UnsafeRawBufferPointer(rebasing: bytes[IndexFileHead.size..<layout.tablesEnd]), &state)
    state.blocks = try blocks(sizes, layout, file, rowCount: limits.cpuCount + state.tasks.count)
    guard levelsFit(state), file.firstLostByte == nil else { throw IndexFileMismatch() }
    return state
  }

  /// Where the parts of a file lie, in bytes.
  private struct Layout {
    let tablesEnd: Int
    let parts: Int
    let partCount: Int
    let entries: Int
    let entryCount: Int

    /// Nil where that is not as long as the file.
    init?(_ head: IndexFileHead) {
      let (size, most) = (Int(clamping: head.fileSize), UInt64(1) << 40)
      guard head.tablesSize <= most, head.partCount <= most, head.entryCount <= most else {
        return nil
      }
      func aligned(_ place: Int) -> Int { (place + 15) / 16 * 16 }
      (partCount, entryCount) = (Int(head.partCount), Int(head.entryCount))
      tablesEnd = IndexFileHead.size + Int(head.tablesSize)
      parts = aligned(tablesEnd)
      entries = aligned(parts + partCount * MemoryLayout<IndexBlock.Part>.stride)
      guard entries + entryCount * MemoryLayout<IndexEntry>.stride == size else { return nil }
    }
  }

  private func readTables(
    _ bytes: UnsafeRawBufferPointer, _ state: inout TraceIndex.State
  ) throws -> [[(parts: Int, entries: Int)]] {
    var cursor = ByteCursor(bytes.bytes)
    let length = Int(try cursor.read(UInt32.self))
    let found = try cursor.take(length)
    guard found.withUnsafeBytes({ $0.elementsEqual(key.bytes) }) else { throw IndexFileMismatch() }
    let sizes = try state.read(from: &cursor, limits)
    guard cursor.isAtEnd else { throw IndexFileMismatch() }
    return sizes
  }

  private func blocks(
    _ sizes: [[(parts: Int, entries: Int)]], _ layout: Layout, _ file: MappedFile, rowCount: Int
  ) throws -> [[IndexBlock]] {
    let all = sizes.joined()
    guard all.reduce(0, { $0 + $1.parts }) == layout.partCount,
      all.reduce(0, { $0 + $1.entries }) == layout.entryCount,
      let base = file.bytes.baseAddress
    else { throw IndexFileMismatch() }
    let parts = UnsafeBufferPointer(
      start: (base + layout.parts).assumingMemoryBound(to: IndexBlock.Part.self),
      count: layout.partCount)
    let entries = UnsafeBufferPointer(
      start: (base + layout.entries).assumingMemoryBound(to: IndexEntry.self),
      count: layout.entryCount)
    var (part, entry) = (0, 0)
    return try sizes.map { level in
      try level.map { size in
        defer {
          part += size.parts
          entry += size.entries
        }
        let own = UnsafeBufferPointer(rebasing: parts[part..<part + size.parts])
        let theirs = UnsafeBufferPointer(rebasing: entries[entry..<entry + size.entries])
        guard isSound(own, theirs, rowCount) else { throw IndexFileMismatch() }
        return IndexBlock(parts: own, entries: theirs, in: file)
      }
    }
  }

  /// Whether rows and buckets rise, and nothing points to a row that is not there.
  private func isSound(
    _ parts: UnsafeBufferPointer<IndexBlock.Part>, _ entries: UnsafeBufferPointer<IndexEntry>,
    _ rowCount: Int
  ) -> Bool {
    var (end, row) = (0, -1)
    for part in parts {
      guard Int(part.start) == end, Int(part.row) > row, Int(part.row) < rowCount,
        Int(part.count) <= entries.count - end
      else { return false }
      row = Int(part.row)
      let rows = row < limits.cpuCount ? limits.cpuCount..<rowCount : 0..<limits.cpuCount
      var bucket = -1
      for entry in entries[end..<end + Int(part.count)] {
        guard Int(entry.bucket) > bucket, entry.who == .max || rows.contains(Int(entry.who)) else {
          return false
        }
        bucket = Int(entry.bucket)
      }
      end += Int(part.count)
    }
    return end == entries.count
  }

  /// Whether each level has a block for so many of the level below it, down to one for each slice.
  private func levelsFit(_ state: TraceIndex.State) -> Bool {
    guard state.blocks.first?.count == state.slices.count else { return false }
    for (finer, coarser) in zip(state.blocks, state.blocks.dropFirst())
    where coarser.count != finer.count / TraceIndex.fold || coarser.isEmpty {
      return false
    }
    return (state.blocks.last?.count ?? 0) < TraceIndex.fold
  }
}
