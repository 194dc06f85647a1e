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
  @inlinable @inline(__always) public static func decimalCount(_ value: UInt64) -> Int {
    // 1233 / 4096 is a little more than log10(2): a digit too many where the power is not reached.
    let bits = 64 &- (value | 1).leadingZeroBitCount
    let guess = (bits &* 1233) &>> 12
    return guess &+ (value >= powers(guess) ? 1 : 0)
  }

  /// 10 to the power of 0…19; 0 counts as one digit.
  @inlinable @inline(__always) static func powers(_ exponent: Int) -> UInt64 {
    switch exponent {
    case 0: 0
    case 1: 10
    case 2: 100
    case 3: 1000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    case 8: 100_000_000
    case 9: 1_000_000_000
    case 10: 10_000_000_000
    case 11: 100_000_000_000
    case 12: 1_000_000_000_000
    case 13: 10_000_000_000_000
    case 14: 100_000_000_000_000
    case 15: 1_000_000_000_000_000
    case 16: 10_000_000_000_000_000
    case 17: 100_000_000_000_000_000
    case 18: 1_000_000_000_000_000_000
    default: 10_000_000_000_000_000_000
    }
  }

  /// The digits of a number below 100,000,000 as eight bytes, the first in the lowest, and how many
  /// there are; blanks behind them.
  ///
  /// All eight digits come out of three multiplications, so that short numbers, which rows are full
  /// of, need no loop and no table.
  ///
  /// - Parameter least: how many digits there are at least, from 1 to 8, zeros in front.
  @inlinable @inline(__always) public static func short(
    _ value: UInt32, least: Int = 1
  ) -> (text: UInt64, count: Int) {
    // Four and four digits, then four times two, then eight times one, each in a part of its own;
    // the multiplication by 2^k / 100 and 2^k / 10, rounded up, divides.
    let high = value / 10_000
    let fours = UInt64(high) | UInt64(value &- high &* 10_000) << 32
    let hundreds = (fours &* 5243) >> 19 & 0x0000_007f_0000_007f
    let twos = hundreds | (fours &- hundreds &* 100) << 16
    let tens = (twos &* 103) >> 10 & 0x000f_000f_000f_000f
    let ones = tens | (twos &- tens &* 10) << 8
    let zeros = min(ones.trailingZeroBitCount >> 3, 8 &- least)
    return (dropping(zeros, of: ones | 0x3030_3030_3030_3030), 8 &- zeros)
  }

  /// Eight bytes of text, the first in the lowest, without so many of the first, and blanks behind
  /// the others; at most seven.
  @inlinable @inline(__always) public static func dropping(_ count: Int, of text: UInt64) -> UInt64
  {
    let shift = UInt64(truncatingIfNeeded: count &* 8)
    return text &>> shift | ~(UInt64.max &>> shift) & 0x2020_2020_2020_2020
  }

  /// Writes exactly six digits, zeros in front; `value` is below a million.
  @inlinable @inline(__always) public static func writeSix(
    _ value: UInt32, to target: UnsafeMutableRawPointer
  ) {
    let table = UnsafeRawPointer(pairs.utf8Start)
    let high = value / 10_000
    let rest = value &- high &* 10_000
    let middle = rest / 100
    let low = rest &- middle &* 100
    target.storeBytes(
      of: table.loadUnaligned(fromByteOffset: Int(high) &* 2, as: UInt16.self), as: UInt16.self)
    (target + 2).storeBytes(
      of: table.loadUnaligned(fromByteOffset: Int(middle) &* 2, as: UInt16.self), as: UInt16.self)
    (target + 4).storeBytes(
      of: table.loadUnaligned(fromByteOffset: Int(low) &* 2, as: UInt16.self), as: UInt16.self)
  }

  /// Writes exactly three digits, zeros in front; `value` is below a thousand.
  @inlinable @inline(__always) public static func writeThree(
    _ value: UInt32, to target: UnsafeMutableRawPointer
  ) {
    let table = UnsafeRawPointer(pairs.utf8Start)
    let high = value / 100
    let rest = Int(value &- high &* 100)
    target.storeBytes(of: UInt8(truncatingIfNeeded: high) &+ 0x30, as: UInt8.self)
    (target + 1).storeBytes(
      of: table.loadUnaligned(fromByteOffset: rest &* 2, as: UInt16.self), as: UInt16.self)
  }

  /// Eight lowercase hexadecimal digits of 32 bits, the highest digit in the lowest byte.
  @inlinable @inline(__always) static func hexadecimal(_ value: UInt32) -> UInt64 {
    // The nibbles are spread to a byte each, all at once, then made letters.
    var spread = UInt64(value.byteSwapped)
    spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff
    spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff
    spread = (spread >> 4 | spread << 8) & 0x0f0f_0f0f_0f0f_0f0f
    let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
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
