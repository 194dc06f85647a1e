import ByteIO
import Dispatch
import Glibc

/// Compresses regions, ten pages at a time, to where they belong.
///
/// A compressed CPU is a count of chunks and the chunks, each after its size packed and unpacked
/// (trace-cmd.dat.v7(5), "FLYRECORD").
struct ChunkPacker: PagePlacer {
  static let pagesPerChunk: Int64 = 10
  private static let largestBatch: Int64 = 32 << 20

  let file: OutputFile
  let order: ByteOrder
  let compression: Compression

  mutating func place(
    _ slot: RegionSlot, _ content: RegionContent, after end: Int64
  ) throws(WritingError) -> Range<Int64> {
    let start = end.rounded(upTo: slot.pageSize)
    let source = SegmentReader(slot.segments(content))
    let chunk = Self.pagesPerChunk * slot.pageSize
    let chunks = (source.count + chunk - 1) / chunk
    var head = ByteSink()
    head.append(number: UInt32(truncatingIfNeeded: chunks), order)
    try file.write(head, at: start)

    let workers = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let batch = max(1, min(Int64(workers) * 8, Self.largestBatch / chunk, chunks))
    let packing = try Packing(
      compression, file: file, chunk: Int(chunk), batch: Int(batch), workers: workers)
    var target = start + 4
    var done: Int64 = 0
    while done < source.count {
      let count = min(batch * chunk, source.count - done)
      try source.read(into: packing.input(Int(count)), at: done)
      let packed = try packing.pack(Int(count), order: order)
      guard source.isClear(ofFirst: target + Int64(packed.count), in: file, from: done + count)
      else {
        throw .unsupported(path: file.path, reason: "its compressed form needs more room")
      }
      // Read already, so its blocks can make room for the write.
      source.release(done, count)
      try file.write(packed, at: target)
      target += Int64(packed.count)
      done += count
    }
    if slot.file !== file { slot.file.unlink() }
    return start..<target
  }

  mutating func placeTail(after end: Int64) -> Int64 { end }
}

/// Segments read as one.
private struct SegmentReader {
  let segments: [Segment]
  let count: Int64

  init(_ segments: [Segment]) {
    self.segments = segments
    count = segments.reduce(0) { $0 + $1.count }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(WritingError) {
    var filled = 0
    for piece in pieces(offset, Int64(buffer.count)) {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + Int(piece.count)])
      try piece.file.read(into: part, at: piece.offset)
      filled += part.count
    }
  }

  func release(_ offset: Int64, _ count: Int64) {
    for piece in pieces(offset, count) { piece.file.punch(piece.offset, piece.count) }
  }

  /// Whether the first `size` bytes of `file` hold nothing that is still to be read.
  func isClear(ofFirst size: Int64, in file: OutputFile, from offset: Int64) -> Bool {
    pieces(offset, count - offset).allSatisfy { $0.file !== file || $0.offset >= size }
  }

  private func pieces(_ offset: Int64, _ count: Int64) -> [Segment] {
    var skipped = offset
    var wanted = count
    var pieces: [Segment] = []
    for segment in segments {
      let start = min(skipped, segment.count)
      skipped -= start
      let length = min(wanted, segment.count - start)
      guard length > 0 else { continue }
      wanted -= length
      pieces.append(Segment(file: segment.file, offset: segment.offset + start, count: length))
    }
    return pieces
  }
}

/// The memory and the workers that pack one batch of chunks after another.
private final class Packing: @unchecked Sendable {
  private let compression: Compression
  private let path: String
  private let chunk: Int
  private let workers: Int
  private let unpacked: UnsafeMutableRawBufferPointer
  private let packed: UnsafeMutableRawBufferPointer
  private let bound: Int
  // Each worker writes the elements of its own chunks only.
  private let sizes: UnsafeMutableBufferPointer<Int>

  init(
    _ compression: Compression, file: OutputFile, chunk: Int, batch: Int, workers: Int
  ) throws(WritingError) {
    self.compression = compression
    path = file.path
    self.chunk = chunk
    self.workers = workers
    bound = compression.bound(chunk)
    unpacked = .allocate(byteCount: chunk * batch, alignment: 4096)
    packed = .allocate(byteCount: bound * batch, alignment: 64)
    sizes = .allocate(capacity: batch)
    sizes.initialize(repeating: 0)
  }

  deinit {
    unpacked.deallocate()
    packed.deallocate()
    sizes.deallocate()
  }

  /// Where the next batch, of `count` bytes, is to be read to.
  func input(_ count: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: unpacked[..<count])
  }

  /// Packs the batch; the result is what belongs in the file, sizes included.
  func pack(_ count: Int, order: ByteOrder) throws(WritingError) -> ByteSink {
    let chunks = (count + chunk - 1) / chunk
    DispatchQueue.concurrentPerform(iterations: min(workers, chunks)) { worker in
      packShare(of: worker, count: count, chunks: chunks)
    }
    var sink = ByteSink(capacity: sizes[..<chunks].reduce(0) { $0 + max($1, 0) + 8 })
    for index in 0..<chunks {
      guard sizes[index] >= 0 else {
        let cause = CompressionError(compression, "a chunk could not be packed: out of memory")
        throw .compress(path: path, cause: cause)
      }
      sink.append(number: UInt32(truncatingIfNeeded: sizes[index]), order)
      sink.append(number: UInt32(truncatingIfNeeded: length(of: index, in: count)), order)
      let start = index * bound
      sink.append(UnsafeRawBufferPointer(rebasing: packed[start..<start + sizes[index]]))
    }
    return sink
  }

  private func packShare(of worker: Int, count: Int, chunks: Int) {
    let compressor = try? Compressor(compression)
    for index in stride(from: worker, to: chunks, by: workers) {
      let start = index * chunk
      let source = UnsafeRawBufferPointer(
        rebasing: unpacked[start..<start + length(of: index, in: count)])
      let target = UnsafeMutableRawBufferPointer(
        rebasing: packed[index * bound..<(index + 1) * bound])
      sizes[index] = (try? compressor?.compress(source, into: target)) ?? -1
    }
  }

  private func length(of index: Int, in count: Int) -> Int { min(chunk, count - index * chunk) }
}
