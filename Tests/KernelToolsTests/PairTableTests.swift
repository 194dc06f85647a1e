import KernelTools
import Testing
import TraceTestSupport

/// Pairing by key, with the oldest making room: compared with a dictionary that keeps all.
@Suite struct PairTableTests {
  @Test func whatBeganIsFoundUntilItEnds() {
    var table = PairTable<Int>(capacity: 4)
    table.begin(1, 2, 10)
    table.begin(1, 3, 11)
    #expect(table.value(1, 2) == 10)
    #expect(table.end(1, 2) == 10)
    #expect(table.end(1, 2) == nil)
    #expect(table.end(2, 3) == nil)
    table.begin(1, 3, 12)
    #expect(table.count == 1)
    #expect(table.end(1, 3) == 12)
    #expect(table.dropped == 0)
  }

  @Test func theOldestMakesRoom() {
    var table = PairTable<Int>(capacity: 4)
    for number in 0..<4 { table.begin(0, UInt64(number), number) }
    // Begun once more, it is the newest.
    table.begin(0, 0, 100)
    table.begin(0, 9, 9)
    #expect(table.dropped == 1)
    #expect(table.end(0, 1) == nil)
    #expect([0, 2, 3, 9].map { table.end(0, $0) } == [100, 2, 3, 9])
    #expect(table.count == 0)
  }

  @Test func thoseWhoseKeysBeginAlikeGoTogether() {
    var table = PairTable<Int>(capacity: 64)
    for number in 0..<60 { table.begin(UInt64(number % 3), UInt64(number), number) }
    table.removeAll(beginning: 1)
    table.removeAll(beginning: 9)
    #expect(table.count == 40)
    for number in 0..<60 {
      let (high, low) = (UInt64(number % 3), UInt64(number))
      #expect(table.end(high, low) == (number % 3 == 1 ? nil : number))
    }
  }

  @Test func manyAreAsInADictionary() {
    var table = PairTable<Int>(capacity: 512)
    var known: [UInt64: Int] = [:]
    var state: UInt64 = 42
    var found = 0
    for number in 0..<100_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let key = state >> 33 & 0x3ff
      if state >> 60 & 1 == 0, known.count < 512 || known[key] != nil {
        table.begin(key & 3, key, number)
        known[key] = number
      } else {
        let value = table.end(key & 3, key)
        #expect(value == known[key])
        if value != nil { found += 1 }
        known[key] = nil
      }
    }
    #expect(found > 10_000)
    #expect(table.count == known.count)
    #expect(table.dropped == 0)
    table.removeAll()
    #expect(table.count == 0)
  }
}
