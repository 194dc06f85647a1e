import ByteIO
import Glibc
import Reports
import TraceDat

/// What an index belongs to: these recordings as they are now, laid out this way.
struct IndexFileKey: Equatable {
  let bytes: [UInt8]

  /// - Parameters:
  ///   - files: in the order in which they were opened.
  ///   - layout: whatever else the index depends on.
  ///
  /// Nil where a file cannot be looked at, is not what was opened, or has no end yet.
  init?(_ files: [TraceFile], _ streams: [EventStream], layout: [Int64]) {
    var sink = IndexFileSink(descriptor: -1)
    sink.add(Int64(files.count))
    for file in files {
      guard !file.isUnfinished, !file.isBeingFinished, Self.add(file, to: &sink) else { return nil }
    }
    sink.add(Int64(streams.count))
    for stream in streams {
      sink.add(Int64(stream.buffer))
      sink.add(Int64(stream.cpu))
      sink.add(Int64(stream.pages.count))
      for part in [
        stream.clock.multiplier, stream.clock.shift, stream.clock.divisor, stream.clock.offset,
      ] { sink.add(part) }
    }
    for value in layout { sink.add(value) }
    bytes = sink.buffer
  }

  /// How much of a file's beginning and of its end is looked at.
  private static let look = 1 << 16

  private static func add(_ file: TraceFile, to sink: inout IndexFileSink) -> Bool {
    var status = stat()
    guard stat(file.path, &status) == 0, Int(status.st_size) == file.size else { return false }
    sink.add(Int64(status.st_size))
    sink.add(Int64(status.st_mtim.tv_sec))
    sink.add(Int64(status.st_mtim.tv_nsec))
    // One that was written over in no time, or has the times of another.
    guard let head = checksum(of: file.path, from: 0),
      let tail = checksum(of: file.path, from: max(0, file.size - look))
    else { return false }
    sink.add(head)
    sink.add(tail)
    // The trace's id is among them.
    var options: [UInt8] = []
    for option in file.options { options += option.data }
    sink.add(options.withUnsafeBytes { IndexFileHead.checksum($0) })
    return true
  }

  private static func checksum(of path: String, from offset: Int) -> UInt64? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: look)
    let count = pread(descriptor, &bytes, look, offset)
    guard count >= 0 else { return nil }
    return bytes[..<count].withUnsafeBytes { IndexFileHead.checksum($0) }
  }
}
