import ByteIO
import RingBuffer

/// Fetches one CPU's pages for one walker.
///
/// Plain pages are read where they are mapped, and are there as long as the file is open. Packed ones
/// are read where their chunk was unpacked, which the reader holds until it goes to another: who
/// needs a page's bytes for longer keeps its `owner`.
final class PageReader {
  let index: PageIndex
  private var latest: (number: Int, chunk: UnpackedChunk)?
  /// The chunk that could not be unpacked, and why; the pages in it are lost.
  private(set) var problem: TraceFileError?

  /// What keeps the bytes of the last page in memory; nil where the file itself does.
  var owner: UnpackedChunk? { latest?.chunk }

  init(_ index: PageIndex) { self.index = index }

  /// A page's bytes; good until another page is asked for or the reader is gone.
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
    if each > 1, page % each == 0, let known = index.chunkNotes.time(of: page / each) {
      return known
    }
    return withExtendedLifetime(self) {
      self.page(at: page)?.baseAddress?.load(UInt64.self, at: 0, index.layout.order)
    }
  }

  private func unpack(_ number: Int, of chunks: [PageIndex.Chunk]) -> UnsafeRawPointer? {
    if latest?.number != number {
      guard let chunk = chunk(number, chunks[number]) else { return nil }
      latest = (number, chunk)
    }
    return latest.flatMap { UnsafeRawPointer($0.chunk.bytes.baseAddress) }
  }

  /// A chunk as somebody has unpacked it before, or unpacked now.
  private func chunk(_ number: Int, _ chunk: PageIndex.Chunk) -> UnpackedChunk? {
    let file = index.file
    if let known = file.unpacked.chunk(at: chunk.offset) { return known }
    if let known = index.chunkNotes.failure(of: number) {
      problem = known
      return nil
    }
    func failure(_ kind: TraceFileError.Kind) -> TraceFileError {
      file.error("packed pages of CPU \(index.cpu)", chunk.offset, kind)
    }
    var room = UnpackedChunk(count: chunk.unpacked, file.memory)
    if room == nil {
      file.unpacked.removeAll()
      room = UnpackedChunk(count: chunk.unpacked, file.memory)
    }
    guard let room else {
      problem = failure(.invalid(MemoryBudget.refusal(of: chunk.unpacked)))
      return nil
    }
    let packed = UnsafeRawBufferPointer(
      rebasing: file.mapped.bytes[chunk.offset..<chunk.offset + chunk.packed])
    do {
      try file.compression.decompress(packed, into: room.bytes)
    } catch {
      let found = failure(.compression(error))
      index.chunkNotes.note(found, of: number)
      problem = found
      return nil
    }
    if let start = room.bytes.baseAddress, chunk.unpacked >= 8 {
      index.chunkNotes.note(
        time: UnsafeRawPointer(start).load(UInt64.self, at: 0, index.layout.order), of: number)
    }
    file.unpacked.keep(room, at: chunk.offset)
    return room
  }
}
