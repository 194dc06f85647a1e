import ByteIO
import Testing

@Suite struct PaddedTextTests {
  @Test(arguments: [0, 1, 15, 16, 17, 31, 32, 33, 100])
  func copiesAllBytesAndTellsTheEnd(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
    let text = bytes.withUnsafeBytes { PaddedText(copying: $0) }
    defer { text.deallocate() }
    var sink = ByteSink(capacity: 64)
    sink.append("before ")
    sink.append(atMost: count + PaddedText.padding) { text.copy(to: $0) }
    sink.append(" after")
    #expect(Array(sink.bytes) == Array("before ".utf8) + bytes + Array(" after".utf8))
  }
}

@Suite struct DigitsTests {
  /// Every power of ten and its neighbours, where the number of digits changes.
  static let edges: [UInt64] =
    [0, 1, 9, UInt64.max]
    + (1...19).flatMap { exponent -> [UInt64] in
      let power = (0..<exponent).reduce(UInt64(1)) { value, _ in value * 10 }
      return [power - 1, power, power + 1]
    }

  @Test(arguments: edges) func decimal(_ value: UInt64) {
    var sink = ByteSink(capacity: 64)
    sink.append(decimal: value)
    #expect(sink.text == String(value))
    #expect(Digits.decimalCount(value) == String(value).count)
  }

  @Test(
    arguments: edges + (0..<64).flatMap { [1 << $0, 1 << $0 - 1, 0xfedc_ba98_7654_3210 >> $0] })
  func hexadecimal(_ value: UInt64) {
    var sink = ByteSink(capacity: 64)
    sink.append(hex: value)
    #expect(sink.text == String(value, radix: 16))
  }

  @Test(arguments: [0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 123_456, 999_999] as [UInt32])
  func sixDigits(_ value: UInt32) {
    var sink = ByteSink(capacity: 64)
    sink.append(atMost: 6) { target in
      Digits.writeSix(value, to: target)
      return target + 6
    }
    #expect(sink.text == String(String(1_000_000 + value).dropFirst()))
    sink.removeAll()
    sink.append(atMost: 3) { target in
      Digits.writeThree(value % 1000, to: target)
      return target + 3
    }
    #expect(sink.text == String(String(1000 + value % 1000).dropFirst()))
  }

  @Test(
    arguments: [
      0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, 100_000, 999_999, 1_000_000,
      9_999_999, 10_000_000, 12_345_678, 50_000_005, 99_999_999,
    ] as [UInt32])
  func shortNumbers(_ value: UInt32) {
    for least in 1...8 {
      let (text, count) = Digits.short(value, least: least)
      let plain = String(value)
      let digits = String(repeating: "0", count: max(0, least - plain.count)) + plain
      let shown = withUnsafeBytes(of: text.littleEndian) { String(decoding: $0, as: UTF8.self) }
      #expect(count == digits.count)
      #expect(shown == digits + String(repeating: " ", count: 8 - digits.count))
    }
  }

  @Test func everyFourDigits() {
    // All that its divisions by multiplication meet: each four digits, above and below.
    for value in 0..<UInt32(10_000) {
      let (text, _) = Digits.short(value &* 10_000 &+ (9_999 &- value), least: 8)
      let shown = withUnsafeBytes(of: text.littleEndian) { String(decoding: $0, as: UTF8.self) }
      #expect(
        shown == String(String(100_000_000 + Int(value) * 10_000 + 9_999 - Int(value)).dropFirst()))
    }
  }
}
