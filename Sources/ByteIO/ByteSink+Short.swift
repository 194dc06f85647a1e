extension ByteSink {
  /// How many bytes beyond its end a source of `append(padded:count:)` must have.
  @inlinable public static var padding: Int { 16 }

  /// Appends bytes that lie in a buffer with `padding` readable bytes behind them.
  ///
  /// Constant pieces of a line are mostly shorter than 16 bytes; two stores are then
  /// cheaper than a call to copy memory.
  @inlinable @inline(__always)
  public mutating func append(padded source: UnsafeRawPointer, count extra: Int) {
    reserve(extra &+ 16)
    let target = base + length
    target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
    (target + 8).storeBytes(
      of: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self), as: UInt64.self)
    if _slowPath(extra > 16) { target.copyMemory(from: source, byteCount: extra) }
    length &+= extra
  }

  /// Appends decimal digits; the numbers of one to four digits that lines are full of go first.
  @inlinable @inline(__always)
  public mutating func append(shortDecimal value: UInt64) {
    if _slowPath(value >= 10_000) {
      append(decimal: value)
      return
    }
    reserve(8)
    let number = UInt32(truncatingIfNeeded: value)
    let target = base + length
    let table = UnsafeRawPointer(Digits.pairs.utf8Start)
    let high = number / 100
    let low = number &- high &* 100
    let pairs =
      UInt32(table.loadUnaligned(fromByteOffset: Int(high) &* 2, as: UInt16.self).littleEndian)
      | UInt32(table.loadUnaligned(fromByteOffset: Int(low) &* 2, as: UInt16.self).littleEndian)
      << 16
    let digits = number < 10 ? 1 : number < 100 ? 2 : number < 1000 ? 3 : 4
    let shown = (pairs &>> UInt32(truncatingIfNeeded: (4 &- digits) &* 8)).littleEndian
    target.storeBytes(of: shown, as: UInt32.self)
    length &+= digits
  }
}
