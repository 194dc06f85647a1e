import ByteIO
import Testing

@Suite struct ByteSinkTests {
  @Test(
    arguments: [
      0, 1, 9, 10, 99, 100, 101, 999, 1000, 9999, 10_000, 65_535, 123_456_789, UInt64.max,
    ] as [UInt64])
  func numbersArePrintedAsSwiftPrintsThem(value: UInt64) {
    var sink = ByteSink(capacity: 1)
    sink.append(decimal: value)
    sink.append(UInt8(ascii: " "))
    sink.append(hex: value)
    #expect(sink.text == "\(value) \(String(value, radix: 16))")
  }

  @Test func padding() {
    var sink = ByteSink()
    sink.append(decimal: 42, width: 5)
    sink.append(decimal: 7, width: 3, fill: UInt8(ascii: "0"))
    sink.append(hex: 0xab, width: 8)
    sink.append(hex: 0xcd, width: 20)
    sink.append(hex: 0xef, width: 4, fill: 0x20)
    sink.append(decimal: Int64.min)
    #expect(sink.text == "   42007000000ab000000000000000000cd  ef-9223372036854775808")
  }

  /// Some terminals take U+009B for the begin of a command.
  @Test func controlsAreNoBytesOfJSON() {
    var sink = ByteSink()
    Array("a\u{1b}[\u{9b}\u{7f}\u{a0}é\"".utf8).withUnsafeBytes { sink.append(json: $0) }
    #expect(sink.text == #"a\u001b[\u009b\u007f"# + "\u{a0}é\\\"")
  }

  @Test func growsAndKeepsWhatItHolds() {
    var sink = ByteSink(capacity: 1)
    for _ in 0..<1000 { sink.append("0123456789") }
    #expect(sink.count == 10_000)
    #expect(sink.text == String(repeating: "0123456789", count: 1000))
  }
}
