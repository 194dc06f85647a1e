/// Decimal digits written straight into memory, two at a time.
public enum Digits {
  /// "00", "01", … "99", one after the other.
  @usableFromInline static let pairs: StaticString =
    """
    00010203040506070809\
    10111213141516171819\
    20212223242526272829\
    30313233343536373839\
    40414243444546474849\
    50515253545556575859\
    60616263646566676869\
    70717273747576777879\
    80818283848586878889\
    90919293949596979899
    """

  /// How many decimal digits a number has; 1 for zero.
  @inlinable public static func decimalCount(_ value: UInt64) -> Int {
    var digits = 1
    var rest = value
    while rest >= 10_000 {
      rest /= 10_000
      digits &+= 4
    }
    if rest >= 1000 { return digits &+ 3 }
    if rest >= 100 { return digits &+ 2 }
    if rest >= 10 { return digits &+ 1 }
    return digits
  }

  /// Writes the digits of `value` so that the last lies just before `end`.
  ///
  /// The caller has made room for `decimalCount(value)` bytes before `end`.
  @inlinable public static func writeDecimal(
    _ value: UInt64, endingAt end: UnsafeMutableRawPointer
  ) {
    let table = UnsafeRawPointer(pairs.utf8Start)
    var rest = value
    var at = end
    while rest >= 100 {
      let next = rest / 100
      let pair = Int(truncatingIfNeeded: rest &- next &* 100)
      at -= 2
      at.storeBytes(
        of: table.loadUnaligned(fromByteOffset: pair &* 2, as: UInt16.self), as: UInt16.self)
      rest = next
    }
    if rest >= 10 {
      at -= 2
      at.storeBytes(
        of: table.loadUnaligned(fromByteOffset: Int(rest) &* 2, as: UInt16.self), as: UInt16.self)
    } else {
      at -= 1
      at.storeBytes(of: UInt8(truncatingIfNeeded: rest) &+ 0x30, as: UInt8.self)
    }
  }
}
