import ByteIO
import Testing

@Suite struct ByteCursorTests {
  @Test func readsInBothOrders() throws {
    let bytes: [UInt8] = [1, 2, 3, 4, 0x61, 0x62, 0, 9]
    var little = ByteCursor(bytes.span.bytes)
    var big = ByteCursor(bytes.span.bytes, order: .big)
    #expect(try little.read(UInt32.self) == 0x0403_0201)
    #expect(try big.read(UInt32.self) == 0x0102_0304)
    #expect(try little.readString() == "ab")
    #expect(little.remaining == 1)
  }

  @Test func saysWhereAndWhatIsMissing() throws {
    let bytes: [UInt8] = [1, 2, 3]
    var cursor = ByteCursor(bytes.span.bytes)
    try cursor.skip(1)
    var found: ByteCursorError?
    do { _ = try cursor.read(UInt32.self) } catch { found = error }
    #expect(found == ByteCursorError(offset: 1, needed: 4, available: 2))
    do { _ = try cursor.readString() } catch { found = error }
    #expect(found == ByteCursorError(offset: 1, needed: 0, available: 2))
    do { try cursor.skip(-1) } catch { found = error }
    #expect(found?.needed == -1)
  }
}
