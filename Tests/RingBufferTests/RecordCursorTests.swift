import ByteIO
import Testing

@testable import RingBuffer

/// Pages written by hand, byte for byte, so that nothing of ours is needed to make them.
@Suite struct RecordCursorTests {
  private struct Page {
    var order: ByteOrder = .little
    var longSize = 8
    var size = 256
    var time: UInt64 = 1000
    var flags: UInt64 = 0
    var lostCount: UInt64?
    var words: [UInt32] = []

    func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      let little = (0..<T.bitWidth / 8).map {
        UInt8(truncatingIfNeeded: UInt64(truncatingIfNeeded: value) >> UInt64($0 * 8))
      }
      return order == .little ? little : little.reversed()
    }

    func header(_ kind: UInt32, _ delta: UInt32) -> UInt32 {
      order == .little ? kind | delta << 5 : kind << 27 | delta
    }

    var bytes: [UInt8] {
      let commit = UInt64(words.count * 4) | flags
      var page = number(time)
      page += longSize == 8 ? number(commit) : number(UInt32(commit))
      for word in words { page += number(word) }
      if let lostCount { page += longSize == 8 ? number(lostCount) : number(UInt32(lostCount)) }
      return page + [UInt8](repeating: 0, count: max(0, size - page.count))
    }

    var layout: PageLayout {
      get throws { try .usual(order: order, longSize: longSize, pageSize: size) }
    }
  }

  private struct Found: Equatable {
    var time: UInt64
    var length: Int
    var first: UInt32?
  }

  private func walk(_ page: Page) throws -> (found: [Found], lost: LostEvents, damage: Int?) {
    let layout = try page.layout
    return page.bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return ([], .none, nil) }
      var cursor = RecordCursor(page: start, layout: layout)
      var found: [Found] = []
      while let record = cursor.next() {
        let first = record.length >= 4 ? record.payload.load(UInt32.self, at: 0, page.order) : nil
        found.append(Found(time: record.time, length: record.length, first: first))
      }
      return (found, cursor.lost, cursor.damage)
    }
  }

  @Test(arguments: [(ByteOrder.little, 8), (.big, 8), (.little, 4), (.big, 4)])
  func everyKindOfEventInEveryLayout(order: ByteOrder, longSize: Int) throws {
    var page = Page(order: order, longSize: longSize)
    page.words = [
      page.header(2, 5), 11, 12,  // eight bytes
      page.header(0, 7), 10, 21, 22,  // the length in a word of its own: 10 - 4 bytes
      page.header(29, 3), 8, 0xdead_beef,  // discarded, 4 + 8 bytes: its time counts
      page.header(30, 1), 2,  // time extend: 1 + 2 << 27
      page.header(1, 4), 31,
      page.header(31, 9), 1,  // absolute: 9 + 1 << 27
      page.header(1, 1), 41,
    ]
    let (found, lost, damage) = try walk(page)
    let extended = 1015 + 1 + UInt64(2) << 27 + 4
    #expect(
      found == [
        Found(time: 1005, length: 8, first: 11),
        Found(time: 1012, length: 6, first: 21),
        Found(time: extended, length: 4, first: 31),
        Found(time: 10 + 1 << 27, length: 4, first: 41),
      ])
    #expect(lost == .none)
    #expect(damage == nil)
  }

  @Test func absoluteTimesKeepTheUpperBitsAndSurviveTheirWrap() throws {
    let upper: UInt64 = 3 << 59
    var page = Page(time: upper | (1 << 59 - 10))
    page.words = [page.header(31, 5), 0, page.header(1, 0), 1]
    let (found, _, _) = try walk(page)
    #expect(found.map(\.time) == [(4 << 59) | 5])
  }

  @Test func paddingWithoutTimeEndsThePage() throws {
    var page = Page()
    page.words = [page.header(1, 1), 7, page.header(29, 0), 0xffff_ffff, page.header(1, 1), 8]
    let (found, _, damage) = try walk(page)
    #expect(found.map(\.first) == [7])
    #expect(damage == nil)
  }

  @Test(arguments: [8, 4]) func lossesAreToldWithTheirNumberWhereItIsThere(longSize: Int) throws {
    var page = Page(longSize: longSize)
    page.words = [page.header(1, 1), 7]
    page.flags = 1 << 31
    #expect(try walk(page).lost == .unknown)
    page.flags |= 1 << 30
    page.lostCount = 123
    #expect(try walk(page).lost == .some(123))
  }

  private static let misfits: [(words: [UInt32], good: Int)] = [
    ([0 | 1 << 5, 3], 0),  // a length that does not cover itself
    ([0 | 1 << 5, 4000, 1, 2], 0),  // longer than the page
    ([28 | 1 << 5, 1], 0),  // fixed size, does not fit
    ([1 | 1 << 5, 9, 30 | 1 << 5], 1),  // a time extend without its second word
  ]

  @Test(arguments: misfits)
  func anEventThatDoesNotFitEndsThePageAndIsSaid(words: [UInt32], good: Int) throws {
    var page = Page()
    page.words = words
    let (found, _, damage) = try walk(page)
    #expect(found.count == good)
    #expect(damage == 16 + good * 8)
  }

  @Test func aCommitWordLargerThanThePageIsDamage() throws {
    var page = Page()
    page.words = [page.header(1, 1), 7]
    page.flags = 4096
    let (found, _, damage) = try walk(page)
    #expect(found.isEmpty)
    #expect(damage == 8)
  }

  @Test func anyBytesAreWalkedToAnEnd() throws {
    var state: UInt64 = 88_172_645_463_325_252
    for _ in 0..<2000 {
      var page = Page(size: 128)
      page.words = (0..<28).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt32(truncatingIfNeeded: state)
      }
      let (found, _, _) = try walk(page)
      #expect(found.allSatisfy { $0.length >= 0 && $0.length <= 112 })
    }
  }

  /// `next` reads most kinds itself, for speed; `nextOfAnyKind` reads all, and must see the same.
  @Test(arguments: [ByteOrder.little, .big]) func theFastWayReadsAsTheOther(order: ByteOrder) throws
  {
    struct Step: Equatable {
      var time: UInt64?
      var length: Int?
      var payload: UnsafeRawPointer?
      var position: Int
      var damage: Int?
    }
    func steps(
      _ cursor: RecordCursor, by next: (inout RecordCursor) -> Record?
    ) -> [Step] {
      var cursor = cursor
      var found: [Step] = []
      while true {
        let record = next(&cursor)
        found.append(
          Step(
            time: record?.time, length: record?.length, payload: record?.payload,
            position: cursor.position, damage: cursor.damage))
        if record == nil { return found }
      }
    }

    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    var kinds = Set<UInt32>()
    var records = 0
    for _ in 0..<1000 {
      var page = Page(order: order, size: 160)
      page.words = (0..<36).map { index in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        let kind = UInt32(truncatingIfNeeded: state >> 40) % 32
        kinds.insert(kind)
        // Short lengths, as in sound pages, in half of the words: else every walk ends soon.
        return state & 1 == 0
          ? page.header(kind % 4, UInt32(truncatingIfNeeded: state >> 8) & 0xffff)
          : page.header(kind, UInt32(truncatingIfNeeded: state >> 8) & 0x7ff_ffff)
      }
      let layout = try page.layout
      page.bytes.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        let cursor = RecordCursor(page: start, layout: layout)
        let fast = steps(cursor) { $0.next() }
        records += fast.count - 1
        #expect(fast == steps(cursor) { $0.nextOfAnyKind() })
      }
    }
    #expect(kinds.count == 32)
    #expect(records > 2000)
  }

  @Test func layoutIsReadFromHeaderPage() throws {
    let text = """
      \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
      \tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;
      \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
      \tfield: char data;\toffset:12;\tsize:16372;\tsigned:1;
      """
    let layout = try PageLayout(headerPage: text, order: .big)
    #expect(layout.longSize == 4)
    #expect(layout.dataOffset == 12)
    #expect(layout.pageSize == 16384)
    #expect(throws: PageLayoutError.self) { try PageLayout(headerPage: "", order: .little) }
  }

  /// Two events of 8 bytes behind a header of 16; the page is cut off in or before the second.
  @Test(
    arguments: [(16, 0, 16), (20, 0, 16), (24, 1, 24), (30, 1, 24), (32, 2, nil)]
      as [(Int, Int, Int?)])
  func aPageMayBeCutOff(available: Int, events: Int, damage: Int?) throws {
    var page = Page()
    page.words = [page.header(1, 5), 7, page.header(1, 5), 8]
    let layout = try page.layout
    // Exactly as many bytes as there are.
    let bytes = Array(page.bytes[..<available])
    bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      var cursor = RecordCursor(page: start, layout: layout, available: available)
      var found = 0
      while cursor.next() != nil { found += 1 }
      #expect(found == events)
      #expect(cursor.damage == damage)
    }
  }
}
