/// A few bytes of text that are kept by value: a task's name, a request's type.
///
/// Up to 16, without a NUL; what is longer is cut.
@frozen public struct ShortText: Hashable, BitwiseCopyable, Sendable {
  /// The first eight bytes and the others, the first of each lowest; zeros behind the text.
  @usableFromInline var low: UInt64 = 0
  @usableFromInline var high: UInt64 = 0

  public init(_ text: UnsafeRawBufferPointer) {
    var bytes: (UInt64, UInt64) = (0, 0)
    self = withUnsafeMutableBytes(of: &bytes) { bytes in
      bytes.copyBytes(from: text.prefix(16))
      return bytes.baseAddress.map { ShortText(readingAt: UnsafeRawPointer($0), count: 16) }
        ?? ShortText()
    }
  }

  /// No text.
  @inlinable public init() {}

  /// - Parameters:
  ///   - start: where 16 bytes can be read.
  ///   - count: how many of them may be the text's, up to its NUL.
  @inlinable @inline(__always)
  public init(readingAt start: UnsafeRawPointer, count: Int) {
    let first = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
    let last = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let kept = Self.text(of: first, count: count)
    low = first & kept
    // What ends in the first word has nothing in the other.
    high = kept == .max ? last & Self.text(of: last, count: count &- 8) : 0
  }

  /// All bits of the bytes of a word before the first that is 0, and of the first `count` at most.
  @inlinable @inline(__always)
  static func text(of word: UInt64, count: Int) -> UInt64 {
    // The lowest of these bits is the top one of the first byte that is 0.
    var ends = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    if count <= 0 { return 0 }
    if count < 8 { ends |= 0x80 &<< UInt64(8 &* count) }
    return ends == 0 ? .max : (ends & (0 &- ends)) &>> 7 &- 1
  }

  private var count: Int {
    let bits = high == 0 ? 64 - low.leadingZeroBitCount : 128 - high.leadingZeroBitCount
    return (bits + 7) / 8
  }

  public var bytes: [UInt8] { withBytes { Array($0) } }

  public func withBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T {
    withUnsafeBytes(of: (low.littleEndian, high.littleEndian)) {
      body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
    }
  }
}
