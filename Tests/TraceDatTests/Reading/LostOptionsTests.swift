import ByteIO
import RingBuffer
import Testing
import TraceTestSupport

@testable import TraceDat

/// Files of version 7 that end before their options: what is in front of these is read.
@Suite struct LostOptionsTests {
  private func open(_ bytes: [UInt8]) throws -> TraceFile {
    try TraceFile(mapped: bytes.withUnsafeBytes { MappedFile(copying: $0, named: "t.dat") })
  }

  /// The values of every CPU of every buffer.
  private func values(_ file: TraceFile) -> [String: [UInt32]] {
    var found: [String: [UInt32]] = [:]
    for stream in FilePart(of: file).streams {
      var cursor = EventCursor([stream])
      while let event = cursor.next() {
        found["\(file.buffers[stream.buffer].name) \(stream.cpu)", default: []].append(
          event.record.payload.load(UInt32.self, at: 8, file.order))
      }
    }
    return found
  }

  private func formats(_ file: TraceFile) -> Int { file.eventFormats().count }

  // MARK: Files of kscope's

  /// Where the last options begin, which the head points to.
  private func firstOptions(_ bytes: [UInt8]) throws -> Int {
    try TraceFileHead(bytes.withUnsafeBytes { MappedFile(copying: $0, named: "t.dat") })
      .firstOptions
  }

  @Test(arguments: [WriterCase.sparse, .instances, .largePages], [Compression.none, .zstd])
  func ourFilesHaveTheirOptionsTwice(recording: WriterCase, compression: Compression) throws {
    let folder = TemporaryFolder()
    try recording.write(
      to: folder.path("t.dat"), version: 7, compression: compression, placement: .move)
    let whole = folder.read("t.dat")
    let expected = values(try open(whole))
    #expect(expected.values.flatMap { $0 }.map { Int($0) }.sorted() == recording.values)
    let options = try firstOptions(whole)
    // Before the options, and in the middle of them.
    for cut in [options, options + 1, options + 16, options + 40, options + 200] {
      let file = try open(Array(whole[..<cut]))
      #expect(values(file) == expected, "cut at \(cut)")
      #expect(file.cpuCount == recording.cpuCount)
      #expect(formats(file) == 1)
      #expect(file.buffers.map(\.name) == recording.buffers.map(\.name))
      #expect(!file.problems.isEmpty)
      #expect(file.option(.uname) != nil)
      #expect(file.options.filter { $0.id == .uname }.count == 1)
    }
  }

  /// A head that points nowhere: the options are found by themselves, each once.
  @Test func aHeadThatPointsNowhereLosesNothing() throws {
    let folder = TemporaryFolder()
    try WriterCase.instances.write(to: folder.path("t.dat"), version: 7, placement: .move)
    var bytes = folder.read("t.dat")
    let sound = try open(bytes)
    let place =
      try TraceFileHead(
        bytes.withUnsafeBytes { MappedFile(copying: $0, named: "t.dat") }
      ).end - 8
    bytes.replaceSubrange(place..<place + 8, with: UInt64(1 << 40).bytes(.little))
    let file = try open(bytes)
    #expect(values(file) == values(sound))
    #expect(file.options == sound.options)
    #expect(file.problems.count == 1)
  }

  @Test func ofPagesThatAreCutOffTheFirstAreRead() throws {
    let folder = TemporaryFolder()
    try WriterCase.sparse.write(to: folder.path("t.dat"), version: 7, placement: .move)
    let whole = folder.read("t.dat")
    let sound = try open(whole)
    let pages = try #require(sound.buffers.first?.cpus.first { $0.cpu == 7 })
    let file = try open(Array(whole[..<(pages.offset + 4096 * 4)]))
    var expected = values(sound)
    expected[" 7"] = expected[" 7"].map { Array($0.prefix(20)) }
    #expect(values(file) == expected)
    #expect(file.problems.contains { $0.part == "pages of CPU 7" })
  }

  // MARK: Files of trace-cmd's

  /// Options in front of the pages that tell how many CPUs there are; the buffer's behind them.
  private func builder(_ cpus: [(cpu: Int, pages: [UInt8])], count: Int = 2) -> TraceBuilder {
    var builder = TraceBuilder(cpuCount: count, buffers: [.init(cpus: cpus)])
    builder.hasEarlyOptions = true
    return builder
  }

  private func pages(_ count: Int, from first: UInt32, time: UInt64) -> [UInt8] {
    Array(TestEvent.pages(count, from: first, time: time).joined())
  }

  /// The file as it is up to the end of the pages.
  private func cut(_ builder: TraceBuilder) throws -> (file: TraceFile, whole: TraceFile) {
    let bytes = builder.version7
    let whole = try open(bytes)
    let end = try #require(
      whole.buffers.flatMap(\.cpus).map { $0.offset + $0.size }.max())
    return (try open(Array(bytes[..<end])), whole)
  }

  @Test func runsOfPagesAreTheCPUsWhereThereAreAsMany() throws {
    let (file, whole) = try cut(
      builder([(0, pages(3, from: 0, time: 1000)), (1, pages(2, from: 100, time: 1500))]))
    let expected = values(whole)
    #expect(expected.count == 2)
    #expect(values(file) == ["? 0": expected[" 0"] ?? [], "? 1": expected[" 1"] ?? []])
    #expect(formats(file) == 1)
    #expect(file.problems.contains { $0.part == "pages section" })
  }

  @Test func theOnlyCPUHasAllPages() throws {
    let (file, whole) = try cut(builder([(0, pages(3, from: 0, time: 1000))], count: 1))
    #expect(values(file)["? 0"] == values(whole)[" 0"])
  }

  /// CPU 1 began when CPU 0 had ended; a CPU has no pages; the number of CPUs is not known.
  @Test(arguments: [0, 1, 2]) func whatIsNotCertainIsLeftOutAndSaid(sample: Int) throws {
    var sampled = builder([
      (0, pages(3, from: 0, time: 1000)),
      (1, pages(2, from: 100, time: sample == 0 ? 1_000_000 : 1500)),
    ])
    if sample == 1 {
      sampled = builder(
        [(0, pages(3, from: 0, time: 1000)), (2, pages(2, from: 9, time: 1500))], count: 3)
    }
    sampled.hasEarlyOptions = sample != 2
    let (file, whole) = try cut(sampled)
    #expect(values(whole).count == 2)
    #expect(values(file).isEmpty)
    #expect(formats(file) == 1)
    let said = try #require(file.problems.first { $0.part == "pages section" })
    #expect(said.message.contains("which CPU each of its pages is of"))
    #expect(said.message.contains("left out"))
  }

  @Test func packedPagesTellWhereTheyEnd() throws {
    // CPU 1 began when CPU 0 had ended: times alone would not part them.
    var builder = builder([
      (0, pages(25, from: 0, time: 1000)), (1, pages(12, from: 500, time: 1_000_000)),
    ])
    builder.packing = .init(name: "zstd") { bytes in
      (try? bytes.withUnsafeBytes { try Compressor(.zstd).compressed($0) }) ?? []
    }
    let (file, whole) = try cut(builder)
    let expected = values(whole)
    #expect(expected.values.map(\.count).sorted() == [60, 125])
    #expect(values(file) == ["? 0": expected[" 0"] ?? [], "? 1": expected[" 1"] ?? []])
  }
}
