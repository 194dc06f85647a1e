import ByteIO

/// Bytes on their way into an index file.
struct IndexFileSink {
  /// What it is written to; -1 for none: all stays in the buffer.
  let descriptor: Int32
  private(set) var buffer: [UInt8] = []
  /// How many bytes there were.
  private(set) var count = 0

  init(descriptor: Int32) { self.descriptor = descriptor }

  mutating func add<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
    count += MemoryLayout<Number>.size
  }

  /// A length, and the text.
  mutating func add(_ text: String) {
    add(UInt32(text.utf8.count))
    buffer.append(contentsOf: text.utf8)
    count += text.utf8.count
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try flush()
    if descriptor >= 0 { try writeAll(bytes, to: descriptor) }
    count += bytes.count
  }

  mutating func align(to size: Int) {
    while count % size != 0 { add(UInt8(0)) }
  }

  private static let limit = 1 << 20

  /// Writes what has come together, where that is much.
  mutating func flushIfFull() throws(SystemError) {
    if buffer.count > Self.limit { try flush() }
  }

  mutating func flush() throws(SystemError) {
    guard descriptor >= 0, !buffer.isEmpty else { return }
    try buffer.span.bytes.withUnsafeBytes { bytes throws(SystemError) in
      try writeAll(bytes, to: descriptor)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
