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
  private var cutOff: UnsafeMutableRawBufferPointer?
  /// The chunk that could not be unpacked, and why; the pages in it are lost.
  private(set) var problem: TraceFileError?

  private struct Slot {
    var chunk = -1
    var bytes: UnsafeMutableRawBufferPointer?
  }

  init(_ index: PageIndex) { self.index = index }

  deinit {
    for slot in slots { slot.bytes?.deallocate() }
    cutOff?.deallocate()
  }

  /// The first byte of a page; good until the page after the next chunk's is asked for.
  ///
  /// Nil where it cannot be unpacked: `problem` then says why.
  func page(at page: Int) -> UnsafeRawPointer? {
    guard page >= 0, page < index.count else { return nil }
    let size = index.layout.pageSize
    switch index.storage {
    case .plain(let offset, let stored):
      guard let start = index.file.mapped.bytes.baseAddress else { return nil }
      if (page + 1) * size <= stored { return start + offset + page * size }
      return completed(start + offset + page * size, count: stored - page * size)
    case .packed(let chunks, let each):
      guard let bytes = unpack(page / each, of: chunks) else { return nil }
      return bytes + page % each * size
    }
  }

  /// The time at the head of a page.
  func time(ofPage page: Int) -> UInt64? {
    self.page(at: page)?.load(UInt64.self, at: 0, index.layout.order)
  }

  /// The last page of a file that was cut off, with zeros for what is missing.
  private func completed(_ start: UnsafeRawPointer, count: Int) -> UnsafeRawPointer {
    if let cutOff { return UnsafeRawPointer(cutOff.baseAddress.unsafelyUnwrapped) }
    let whole = UnsafeMutableRawBufferPointer.allocate(
      byteCount: index.layout.pageSize, alignment: 16)
    whole.initializeMemory(as: UInt8.self, repeating: 0)
    whole.copyMemory(from: UnsafeRawBufferPointer(start: start, count: count))
    cutOff = whole
    return UnsafeRawPointer(whole.baseAddress.unsafelyUnwrapped)  // a page has bytes
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
      slots[latest].bytes = .allocate(byteCount: chunks[0].unpacked, alignment: 16)
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
    return UnsafeRawPointer(start)
  }
}
