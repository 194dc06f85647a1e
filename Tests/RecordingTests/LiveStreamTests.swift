import ByteIO
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

@testable import Recording

/// That the events of all CPUs are handed on in order, in time, once, and in bounded memory.
@Suite struct LiveStreamTests {
  /// A CPU whose pages the test gives.
  private final class Given: PageSource {
    let descriptor: Int32 = -1
    var pages: [[UInt8]] = []
    var ends = false
    var reads = 0
    var isClosed = false

    func read(
      into room: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> PageArrival {
      reads += 1
      if pages.isEmpty { return ends ? .end : .nothing }
      room.copyBytes(from: pages.removeFirst())
      return .page
    }

    func close() { isClosed = true }
  }

  /// What a walk over a range finds.
  private struct Found: Equatable {
    var time: UInt64
    var value: UInt32
    var cpu: Int
    var lost = LostEvents.none
  }

  private static func metadata(pageSize: Int = 4096) -> TraceMetadata {
    var metadata = TraceMetadata(
      pageSize: pageSize, cpuCount: 4,
      headerPage: Array(PageBuilder(time: 0, size: pageSize).headerPage.utf8),
      headerEvent: Array(TestEvent.headerEvent.utf8))
    metadata.byteOrder = .little
    metadata.eventSystems = [.init(name: TestEvent.system, formats: [Array(TestEvent.format.utf8)])]
    return metadata
  }

  private static func stream(_ sources: [Given], pageSize: Int = 4096) throws -> LiveStream {
    try LiveStream(
      [
        .init(
          name: "", clock: "local", pageSize: pageSize,
          cpus: sources.enumerated().map { ($0.offset, $0.element) })
      ], metadata: metadata(pageSize: pageSize), named: "test")
  }

  /// A page with an event at each of the times; the value is the time.
  private static func page(_ times: [UInt64], lost: PageBuilder.Lost = .nothing) -> [UInt8] {
    var page = PageBuilder(time: times.first ?? 0)
    page.lost = lost
    var last = times.first ?? 0
    for time in times {
      page.event(after: time - last, TestEvent.record(UInt32(truncatingIfNeeded: time)))
      last = time
    }
    return page.bytes
  }

  private static func walk(_ stream: LiveStream, _ range: EventRange) -> [Found] {
    var cursor = EventCursor(stream.streams, from: range.from, to: range.to)
    var found: [Found] = []
    while let run = cursor.nextRun() {
      for index in 0..<run.count {
        let record = run.records[index]
        found.append(
          Found(
            time: record.time, value: record.payload.load(UInt32.self, at: 8, .little),
            cpu: stream.streams[run.stream].cpu, lost: index == 0 ? run.lost : .none))
      }
    }
    return found
  }

  private static func round(_ stream: LiveStream, isLast: Bool = false) throws -> [Found] {
    walk(stream, try stream.round(isLast: isLast))
  }

  @Test func anEventWaitsForOneRoundAndNoLonger() throws {
    let (busy, quiet) = (Given(), Given())
    let stream = try Self.stream([busy, quiet])
    busy.pages = [Self.page([100, 200])]
    #expect(try Self.round(stream).isEmpty, "a quiet CPU may still have something older")
    #expect(try Self.round(stream).map(\.time) == [100, 200], "it has not")
    #expect(try Self.round(stream).isEmpty, "and nothing is shown twice")
    busy.pages = [Self.page([300])]
    _ = try Self.round(stream)
    // What comes later on another CPU, and is older than what was read, comes first.
    quiet.pages = [Self.page([250, 400])]
    #expect(try Self.round(stream).map(\.time) == [250, 300])
    #expect(try Self.round(stream).map(\.time) == [400])
  }

  @Test func pagesThatAreReadInPiecesAreShownOnce() throws {
    let source = Given()
    let stream = try Self.stream([source])
    var shown: [UInt64] = []
    // The kernel gives what a page has by now, then what was added, as a page of its own.
    for times: [UInt64] in [[1, 2], [3], [], [4, 5, 6], [7]] {
      if !times.isEmpty { source.pages.append(Self.page(times)) }
      shown += try Self.round(stream).map(\.time)
    }
    shown += try Self.round(stream, isLast: true).map(\.time)
    #expect(shown == [1, 2, 3, 4, 5, 6, 7])
    #expect(stream.hasEnded)
  }

  @Test func anEmptyPageDoesNoHarm() throws {
    let source = Given()
    let stream = try Self.stream([source])
    source.pages = [Self.page([5]), PageBuilder(time: 9).bytes, Self.page([10])]
    var shown = try Self.round(stream).map(\.time)
    shown += try Self.round(stream, isLast: true).map(\.time)
    #expect(shown == [5, 10])
  }

  @Test func lossesAreToldInTheirPlace() throws {
    let (one, two) = (Given(), Given())
    let stream = try Self.stream([one, two])
    one.pages = [Self.page([10, 20]), Self.page([50, 60], lost: .count(7))]
    two.pages = [Self.page([15], lost: .unknown), Self.page([55])]
    _ = try Self.round(stream)
    let found = try Self.round(stream)
    #expect(
      found == [
        Found(time: 10, value: 10, cpu: 0), Found(time: 15, value: 15, cpu: 1, lost: .unknown),
        Found(time: 20, value: 20, cpu: 0),
        Found(time: 50, value: 50, cpu: 0, lost: .some(7)), Found(time: 55, value: 55, cpu: 1),
        Found(time: 60, value: 60, cpu: 0),
      ])
  }

  @Test func aCPUThatIsBehindIsWaitedForAsFarAsItHasCome() throws {
    let (busy, other) = (Given(), Given())
    let stream = try Self.stream([busy, other])
    // More pages than two rounds take.
    let each = UInt64(LiveStream.pagesPerRound)
    let count = each * 2 + 10
    busy.pages = (1...count).map { Self.page([$0 * 100]) }
    other.pages = [Self.page([150, count * 100 + 50])]
    #expect(try Self.round(stream).isEmpty, "the other may still have something older")
    #expect(stream.isBehind)
    // The last event that was read may have others of its time behind it.
    var times = try Self.round(stream).map(\.time)
    #expect(times.max() == each * 200 - 100)
    #expect(stream.isBehind)
    repeat { times += try Self.round(stream).map(\.time) } while stream.isBehind
    for _ in 0..<2 { times += try Self.round(stream).map(\.time) }
    #expect(times == times.sorted())
    #expect(times.count == Int(count) + 2)
  }

  @Test func memoryIsBoundedHoweverMuchThereIs() throws {
    let (busy, other) = (Given(), Given())
    let stream = try Self.stream([busy, other])
    busy.pages = (1...5000).map { Self.page([UInt64($0)]) }
    var shown = 0
    var most = 0
    repeat {
      shown += try Self.round(stream).count
      most = max(most, stream.bytesHeld)
    } while stream.isBehind
    for _ in 0..<2 { shown += try Self.round(stream).count }
    #expect(shown == 5000)
    #expect(most <= 2 * 4 * LiveStream.pagesPerRound * 4096)
    #expect(stream.bytesHeld <= 2 * 2 * 4096, "only the last pages are kept")
  }

  @Test func eventsOfOneTimeDoNotStopAFullWindow() throws {
    let (busy, other) = (Given(), Given())
    let stream = try Self.stream([busy, other])
    busy.pages = (0..<1000).map { _ in Self.page([77]) }
    var shown = 0
    for _ in 0..<100 { shown += try Self.round(stream).count }
    #expect(shown == 1000)
  }

  @Test func theEndIsToldWhenEverythingIsShown() throws {
    let (one, two) = (Given(), Given())
    let stream = try Self.stream([one, two])
    one.pages = [Self.page([10])]
    one.ends = true
    two.pages = [Self.page([5])]
    #expect(try Self.round(stream).isEmpty, "the other may have older events")
    #expect(!stream.hasEnded)
    two.ends = true
    #expect(try Self.round(stream).map(\.time) == [5, 10])
    #expect(stream.hasEnded)
    stream.close()
    #expect(one.isClosed && two.isClosed)
  }

  @Test func damageIsFoundByTheWalkAndNothingElseIsLost() throws {
    let source = Given()
    let stream = try Self.stream([source])
    var bad = Self.page([20, 30])
    // A commit word that is larger than a page.
    bad[8] = 0xff
    bad[9] = 0xff
    source.pages = [Self.page([10]), bad, Self.page([40])]
    source.ends = true
    var shown = try Self.round(stream)
    while !stream.hasEnded { shown += try Self.round(stream) }
    #expect(shown.map(\.time) == [10, 40])
    #expect(shown.last?.lost == .unknown)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func whateverComesWhenItIsShownInOrderAndOnce(_ seed: UInt64) throws {
    var random = Randomness(seed)
    let sources = (0..<4).map { _ in Given() }
    let stream = try Self.stream(sources)
    var time: UInt64 = 1
    var all: [UInt64] = []
    var shown: [UInt64] = []
    for _ in 0..<200 {
      // What happens between two rounds happens after what the first of them saw.
      var pending = [[UInt64]](repeating: [], count: sources.count)
      for _ in 0..<random.below(60) {
        time += 1 + UInt64(random.below(1000))
        pending[random.below(sources.count)].append(time)
        all.append(time)
      }
      for (source, times) in zip(sources, pending) {
        var rest = times[...]
        while !rest.isEmpty {
          let count = 1 + random.below(rest.count)
          source.pages.append(Self.page(Array(rest.prefix(count))))
          rest = rest.dropFirst(count)
        }
      }
      shown += try Self.round(stream).map(\.time)
    }
    while !stream.hasEnded { shown += try Self.round(stream, isLast: true).map(\.time) }
    #expect(shown == all)
  }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
private struct Randomness {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return limit > 0 ? Int((value ^ value >> 31) % UInt64(limit)) : 0
  }
}
