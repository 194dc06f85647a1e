import Testing

@testable import Reports

@Suite struct TimeDifferenceTests {
  private func columns(_ times: [UInt64], microseconds: Bool) -> [String] {
    var difference = TimeDifference(isMicroseconds: microseconds)
    var room = [UInt8](repeating: 0, count: TimeDifference.room)
    return times.map { time in
      room.withUnsafeMutableBytes { bytes in
        guard let start = bytes.baseAddress else { return "" }
        let end = difference.write(time, to: start)
        return String(decoding: bytes[..<(end - start)], as: UTF8.self)
      }
    }
  }

  @Test func theFirstHasNone() {
    #expect(columns([5, 7], microseconds: false) == ["         ", " (+2)    "])
  }

  /// Of the times as they are shown: both are rounded first.
  @Test func microsecondsAreThoseThatAreShown() {
    #expect(
      columns([1499, 1500, 2499], microseconds: true).dropFirst() == [" (+1)    ", " (+0)    "])
  }

  @Test func timesMayRunBackwards() {
    #expect(columns([9000, 2000], microseconds: true)[1] == " (-7)    ")
    #expect(columns([0, .max], microseconds: false)[1] == " (-1)    ")
    #expect(columns([0, 1 << 62], microseconds: false)[1] == " (+4611686018427387904)")
  }
}
