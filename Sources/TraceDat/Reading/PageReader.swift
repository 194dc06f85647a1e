import ByteIO
import RingBuffer

/// Fetches one CPU's pages for one walker.
///
/// Plain pages are read where they are mapped. A packed chunk is unpacked into one of two buffers,
/// so that the page before stays good while the next is looked at, and memory does not grow.
final class PageReader {
  let index: PageIndex
  private var slots: [Slot] = [Slot(), Slot()]
  private var latest = 0
  /// The chunk that could not be unpacked, and why; the pages in it are lost.
  private(set) var problem: TraceFileError?

  private struct Slot {
    var chunk = -1
    var bytes: UnsafeMutableRawBufferPointer?
  }

  init(_ index: PageIndex) { self.index = index }

  deinit {
    for slot in slots {
      guard let bytes = slot.bytes else { continue }
      bytes.deallocate()
      index.file.memory.give(bytes.count)
    }
  }

  /// A page's bytes; good until the page after the next chunk's is asked for.
  ///
  /// They are fewer than the layout says where the file was cut off in the page, but more than the
  /// page's header. Nil where it cannot be unpacked: `problem` then says why.
  func page(at page: Int) -> UnsafeRawBufferPointer? {
    guard page >= 0, page < index.count else { return nil }
    let size = index.layout.pageSize
    switch index.storage {
    case .window(let window): return window.page(at: page)
    case .plain(let offset, let stored, let first):
      guard let start = index.file.mapped.bytes.baseAddress else { return nil }
      let place = PageIndex.place(of: page, among: index.count, first) * size
      return UnsafeRawBufferPointer(
        start: start + offset + place, count: min(size, stored - place))
    case .packed(let chunks, let each):
      guard let bytes = unpack(page / each, of: chunks) else { return nil }
      return UnsafeRawBufferPointer(start: bytes + page % each * size, count: size)
    }
  }

  /// The time at the head of a page.
  func time(ofPage page: Int) -> UInt64? {
    let each = index.pagesPerChunk
    if each > 1, page % each == 0, let known = index.chunkTimes[page / each] { return known }
    return self.page(at: page)?.baseAddress?.load(UInt64.self, at: 0, index.layout.order)
  }

  private func unpack(_ number: Int, of chunks: [PageIndex.Chunk]) -> UnsafeRawPointer? {
    for slot in 0..<2 where slots[slot].chunk == number {
      latest = slot
      return slots[slot].bytes?.baseAddress.map { UnsafeRawPointer($0) }
    }
    let chunk = chunks[number]
    latest = 1 - latest
    slots[latest].chunk = -1
    if slots[latest].bytes == nil {
      let size = chunks[0].unpacked
      guard index.file.memory.take(size) else {
        problem = index.file.error(
          "packed pages of CPU \(index.cpu)", chunk.offset, .invalid(MemoryBudget.refusal(of: size))
        )
        return nil
      }
      slots[latest].bytes = .allocate(byteCount: size, alignment: 16)
    }
    guard let buffer = slots[latest].bytes, let start = buffer.baseAddress else { return nil }
    let file = index.file
    let packed = UnsafeRawBufferPointer(
      rebasing: file.mapped.bytes[chunk.offset..<chunk.offset + chunk.packed])
    do {
      try file.compression.decompress(
        packed, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<chunk.unpacked]))
    } catch {
      problem = file.error("packed pages of CPU \(index.cpu)", chunk.offset, .compression(error))
      return nil
    }
    slots[latest].chunk = number
    if chunk.unpacked >= 8 {
      index.chunkTimes[number] = UnsafeRawPointer(start).load(
        UInt64.self, at: 0, index.layout.order)
    }
    return UnsafeRawPointer(start)
  }
}
