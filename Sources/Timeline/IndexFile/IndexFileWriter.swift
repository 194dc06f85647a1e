import ByteIO
import Glibc

/// Writes the index of a recording into a file.
struct IndexFileWriter {
  let key: IndexFileKey

  /// Writes a file under another name, and gives it its own when it is whole: whoever opens it
  /// meanwhile has the old one, or none.
  ///
  /// - Parameter mode: who may read it; as the recording, whose names of tasks it holds.
  func write(_ state: TraceIndex.State, to path: String, mode: mode_t) throws(SystemError) {
    let draft = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SystemError("open", path: draft) }
    defer { close(descriptor) }
    do throws(SystemError) {
      try write(state, to: descriptor, path: draft)
      // Not more than was asked for, whatever the process's mask is.
      fchmod(descriptor, mode & 0o666)
      guard rename(draft, path) == 0 else { throw SystemError("rename", path: path) }
    } catch {
      unlink(draft)
      throw error
    }
  }

  private func write(
    _ state: TraceIndex.State, to descriptor: Int32, path: String
  ) throws(SystemError) {
    var head = IndexFileHead()
    var sink = IndexFileSink(descriptor: descriptor)
    for _ in 0..<IndexFileHead.size { sink.add(UInt8(0)) }
    sink.add(UInt32(key.bytes.count))
    for byte in key.bytes { sink.add(byte) }
    try state.write(to: &sink)
    head.tablesSize = UInt64(sink.count - IndexFileHead.size)
    sink.align(to: 16)
    for block in state.blocks.joined() {
      try sink.add(UnsafeRawBufferPointer(block.parts))
      head.partCount += UInt64(block.parts.count)
    }
    sink.align(to: 16)
    for block in state.blocks.joined() {
      try sink.add(UnsafeRawBufferPointer(block.entries))
      head.entryCount += UInt64(block.entries.count)
    }
    try sink.flush()
    head.fileSize = UInt64(sink.count)
    try put(head, descriptor)
    // Summed up as it lies there, the head's numbers too.
    let mapped = try MappedFile(path: path)
    guard mapped.count == sink.count else { throw SystemError("write", path: path, code: EIO) }
    head.checksum = IndexFileHead.checksum(
      UnsafeRawBufferPointer(rebasing: mapped.bytes[IndexFileHead.summedFrom...]))
    withExtendedLifetime(mapped) {}
    try put(head, descriptor)
  }

  private func put(_ head: IndexFileHead, _ descriptor: Int32) throws(SystemError) {
    let written = withUnsafeBytes(of: head) { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard written == IndexFileHead.size else { throw SystemError("pwrite") }
  }
}
