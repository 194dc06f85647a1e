/// Bytes that were expected and are not there.
public struct ByteCursorError: Error, Equatable, Sendable {
  /// Where reading stopped, in bytes from the start of the outermost cursor.
  public var offset: Int
  /// How many bytes were wanted; 0 when a terminating NUL was.
  public var needed: Int
  /// How many were left.
  public var available: Int

  public init(offset: Int, needed: Int, available: Int) {
    self.offset = offset
    self.needed = needed
    self.available = available
  }
}

/// A place in a run of bytes; every read is checked against what is left.
///
/// For headers, tables and other cold data. The loops that touch every event check a whole page
/// once and then read by `UnsafeRawPointer.load`.
public struct ByteCursor: ~Escapable {
  private let bytes: RawSpan
  private let base: Int
  private var position: Int

  /// How numbers of more than one byte are stored.
  public var order: ByteOrder

  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan, order: ByteOrder = .little, base: Int = 0) {
    self.bytes = bytes
    self.order = order
    self.base = base
    self.position = 0
  }

  /// The offset of the next byte from the start of the outermost cursor.
  public var offset: Int { base + position }

  /// How many bytes are left.
  public var remaining: Int { bytes.byteCount - position }

  public var isAtEnd: Bool { remaining == 0 }

  /// Moves to an offset of the outermost cursor.
  @_lifetime(self: copy self)
  public mutating func seek(to offset: Int) throws(ByteCursorError) {
    let target = offset.subtractingReportingOverflow(base)
    guard !target.overflow, target.partialValue >= 0, target.partialValue <= bytes.byteCount else {
      throw ByteCursorError(offset: offset, needed: 1, available: 0)
    }
    position = target.partialValue
  }

  @_lifetime(self: copy self)
  public mutating func skip(_ count: Int) throws(ByteCursorError) {
    try check(count)
    position += count
  }

  @_lifetime(self: copy self)
  public mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type
  ) throws(ByteCursorError) -> T {
    let size = MemoryLayout<T>.size
    try check(size)
    let raw = bytes.unsafeLoadUnaligned(fromByteOffset: position, as: T.self)
    position += size
    return order == .little ? T(littleEndian: raw) : T(bigEndian: raw)
  }

  /// The next `count` bytes as a cursor of their own that goes on counting offsets.
  @_lifetime(copy self)
  public mutating func slice(_ count: Int) throws(ByteCursorError) -> ByteCursor {
    let start = offset
    return ByteCursor(try take(count), order: order, base: start)
  }

  /// The next `count` bytes.
  @_lifetime(copy self)
  public mutating func take(_ count: Int) throws(ByteCursorError) -> RawSpan {
    try check(count)
    let part = bytes.extracting(position..<position + count)
    position += count
    return part
  }

  /// The bytes up to the next NUL, which is passed over.
  @_lifetime(copy self)
  public mutating func takeString() throws(ByteCursorError) -> RawSpan {
    var end = position
    while end < bytes.byteCount {
      if bytes.unsafeLoad(fromByteOffset: end, as: UInt8.self) == 0 {
        let part = bytes.extracting(position..<end)
        position = end + 1
        return part
      }
      end += 1
    }
    throw ByteCursorError(offset: offset, needed: 0, available: remaining)
  }

  @_lifetime(self: copy self)
  public mutating func readString() throws(ByteCursorError) -> String {
    String(bytes: try takeString())
  }

  private func check(_ count: Int) throws(ByteCursorError) {
    guard count >= 0, count <= remaining else {
      throw ByteCursorError(offset: offset, needed: count, available: remaining)
    }
  }
}

extension String {
  /// Text from bytes; what is not UTF-8 becomes U+FFFD.
  public init(bytes: RawSpan) {
    self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
