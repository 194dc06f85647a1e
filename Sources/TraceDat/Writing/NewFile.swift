import ByteIO
import Glibc

/// A file that is written at one go, and gets its name when it is whole.
struct NewFile {
  let path: String
  let version: Int
  let compression: Compression
  let metadata: TraceMetadata
  let late: LateMetadata
  let buffers: [BufferLayout]

  /// Writes it; what was begun is removed where that fails.
  ///
  /// - Parameter fill: writes one CPU's pages into a region and tells how many bytes they take; it
  ///   gets the buffer's place in the list and the CPU.
  /// - Returns: how many bytes all pages take.
  func write(
    _ fill: (_ buffer: Int, _ cpu: Int, Region) throws(WritingError) -> Int64
  ) throws(WritingError) -> Int64 {
    do throws(WritingError) {
      return try writeUnnamed(fill)
    } catch {
      throw error.of(path)
    }
  }

  private func writeUnnamed(
    _ fill: (_ buffer: Int, _ cpu: Int, Region) throws(WritingError) -> Int64
  ) throws(WritingError) -> Int64 {
    let place = try ReplacedFile(path)
    var metadata = self.metadata
    // Version 6 has one size for all sub-buffers, and it is in the head.
    if version == 6, let size = buffers.first?.pageSize { metadata.pageSize = size }
    let writer = try TraceFileWriter(
      path: "\(place.path).\(getpid()).part", version: version, compression: compression,
      metadata: metadata, buffers: buffers, isNameless: true)
    do throws(WritingError) {
      var written: [[RegionContent]] = []
      for (index, buffer) in buffers.enumerated() {
        var contents: [RegionContent] = []
        for cpu in buffer.cpus {
          let region = try writer.region(buffer: index, cpu: cpu)
          contents.append(RegionContent(bytes: try fill(index, cpu, region)))
        }
        written.append(contents)
      }
      try writer.finish(written: written, late: late)
      try writer.rename(to: place)
      return written.joined().reduce(0) { $0 + $1.bytes }
    } catch {
      writer.abandon()
      throw error
    }
  }
}

extension Region {
  /// Writes bytes, `place` bytes behind the region's start.
  func write(
    _ bytes: UnsafeRawBufferPointer, at place: Int64, of path: String
  ) throws(WritingError) {
    guard let start = bytes.baseAddress else { return }
    guard place + Int64(bytes.count) <= capacity else {
      throw .unsupported(path: path, reason: "one CPU has more pages than fit here")
    }
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, start + done, bytes.count - done, off_t(offset + place) + done)
      if count < 0 {
        if errno == EINTR { continue }
        throw .write(path: path, cause: SystemError("pwrite"))
      }
      done += count
    }
  }
}
