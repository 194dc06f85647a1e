import ByteIO
import Glibc
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport
import Tracefs

@testable import Recording

/// The reader against a buffer that behaves as kernel/trace/ring_buffer.c (ring_buffer_read_page).
@Suite struct BoundedReaderTests {
  private static let size = 4096

  /// A buffer of one CPU: events of any length, in pages.
  private final class FakeBuffer {
    /// The events that are in it, each with its number and its payload's length; a page each list.
    private var pages: [[(number: UInt32, length: Int)]] = [[]]
    private var rest: ArraySlice<UInt8> = []
    private var next: UInt32 = 1
    private var read: UInt64 = 0
    private var overrun: UInt64 = 0
    private var lossToTell: UInt64 = 0
    var most = Int.max
    /// Called before each read: what others write meanwhile.
    var meanwhile: (FakeBuffer) -> Void = { _ in }

    private static func bytes(_ events: [(number: UInt32, length: Int)]) -> Int {
      events.reduce(0) { $0 + Self.bytes($1.length) }
    }
    /// The header and, for long events, the word of the length.
    static func bytes(_ length: Int) -> Int { length <= 112 ? 4 + length : 8 + length }

    func add(length: Int) {
      if Self.bytes(pages[pages.count - 1]) + Self.bytes(length) > size - 16 { pages.append([]) }
      pages[pages.count - 1].append((next, length))
      next += 1
      if pages.count > most {
        overrun += UInt64(pages[0].count)
        lossToTell += UInt64(pages[0].count)
        pages.removeFirst()
      }
    }

    var stats: BufferStats {
      var stats = BufferStats()
      stats.entries = UInt64(pages.reduce(0) { $0 + $1.count })
      stats.read = read
      stats.overrun = overrun
      return stats
    }

    func read(_ target: UnsafeMutableRawBufferPointer) -> Int? {
      if rest.isEmpty {
        meanwhile(self)
        while pages.count > 1, pages[0].isEmpty { pages.removeFirst() }
        guard let first = pages[0].first else { return nil }
        var room = target.count - 16
        guard Self.bytes(first.length) <= room else { return 0 }
        var builder = PageBuilder(time: UInt64(read), size: size)
        if lossToTell > 0 { builder.lost = .count(lossToTell) }
        lossToTell = 0
        while let event = pages[0].first, Self.bytes(event.length) <= room {
          var payload = [UInt8](repeating: 0, count: event.length)
          withUnsafeBytes(of: event.number.littleEndian) {
            payload.replaceSubrange(0..<4, with: $0)
          }
          builder.event(after: 1, payload)
          room -= Self.bytes(event.length)
          pages[0].removeFirst()
          read += 1
        }
        rest = builder.bytes[...]
      }
      let part = rest.prefix(target.count)
      target.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
  }

  /// The numbers of the events in the file, in order.
  private func extract(
    _ buffer: FakeBuffer, _ bound: BoundedReader.Bound? = nil, isStopped: () -> Bool = { false }
  ) throws -> (numbers: [UInt32], outcome: BoundedReader.Outcome) {
    var template = Array("/tmp/bounded-reader.XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    unlink(template)
    defer { close(descriptor) }
    let layout = try PageLayout.usual(order: .little, longSize: 8, pageSize: Self.size)
    var reader = BoundedReader(
      .init(
        layout: layout, region: Region(descriptor: descriptor, offset: 8192, capacity: 1 << 30),
        bound: bound ?? .events(buffer.stats.written))
    ) { (target) throws(SystemError) in buffer.read(target) }
    try reader.run { () throws(TracefsError) in
      buffer.stats
    } isStopped: {
      isStopped()
    }
    var numbers: [UInt32] = []
    let page = UnsafeMutableRawPointer.allocate(byteCount: Self.size, alignment: 16)
    defer { page.deallocate() }
    for offset in stride(from: 0, to: reader.outcome.bytes, by: Self.size) {
      #expect(pread(descriptor, page, Self.size, off_t(8192 + offset)) == Self.size)
      var cursor = RecordCursor(page: page, layout: layout, available: Self.size)
      while let record = cursor.next() { numbers.append(record.payload.load(as: UInt32.self)) }
    }
    return (numbers, reader.outcome)
  }

  @Test func takesWhatWasThereAndNothingThatCameMeanwhile() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = seed
      func number(_ bound: UInt64) -> Int {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((random >> 33) % bound)
      }
      let buffer = FakeBuffer()
      let count = number(3000)
      for _ in 0..<count { buffer.add(length: 4 + 4 * number(seed % 4 == 0 ? 200 : 8)) }
      // Whoever reads makes events: three for each read.
      buffer.meanwhile = { for _ in 0..<3 { $0.add(length: 4 + 4 * number(8)) } }
      let (numbers, outcome) = try extract(buffer)
      #expect(numbers == (0..<count).map { UInt32($0 + 1) })
      #expect(outcome.events == UInt64(count))
      // What came meanwhile is all there for the next reader.
      buffer.meanwhile = { _ in }
      let later = try extract(buffer).numbers
      #expect(later.first.map(Int.init) == (later.isEmpty ? nil : count + 1))
      #expect(later.count == Int(later.last ?? 0) - (later.isEmpty ? 0 : count))
    }
  }

  @Test func endsWhereEverythingIsOverwrittenAllTheTime() throws {
    let buffer = FakeBuffer()
    buffer.most = 4
    for _ in 0..<2000 { buffer.add(length: 12) }
    let written = buffer.stats.written
    buffer.meanwhile = { for _ in 0..<300 { $0.add(length: 12) } }
    let (numbers, _) = try extract(buffer)
    #expect(numbers == numbers.sorted())
    // A page of 12-byte events has 255: at most one page of later ones.
    #expect(numbers.count { UInt64($0) > written } <= 255)
  }

  @Test func readsAtMostSoManyPages() throws {
    let buffer = FakeBuffer()
    for _ in 0..<2000 { buffer.add(length: 12) }
    #expect(try extract(buffer, .pages(100)).numbers.count == 2000)
    for _ in 0..<2000 { buffer.add(length: 12) }
    buffer.meanwhile = { for _ in 0..<300 { $0.add(length: 12) } }
    #expect(try extract(buffer, .pages(3)).outcome.bytes == Int64(3 * Self.size))
  }

  @Test func stopsBetweenPages() throws {
    let buffer = FakeBuffer()
    for _ in 0..<2000 { buffer.add(length: 12) }
    var asked = 0
    let (numbers, _) = try extract(buffer) {
      asked += 1
      return asked > 3
    }
    #expect(numbers.count > 0)
    #expect(numbers.count < 2000)
  }

  @Test func anEmptyBufferGivesNothing() throws {
    let (numbers, outcome) = try extract(FakeBuffer())
    #expect(numbers.isEmpty)
    #expect(outcome == BoundedReader.Outcome())
  }
}
