import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// That a recording which is followed shows what a report of the whole shows, and in time.
@Suite struct RecordingFollowerTests {
  let folder = TemporaryFolder()

  private static let cpus = [0, 1]
  /// Each CPU's pages; of the second, half a millisecond later.
  private static let pages = [
    TestEvent.pages(20), TestEvent.pages(20, from: 1000, time: 1_000_000_500),
  ]

  private func writer(_ compression: Compression = .none) throws -> TraceFileWriter {
    var metadata = TraceMetadata(
      pageSize: 4096, cpuCount: 2, headerPage: Array(PageBuilder(time: 0).headerPage.utf8),
      headerEvent: Array(TestEvent.headerEvent.utf8))
    metadata.byteOrder = .little
    metadata.eventSystems = [.init(name: TestEvent.system, formats: [Array(TestEvent.format.utf8)])]
    return try TraceFileWriter(
      path: folder.path("t.dat"), compression: compression, metadata: metadata,
      buffers: [BufferLayout(name: "", clock: "local", cpus: Self.cpus, pageSize: 4096)])
  }

  private func add(_ cpu: Int, _ range: Range<Int>, to writer: TraceFileWriter) throws {
    let region = try writer.region(buffer: 0, cpu: cpu)
    for number in range {
      let page = Self.pages[cpu][number]
      let count = page.withUnsafeBytes {
        pwrite(
          region.descriptor, $0.baseAddress, $0.count, off_t(region.offset) + off_t(number * 4096))
      }
      try #require(count == 4096)
    }
  }

  /// The values of all lines that a look printed.
  private func look(
    _ follower: inout RecordingFollower, at time: ContinuousClock.Instant = .now
  ) throws -> (goesOn: Bool, values: [Int], text: String) {
    let descriptor = open(
      folder.path("out"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    let goesOn = try follower.look(at: time) { input, options in
      _ = try TextReport(input, options: options).write(to: descriptor)
    }
    let text = String(decoding: folder.read("out"), as: UTF8.self)
    let values = text.split(separator: "\n").compactMap {
      $0.split(separator: "value=").dropFirst().first.flatMap { Int($0) }
    }
    return (goesOn, values, text)
  }

  @Test(arguments: [Compression.none, .zstd])
  func everyEventIsShownOnceAndInOrder(_ compression: Compression) throws {
    let writer = try writer(compression)
    var follower = RecordingFollower(path: folder.path("t.dat"), options: ReportOptions())
    var shown: [Int] = []
    try add(0, 0..<4, to: writer)
    var seen = try look(&follower)
    #expect(seen.goesOn)
    #expect(seen.text == "cpus=2\n", "a page that is new may be half written")
    try add(1, 0..<2, to: writer)
    for _ in 0..<2 {
      seen = try look(&follower)
      shown += seen.values
      #expect(seen.goesOn)
    }
    // CPU 1 has come up to its event 1009; what CPU 0 did later is held back.
    #expect(shown.max() == 1009)
    #expect(shown.filter { $0 < 1000 } == Array(0..<10))
    try add(0, 4..<20, to: writer)
    try add(1, 2..<19, to: writer)
    for _ in 0..<2 { shown += try look(&follower).values }
    #expect(try look(&follower).values.isEmpty, "nothing came")
    try add(1, 19..<20, to: writer)
    let content = RegionContent(bytes: 20 * 4096)
    try writer.finish(written: [[content, content]])
    seen = try look(&follower)
    shown += seen.values
    #expect(!seen.goesOn)

    let whole = try TextReport([TraceFile(path: folder.path("t.dat"))])
    let descriptor = open(folder.path("whole"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    #expect(try whole.write(to: descriptor).isEmpty)
    let lines = String(decoding: folder.read("whole"), as: UTF8.self).split(separator: "\n")
    let values = lines.compactMap {
      $0.split(separator: "value=").dropFirst().first.flatMap { Int($0) }
    }
    #expect(values.count == 200)
    #expect(shown == values)
  }

  @Test func aQuietCPUIsNotWaitedForLongerThanTwoSeconds() throws {
    let writer = try writer()
    defer { writer.abandon() }
    var follower = RecordingFollower(path: folder.path("t.dat"), options: ReportOptions())
    try add(0, 0..<1, to: writer)
    try add(1, 0..<1, to: writer)
    let start = ContinuousClock.now
    _ = try look(&follower, at: start)
    #expect(try look(&follower, at: start).values.count == 9)
    try add(0, 1..<5, to: writer)
    _ = try look(&follower, at: start + .seconds(1))
    #expect(try look(&follower, at: start + .seconds(1)).values.count == 1)
    let later = try look(&follower, at: start + .seconds(2)).values
    #expect(later == Array(5..<25))
  }

  @Test func aWholeFileIsShownAndThatIsAll() throws {
    let writer = try writer()
    try add(0, 0..<20, to: writer)
    try add(1, 0..<20, to: writer)
    let content = RegionContent(bytes: 20 * 4096)
    try writer.finish(written: [[content, content]])
    var follower = RecordingFollower(path: folder.path("t.dat"), options: ReportOptions())
    let seen = try look(&follower)
    #expect(!seen.goesOn)
    #expect(seen.values.count == 200)
  }

  @Test func aRingIsRefused() throws {
    let writer = try writer()
    defer { writer.abandon() }
    // The ring of four pages went round once and a half.
    try add(0, 0..<4, to: writer)
    let region = try writer.region(buffer: 0, cpu: 0)
    for (place, number) in [(0, 4), (1, 5)] {
      _ = Self.pages[0][number].withUnsafeBytes {
        pwrite(
          region.descriptor, $0.baseAddress, $0.count, off_t(region.offset) + off_t(place * 4096))
      }
    }
    var follower = RecordingFollower(path: folder.path("t.dat"), options: ReportOptions())
    #expect(throws: FollowingError.self) { _ = try self.look(&follower) }
  }
}

/// What one look at a growing recording leaves to the next.
@Suite struct FollowedPartTests {
  let folder = TemporaryFolder()

  /// The lines of a recording that is shown in two parts, cut at an event of all in their order.
  private func parts(_ name: String, cutAt number: Int) throws -> (
    first: [String], second: [String]
  ) {
    var options = ReportOptions()
    options.printsHead = false
    options.calls = DepthMemory()
    options.bytesPerSlice = 8192
    let file = try TraceFile(path: Fixture.path(name))
    let input = try ReportInput([ReportInput.Recording(file)], options: options)
    var cursor = EventCursor(input.streams)
    for _ in 0..<number { _ = cursor.next() }
    let cut = input.streams.indices.map { cursor.position(ofStream: $0) }
    func lines(_ range: EventRange) throws -> [String] {
      options.range = .part(range)
      let descriptor = open(folder.path("out"), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
      defer { close(descriptor) }
      #expect(try TextReport(input, options: options).write(to: descriptor).isEmpty)
      let text = String(decoding: folder.read("out"), as: UTF8.self)
      return text.split(separator: "\n").map { String($0) }
    }
    let start = input.streams.map { _ in EventStream.Position.start }
    return (
      try lines(EventRange(from: start, to: cut)),
      try lines(EventRange(from: cut, to: input.streams.map(\.end)))
    )
  }

  private func whole(_ name: String) throws -> [String] {
    var options = ReportOptions()
    options.printsHead = false
    return try ReportRun([Fixture.path(name)], .text, options).lines
  }

  @Test(arguments: [1, 50, 51, 52, 200])
  func callsGoOnAsDeepAsTheyWere(cut: Int) throws {
    let expected = try whole("function.dat")
    #expect(expected.contains { $0.contains("function:                ") })
    let shown = try parts("function.dat", cutAt: cut)
    #expect(shown.first.count == cut)
    #expect(shown.first + shown.second == expected)
  }

  /// Whoever saw only the beginning could not know that nothing would happen in it; its end is
  /// neither left out nor shown twice.
  @Test func aLeafThatIsCutIsTwoLines() throws {
    let expected = try whole("function-graph.dat")
    let leaf = try #require(expected.firstIndex { $0.contains("();") })
    let before = expected[..<leaf].reduce(0) { $0 + ($1.contains("();") ? 2 : 1) }
    let shown = try parts("function-graph.dat", cutAt: before + 1)
    #expect(shown.first.count == leaf + 1)
    #expect(Array(shown.first[..<leaf]) == Array(expected[..<leaf]))
    #expect(try #require(shown.first.last).hasSuffix("() {"))
    #expect(try #require(shown.second.first).hasSuffix("}"))
    #expect(Array(shown.second.dropFirst()) == Array(expected[(leaf + 1)...]))
  }
}
