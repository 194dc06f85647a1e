import ByteIO
package import RingBuffer

/// Where one CPU's pages are in a file, packed or not.
package final class PageIndex: Sendable {
  package let layout: PageLayout
  package let cpu: Int
  /// How many pages there are; a last one that the file cuts off counts, and so does every page of
  /// a window that there has been.
  package var count: Int {
    if case .window(let window) = storage { window.end } else { fixedCount }
  }
  private let fixedCount: Int
  /// What of the pages cannot be found.
  package let problems: [TraceFileError]

  /// The file that they are in.
  package var path: String { file.path }

  let file: TraceFile
  let storage: Storage
  let chunkNotes: ChunkNotes

  /// How many pages are unpacked together; 1 where they are not packed.
  var pagesPerChunk: Int {
    if case .packed(_, let each) = storage { max(each, 1) } else { 1 }
  }

  enum Storage: Sendable {
    /// Page behind page, from an offset on.
    ///
    /// They begin with the page number `first`; what stands before it comes behind the others.
    case plain(offset: Int, size: Int, first: Int)
    /// Pages in memory, which come and go.
    case window(PageWindow)
    /// Chunks of pages that were packed together.
    case packed([Chunk], pagesPerChunk: Int)
  }

  /// Some pages, packed together.
  struct Chunk: Sendable {
    /// Where the packed bytes are in the file.
    var offset: Int
    var packed: Int
    /// How many bytes they unpack to.
    var unpacked: Int
  }

  /// A chunk that claims to be larger is damaged: trace-cmd packs ten pages together.
  private static let chunkLimit = 1 << 26

  package init(
    _ data: TraceBuffer.CPUData, of buffer: TraceBuffer, in file: TraceFile
  ) throws(TraceFileError) {
    self.file = file
    cpu = data.cpu
    do {
      layout = try file.layout.with(pageSize: buffer.pageSize)
    } catch {
      throw file.error("buffer \"\(buffer.name)\"", data.offset, .invalid(error.what))
    }
    if let window = data.window {
      storage = .window(window)
      chunkNotes = ChunkNotes(count: 0)
      fixedCount = 0
      problems = []
      return
    }
    let pageSize = layout.pageSize
    guard file.compression != .none, !data.isRaw else {
      storage = .plain(offset: data.offset, size: data.size, first: data.firstPage)
      chunkNotes = ChunkNotes(count: 0)
      let rest = data.size % pageSize
      fixedCount = data.size / pageSize + (rest > layout.dataOffset ? 1 : 0)
      problems = []
      return
    }
    let (chunks, problem) = Self.chunks(of: data, pageSize: pageSize, in: file)
    let each = (chunks.first?.unpacked ?? 0) / pageSize
    storage = .packed(chunks, pagesPerChunk: each)
    chunkNotes = ChunkNotes(count: chunks.count)
    fixedCount = each == 0 ? 0 : each * (chunks.count - 1) + (chunks.last?.unpacked ?? 0) / pageSize
    problems = problem.map { [$0] } ?? []
  }

  /// Whether its first page is in front of all: not so in a ring that went round.
  package var isInOrder: Bool {
    if case .plain(_, _, let first) = storage { first == 0 } else { true }
  }

  /// Where a page stands among those of a ring; its number where nothing is in front of the first.
  @inline(__always) static func place(of page: Int, among count: Int, _ first: Int) -> Int {
    guard first != 0 else { return page }
    return page + first < count ? page + first : page + first - count
  }

  /// Reads the headers of the chunks: u32 count, then u32 packed size, u32 size, bytes each.
  private static func chunks(
    of data: TraceBuffer.CPUData, pageSize: Int, in file: TraceFile
  ) -> ([Chunk], TraceFileError?) {
    var chunks: [Chunk] = []
    // The table's size leaves out the count's four bytes (trace-cmd 3.1.6), so the file's end is
    // the bound.
    let bytes = UnsafeRawBufferPointer(rebasing: file.mapped.bytes[data.offset...])
    var cursor = ByteCursor(bytes.bytes, order: file.order, base: data.offset)
    func problem(_ kind: TraceFileError.Kind) -> TraceFileError {
      file.error("packed pages of CPU \(data.cpu)", data.offset, kind)
    }
    do throws(ByteCursorError) {
      let count = Int(try cursor.read(UInt32.self))
      for index in 0..<count {
        let packed = Int(try cursor.read(UInt32.self))
        let unpacked = Int(try cursor.read(UInt32.self))
        let chunk = Chunk(offset: cursor.offset, packed: packed, unpacked: unpacked)
        try cursor.skip(packed)
        let whole = chunks.first?.unpacked ?? unpacked
        guard unpacked > 0, unpacked <= chunkLimit, unpacked % pageSize == 0,
          unpacked <= file.compression.largestContent(of: packed), unpacked <= whole,
          unpacked == whole || index == count - 1
        else {
          return (
            chunks,
            problem(
              .invalid(
                "chunk \(index) of \(packed) bytes at offset \(chunk.offset) cannot hold "
                  + "\(unpacked) bytes of pages"))
          )
        }
        chunks.append(chunk)
      }
      return (chunks, nil)
    } catch {
      return (chunks, problem(.truncated(error)))
    }
  }

  /// Where a page is in the file; of a packed page, where its chunk is.
  package func fileOffset(ofPage page: Int) -> Int {
    switch storage {
    case .window: page * layout.pageSize
    case .plain(let offset, _, let first):
      offset + Self.place(of: page, among: count, first) * layout.pageSize
    case .packed(let chunks, let each): chunks[page / each].offset
    }
  }
}
