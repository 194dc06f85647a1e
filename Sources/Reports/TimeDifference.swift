import ByteIO

/// The column of `--ts-diff`: how much later a line is than the one before, `(+74)`.
///
/// The difference of the times as they are shown, so that a reader's sums come out: microseconds,
/// nanoseconds where times have nine digits, a counter's own units where it does not count time.
struct TimeDifference {
  /// Whether the difference is shown in microseconds.
  let isMicroseconds: Bool
  private var last: UInt64?

  init(isMicroseconds: Bool) { self.isMicroseconds = isMicroseconds }

  /// What is shown fills so many letters at least.
  private static let width = 8
  /// How many bytes `write` may touch.
  static let room = 40

  mutating func write(
    _ time: UInt64, to target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    let shown = isMicroseconds ? (time &+ 500) / 1000 : time
    var end = target
    func put(_ byte: UInt8) {
      end.storeBytes(of: byte, as: UInt8.self)
      end += 1
    }
    put(UInt8(ascii: " "))
    if let last {
      let difference = Int64(bitPattern: shown &- last)
      put(UInt8(ascii: "("))
      put(difference < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      end += Digits.decimalCount(difference.magnitude)
      Digits.writeDecimal(difference.magnitude, endingAt: end)
      put(UInt8(ascii: ")"))
    }
    while end - target <= Self.width { put(UInt8(ascii: " ")) }
    last = shown
    return end
  }
}
