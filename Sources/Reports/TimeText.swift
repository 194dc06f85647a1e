import ByteIO

/// Writes the times of one worker's lines, in the shape of a `TimeColumn`.
///
/// Neighbouring events happen in the same second: its digits are kept, and only the fraction is
/// made anew.
struct TimeText: ~Copyable {
  private let column: TimeColumn
  /// What is added before the fraction is cut to the shown digits.
  private let rounding: UInt64
  /// The second whose digits are kept, as rounded time in ns.
  private var second: UInt64
  /// ` 12345.` of that second.
  private var digits: PaddedText

  /// How many bytes `write` may touch.
  static let room = 64

  init(_ column: TimeColumn) {
    self.column = column
    rounding = column == .microseconds ? 500 : 0
    second = 0
    digits = Self.digits(ofSecond: 0)
  }

  deinit { digits.deallocate() }

  /// Writes the column, its colon included, and tells where it ends.
  @inline(__always) mutating func write(
    _ time: UInt64, to target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    if column == .raw { return writeRaw(time, to: target) }
    let rounded = time &+ rounding
    if _slowPath(rounded &- second >= 1_000_000_000) { enterSecond(rounded) }
    let fraction = UInt32(truncatingIfNeeded: rounded &- second)
    var end = digits.copy(to: target)
    let thousandths = fraction / 1000
    Digits.writeSix(thousandths, to: end)
    end += 6
    if column == .nanoseconds {
      Digits.writeThree(fraction &- thousandths &* 1000, to: end)
      end += 3
    }
    end.storeBytes(of: UInt8(ascii: ":"), as: UInt8.self)
    return end + 1
  }

  @inline(never) private mutating func enterSecond(_ rounded: UInt64) {
    second = rounded / 1_000_000_000 &* 1_000_000_000
    digits.deallocate()
    digits = Self.digits(ofSecond: rounded / 1_000_000_000)
  }

  private static func digits(ofSecond second: UInt64) -> PaddedText {
    var text = ByteSink(capacity: 64)
    text.append(" ")
    text.append(decimal: second, width: 5)
    text.append(".")
    return PaddedText(copying: text.bytes)
  }

  /// `%12llu:`, for clocks that do not count time.
  private func writeRaw(
    _ time: UInt64, to target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    let count = Digits.decimalCount(time)
    let end = target + max(count, 12)
    target.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: " "), count: max(count, 12))
    Digits.writeDecimal(time, endingAt: end)
    end.storeBytes(of: UInt8(ascii: ":"), as: UInt8.self)
    return end + 1
  }
}
