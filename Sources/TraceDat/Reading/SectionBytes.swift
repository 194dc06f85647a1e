import ByteIO

/// Bytes of a file, wherever they are: mapped, or unpacked in memory.
package struct SectionBytes: @unchecked Sendable {
  private let owner: (any AnyObject & Sendable)?
  /// Good as long as `owner` lives.
  private let bytes: UnsafeRawBufferPointer
  /// Where they begin in the file, for messages; the section's begin where they were unpacked.
  let offset: Int

  package static let empty = SectionBytes(
    owner: nil, bytes: UnsafeRawBufferPointer(start: nil, count: 0), offset: 0)

  init(owner: (any AnyObject & Sendable)?, bytes: UnsafeRawBufferPointer, offset: Int) {
    self.owner = owner
    self.bytes = bytes
    self.offset = offset
  }

  init(copying array: [UInt8], offset: Int, memory: MemoryBudget) {
    let owned = OwnedBytes(array, memory)
    self.init(owner: owned, bytes: owned.bytes, offset: offset)
  }

  /// Lends the bytes; they are good as long as a copy of this value lives.
  package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(owner) { try body(bytes) }
  }

  /// A part of the bytes, which must lie in them.
  func slice(_ range: Range<Int>) -> SectionBytes {
    SectionBytes(
      owner: owner, bytes: UnsafeRawBufferPointer(rebasing: bytes[range]),
      offset: offset + range.lowerBound)
  }

  /// The text in a section that begins with its size, in `width` bytes.
  func text(sizedBy width: Int, in file: TraceFile) throws(TraceFileError) -> SectionBytes {
    guard let start = bytes.baseAddress else { return self }
    func missing(_ needed: Int, _ available: Int) -> TraceFileError {
      file.error(
        "text", offset,
        .truncated(ByteCursorError(offset: offset, needed: needed, available: available)))
    }
    guard bytes.count >= width else { throw missing(width, bytes.count) }
    let size =
      width == 4
      ? UInt64(start.load(UInt32.self, at: 0, file.order))
      : start.load(UInt64.self, at: 0, file.order)
    let count = Int(clamping: size)
    guard count <= bytes.count - width else { throw missing(count, bytes.count - width) }
    return SectionBytes(
      owner: owner, bytes: UnsafeRawBufferPointer(rebasing: bytes[width..<width + count]),
      offset: offset + width)
  }
}

/// Bytes of our own that several values look into.
private final class OwnedBytes: Sendable {
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
  private let memory: MemoryBudget

  /// Copies bytes that were taken out of a budget, which gets them back at the end.
  init(_ array: [UInt8], _ memory: MemoryBudget) {
    self.memory = memory
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: array.count, alignment: 16)
    copy.copyBytes(from: array)
    bytes = UnsafeRawBufferPointer(copy)
  }

  deinit {
    memory.give(bytes.count)
    bytes.deallocate()
  }
}
