import ByteIO
import RingBuffer

/// Fetches one CPU's pages for one walker.
///
/// Plain pages are read where they are mapped. Of packed ones the last two chunks are held, so that
/// the page before stays good while the next is looked at.
final class PageReader {
  let index: PageIndex
  private var latest: Slot?
  private var former: Slot?
  /// The chunk that could not be unpacked, and why; the pages in it are lost.
  private(set) var problem: TraceFileError?

  private struct Slot {
    var number: Int
    var chunk: UnpackedChunk
  }

  init(_ index: PageIndex) { self.index = index }

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
    if latest?.number != number {
      if former?.number == number {
        swap(&latest, &former)
      } else {
        guard let chunk = shared(number, chunks[number]) else { return nil }
        former = latest
        latest = Slot(number: number, chunk: chunk)
      }
    }
    return latest.flatMap { UnsafeRawPointer($0.chunk.bytes.baseAddress) }
  }

  /// A chunk as somebody has unpacked it before, or unpacked now.
  private func shared(_ number: Int, _ chunk: PageIndex.Chunk) -> UnpackedChunk? {
    let file = index.file
    if let known = file.unpacked.chunk(at: chunk.offset) { return known }
    func fail(_ kind: TraceFileError.Kind) -> UnpackedChunk? {
      problem = file.error("packed pages of CPU \(index.cpu)", chunk.offset, kind)
      return nil
    }
    var room = UnpackedChunk(count: chunk.unpacked, file.memory)
    if room == nil {
      file.unpacked.removeAll()
      room = UnpackedChunk(count: chunk.unpacked, file.memory)
    }
    guard let room else { return fail(.invalid(MemoryBudget.refusal(of: chunk.unpacked))) }
    let packed = UnsafeRawBufferPointer(
      rebasing: file.mapped.bytes[chunk.offset..<chunk.offset + chunk.packed])
    do {
      try file.compression.decompress(packed, into: room.bytes)
    } catch {
      return fail(.compression(error))
    }
    if let start = room.bytes.baseAddress, chunk.unpacked >= 8 {
      index.chunkTimes[number] = UnsafeRawPointer(start).load(
        UInt64.self, at: 0, index.layout.order)
    }
    file.unpacked.keep(room, at: chunk.offset)
    return room
  }
}
