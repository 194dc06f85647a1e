import ByteIO
import RingBuffer
import Testing
import TraceTestSupport

@testable import TraceDat

/// That the parts of a recording hold its events, each once, with their times and losses.
@Suite struct FileSplitterTests {
  struct Seen: Equatable {
    var time: UInt64
    var payload: [UInt8]
    var lost: LostEvents
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var limit: FileSplitter.Limit
    var version = 7
    var compression = Compression.none
    var order = ByteOrder.little
    var longSize = 8
    var testDescription: String { "\(limit), \(version), \(compression), \(order), \(longSize)" }
  }

  let folder = TemporaryFolder()

  /// Pages with everything that a kernel puts between events: time extends, absolute times,
  /// discarded events, padding, losses, events of all sizes.
  static func pages(_ seed: UInt64, _ order: ByteOrder, _ longSize: Int) -> [UInt8] {
    var state = seed
    func random(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    var now: UInt64 = 1_000_000_000 + seed
    var bytes: [UInt8] = []
    for _ in 0..<12 {
      var page = PageBuilder(time: now, order: order, longSize: longSize, size: 1024)
      switch random(5) {
      case 0: page.lost = .unknown
      case 1: page.lost = .count(random(1000) + 1)
      default: break
      }
      while page.room > 200 {
        switch random(12) {
        case 0:
          now += 1 << 28
          page.timeExtend(by: 1 << 28)
        case 1:
          now += 5
          page.absoluteTime(now)
        case 2:
          now += 3
          page.discarded(after: 3, count: 16)
        default:
          let delta = random(50_000)
          now += delta
          let size = random(8) == 0 ? 120 : Int(random(20)) + 8
          page.event(after: delta, (0..<size).map { _ in UInt8(random(256)) })
        }
      }
      if random(3) == 0 { page.padding() }
      bytes += page.bytes
    }
    return bytes
  }

  func source(_ test: Case) throws -> TraceFile {
    func pages(_ seed: UInt64) -> [UInt8] { Self.pages(seed, test.order, test.longSize) }
    var builder = TraceBuilder(
      cpuCount: 3, pageSize: 1024,
      buffers: [
        .init(pageSize: 1024, cpus: [(0, pages(1)), (2, pages(2))]),
        .init(name: "one", pageSize: 1024, cpus: [(1, pages(3))]),
      ])
    builder.order = test.order
    builder.longSize = test.longSize
    builder.headerPage =
      PageBuilder(time: 0, longSize: test.longSize, size: 1024).headerPage
    let bytes = test.version == 6 ? builder.version6 : builder.version7
    return try TraceFile(path: folder.write(bytes, to: "whole.dat"))
  }

  /// What each CPU of each buffer holds.
  func events(of file: TraceFile) throws -> [String: [Seen]] {
    #expect(file.problems.isEmpty)
    var all: [String: [Seen]] = [:]
    let part = FilePart(of: file)
    for stream in part.streams {
      var cursor = EventCursor([stream])
      var list: [Seen] = []
      while let event = cursor.next() {
        list.append(
          Seen(time: event.record.time, payload: Array(event.record.bytes), lost: event.lost))
      }
      #expect(cursor.damageCount == 0)
      all["\(file.buffers[stream.buffer].name) \(stream.cpu)"] = list
    }
    return all
  }

  func parts(_ file: TraceFile, _ test: Case, times: ClosedRange<UInt64>? = nil) throws
    -> [[String: [Seen]]]
  {
    var rewriter = FileRewriter(file)
    var splitter = FileSplitter(FilePart(of: file), times: times, limit: test.limit)
    var found: [[String: [Seen]]] = []
    while let part = splitter.next() {
      try #require(found.count < 1000)
      let path = folder.path("part.dat")
      try rewriter.write(
        to: path, version: test.version, compression: test.compression, part: part)
      let written = try TraceFile(path: path)
      #expect(written.buffers.map(\.name) == file.buffers.map(\.name))
      found.append(try events(of: written))
    }
    #expect(rewriter.problems.isEmpty)
    return found
  }

  @Test(arguments: [
    Case(limit: .none), Case(limit: .time(100_000_000)), Case(limit: .time(1)),
    Case(limit: .events(7)), Case(limit: .events(100), version: 6),
    Case(limit: .events(1), compression: .zstd), Case(limit: .eventsPerCPU(13)),
    Case(limit: .pages(1)), Case(limit: .pages(5), order: .big),
    Case(limit: .events(20), order: .big, longSize: 4), Case(limit: .events(20), longSize: 4),
    Case(limit: .time(2_000_000_000), version: 6, order: .big),
  ])
  func theyMakeUpTheWhole(_ test: Case) throws {
    let file = try source(test)
    let whole = try events(of: file)
    #expect(whole.count == 3)
    #expect(whole.values.allSatisfy { $0.count > 100 })
    var joined: [String: [Seen]] = [:]
    for part in try parts(file, test) {
      for (name, events) in part { joined[name, default: []] += events }
    }
    #expect(joined == whole)
  }

  @Test func byNumberEachHasSoManyAndTheyFollowOneAnother() throws {
    let test = Case(limit: .events(50))
    let file = try source(test)
    let total = try events(of: file).values.reduce(0) { $0 + $1.count }
    let parts = try parts(file, test)
    #expect(parts.count == (total + 49) / 50)
    var latest: UInt64 = 0
    for (number, part) in parts.enumerated() {
      let times = part.values.joined().map(\.time)
      #expect(times.count == min(50, total - number * 50))
      #expect(try #require(times.min()) >= latest)
      latest = try #require(times.max())
    }
  }

  @Test func byTimeAPartBeginsWithTheFirstEventBehindTheOneBefore() throws {
    let test = Case(limit: .time(300_000_000))
    let file = try source(test)
    let all = try events(of: file).values.joined().map(\.time).sorted()
    var left = all[...]
    for part in try parts(file, test) {
      let times = part.values.joined().map(\.time).sorted()
      let first = try #require(left.first)
      #expect(times == Array(left.prefix { $0 <= first + 300_000_000 }))
      left = left.dropFirst(times.count)
    }
    #expect(left.isEmpty)
  }

  @Test func aWindowHoldsTheEventsOfItsTimesAndNoOthers() throws {
    let test = Case(limit: .none)
    let file = try source(test)
    let all = try events(of: file).values.joined().map(\.time).sorted()
    let (start, end) = (all[all.count / 3], all[all.count / 2])
    let parts = try parts(file, test, times: start...end)
    #expect(parts.count == 1)
    #expect(
      parts[0].values.joined().map(\.time).sorted() == all.filter { (start...end).contains($0) })
    #expect(try self.parts(file, test, times: 1...2).isEmpty)
  }

  @Test func buffersAndCPUsCanBeLeftOut() throws {
    let file = try source(Case(limit: .none))
    let whole = try events(of: file)
    var rewriter = FileRewriter(file)
    let instance = FilePart(of: file) { $0.name == "one" }
    try rewriter.write(
      to: folder.path("one.dat"), version: 7, compression: .none, part: instance)
    let one = try TraceFile(path: folder.path("one.dat"))
    #expect(one.buffers.map(\.name) == ["one"])
    #expect(try events(of: one) == ["one 1": try #require(whole["one 1"])])
    try rewriter.write(
      to: folder.path("two.dat"), version: 7, compression: .none,
      part: FilePart(of: file, cpus: [2]))
    let two = try TraceFile(path: folder.path("two.dat"))
    #expect(try events(of: two).filter { !$0.value.isEmpty } == [" 2": try #require(whole[" 2"])])
  }

  @Test func timesThatRunBackwardsEndSoonerButLoseNothing() throws {
    var pages: [UInt8] = []
    for time in [5_000, 9_000, 1_000, 7_000] as [UInt64] {
      pages += TestEvent.pages(1, time: time).joined()
    }
    let builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, pages)])])
    let file = try TraceFile(path: folder.write(builder.version7, to: "odd.dat"))
    for limit in [FileSplitter.Limit.time(10), .time(3_000), .events(3)] {
      let parts = try parts(file, Case(limit: limit))
      #expect(parts.flatMap { $0[" 0"] ?? [] }.count == 20)
    }
  }
}
