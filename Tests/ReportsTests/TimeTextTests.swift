import ByteIO
import Testing

@testable import Reports

@Suite struct TimeTextTests {
  private func text(_ column: TimeColumn, _ times: [UInt64]) -> [String] {
    var writer = TimeText(column)
    return times.map { time in
      var sink = ByteSink(capacity: 128)
      sink.append(atMost: TimeText.room) { writer.write(time, to: $0) }
      return sink.text
    }
  }

  @Test func microsecondsAreRoundedAcrossSeconds() {
    #expect(
      text(
        .microseconds,
        [0, 499, 500, 999_999_499, 999_999_500, 77_334_465_123, 5, 1_790_000_000_000_000_000])
        == [
          "     0.000000:", "     0.000000:", "     0.000001:", "     0.999999:", "     1.000000:",
          "    77.334465:", "     0.000000:", " 1790000000.000000:",
        ])
  }

  @Test func nanosecondsAreWhole() {
    #expect(
      text(.nanoseconds, [0, 999_999_999, 1_000_000_000, 123_456_789_012])
        == [
          "     0.000000000:", "     0.999999999:", "     1.000000000:", "   123.456789012:",
        ])
  }

  @Test func otherClocksAreCounters() {
    #expect(
      text(.raw, [7, 123_456_789_012, UInt64.max])
        == ["           7:", "123456789012:", "18446744073709551615:"])
  }
}
