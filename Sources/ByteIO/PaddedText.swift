/// A text with readable bytes behind it, so that it can be copied without a call.
///
/// The constant parts of a report's lines are mostly shorter than 32 bytes. Two stores of fixed size
/// are then cheaper than asking how many bytes there are.
@frozen public struct PaddedText {
  public let start: UnsafeRawPointer
  public let count: Int

  /// How many readable bytes lie behind the text, and how many bytes beyond it a copy may write.
  @inlinable public static var padding: Int { 32 }

  /// Keeps a copy of the bytes; `deallocate` ends it.
  public init(copying bytes: UnsafeRawBufferPointer) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: bytes.count + Self.padding, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count + Self.padding)
    if let source = bytes.baseAddress, !bytes.isEmpty {
      memory.copyMemory(from: source, byteCount: bytes.count)
    }
    start = UnsafeRawPointer(memory)
    count = bytes.count
  }

  public func deallocate() { start.deallocate() }

  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// Copies the text; `target` has room for `count` and `padding` bytes.
  ///
  /// - Returns: where the copy ends.
  @inlinable @inline(__always)
  public func copy(to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    target.storeBytes(of: start.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
    (target + 16).storeBytes(
      of: start.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
    if _slowPath(count > 32) { target.copyMemory(from: start, byteCount: count) }
    return target + count
  }
}

extension ByteSink {
  /// Appends what a closure writes in place.
  ///
  /// - Parameters:
  ///   - most: how many bytes it may touch.
  ///   - write: gets the place of the first byte and returns that behind the last.
  @inlinable @inline(__always) public mutating func append(
    atMost most: Int, _ write: (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer
  ) {
    reserve(most)
    length = write(base + length) - base
  }
}
