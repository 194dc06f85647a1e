import Glibc

/// A growing run of bytes that text and binary output are appended to.
///
/// One line of a report costs about 60 ns here and about 1 µs by string interpolation, so everything
/// that is printed once per event goes through a sink. Every append makes room first; the
/// digits are written in place.
@frozen public struct ByteSink: ~Copyable, @unchecked Sendable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var capacity: Int

  @usableFromInline var length: Int

  /// How many bytes it holds.
  @inlinable public var count: Int { length }

  public init(capacity: Int = 1 << 16) {
    self.capacity = max(capacity, 64)
    base = .allocate(byteCount: self.capacity, alignment: 16)
    length = 0
  }

  deinit { base.deallocate() }

  /// What was appended since the start or the last `removeAll`; valid until the next append.
  @inlinable public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base, count: count)
  }

  /// The same as text; for tests and messages.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public mutating func removeAll() { length = 0 }

  /// Forgets everything after the first `shorter` bytes.
  public mutating func truncate(to shorter: Int) {
    precondition(shorter >= 0 && shorter <= length, "a sink can only be made shorter")
    length = shorter
  }

  /// Makes room for `extra` more bytes.
  @inlinable @inline(__always) public mutating func reserve(_ extra: Int) {
    if _slowPath(capacity &- count < extra) { grow(by: extra) }
  }

  @usableFromInline mutating func grow(by extra: Int) {
    let larger = max(capacity * 2, length + extra)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    moved.copyMemory(from: base, byteCount: length)
    base.deallocate()
    base = moved
    capacity = larger
  }

  // MARK: Bytes

  @inlinable @inline(__always) public mutating func append(_ byte: UInt8) {
    reserve(1)
    base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    length &+= 1
  }

  @inlinable @inline(__always) public mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inlinable @inline(__always) public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    (base + count).copyMemory(from: source, byteCount: bytes.count)
    length &+= bytes.count
  }

  public mutating func append(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// For text outside the loops over events.
  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  @inlinable @inline(__always) public mutating func append(
    repeating byte: UInt8, count times: Int
  ) {
    guard times > 0 else { return }
    reserve(times)
    (base + count).initializeMemory(as: UInt8.self, repeating: byte, count: times)
    length &+= times
  }

  /// The bytes, with blanks before them up to `width`.
  @inlinable public mutating func append(_ bytes: UnsafeRawBufferPointer, leftPaddedTo width: Int) {
    append(repeating: 0x20, count: width &- bytes.count)
    append(bytes)
  }

  // MARK: Numbers

  /// Decimal digits, with `fill` before them up to `width`.
  @inlinable public mutating func append(
    decimal value: UInt64, width: Int = 0, fill: UInt8 = 0x20
  ) {
    let digits = Digits.decimalCount(value)
    if _slowPath(width > digits) { append(repeating: fill, count: width &- digits) }
    reserve(digits)
    Digits.writeDecimal(value, endingAt: base + count + digits)
    length &+= digits
  }

  @inlinable public mutating func append(decimal value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude)
  }

  /// Lowercase hexadecimal digits, without a prefix, with `fill` before them up to `width`.
  @inlinable public mutating func append(hex value: UInt64, width: Int = 0, fill: UInt8 = 0x30) {
    var digits = (67 &- (value | 1).leadingZeroBitCount) &>> 2
    if _slowPath(width > digits) {
      if fill == 0x30, width <= 16 {
        digits = width
      } else {
        append(repeating: fill, count: width &- digits)
      }
    }
    reserve(16)
    let high = UInt128(Digits.hexadecimal(UInt32(truncatingIfNeeded: value >> 32)))
    let all = high | UInt128(Digits.hexadecimal(UInt32(truncatingIfNeeded: value))) << 64
    let shown = all >> UInt128((16 &- digits) &* 8)
    (base + length).storeBytes(of: shown.littleEndian, as: UInt128.self)
    length &+= digits
  }

  // MARK: Leaving

  /// Writes everything to a file descriptor and empties the sink.
  public mutating func write(to descriptor: Int32) throws(SystemError) {
    try writeAll(bytes, to: descriptor)
    length = 0
  }
}

/// Writes all bytes, in as many calls as it takes.
public func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
  guard let start = bytes.baseAddress else { return }
  var done = 0
  while done < bytes.count {
    let written = Glibc.write(descriptor, start + done, bytes.count - done)
    if written < 0 {
      if errno == EINTR { continue }
      throw SystemError("write")
    }
    done += written
  }
}
