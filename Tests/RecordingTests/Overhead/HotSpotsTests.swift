import ByteIO
import RingBuffer
import Testing
import TraceTestSupport

@testable import Recording

/// Counts of a page's events.
@Suite struct HotSpotsTests {
  @Test func eventsAndFunctionsAreCounted() throws {
    let layout = try PageLayout.usual(order: .host, longSize: 8, pageSize: 4096)
    var spots = HotSpots(layout: layout, functionOffsets: [1: 8])
    var page = [UInt8](repeating: 0, count: 4096)
    var at = 16
    func put<T>(_ value: T, at offset: Int) {
      withUnsafeBytes(of: value) { bytes in
        for (index, byte) in bytes.enumerated() { page[offset + index] = byte }
      }
    }
    func event(id: UInt16, word: UInt64) {
      put(UInt32(4 | 1 << 5), at: at)  // sixteen bytes of data, a nanosecond later
      put(id, at: at + 4)
      put(word, at: at + 12)
      at += 20
    }
    for word: UInt64 in [0xa0, 0xb0, 0xa0] { event(id: 1, word: word) }
    event(id: 300, word: 7)
    put(UInt64(at - 16), at: 8)
    page.withUnsafeBytes { spots.add(page: $0) }
    #expect(spots.events == 4)
    #expect(spots.bytes == 80)
    #expect(
      spots.counts == [
        .function(address: 0xa0): 2, .function(address: 0xb0): 1, .event(id: 300): 1,
      ])
    #expect(spots.ranked.first?.spot == .function(address: 0xa0))
    #expect(spots.ranked.first?.share == 0.5)
    page.withUnsafeBytes { spots.add(page: UnsafeRawBufferPointer(rebasing: $0[..<100])) }
    #expect(spots.events == 4)
  }
}
