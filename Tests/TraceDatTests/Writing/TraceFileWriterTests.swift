import ByteIO
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

/// What one way of writing is.
struct Way: CustomTestStringConvertible, Sendable {
  var version: Int
  var compression = Compression.none
  var placement: Placement

  var testDescription: String { "v\(version) \(compression) \(placement)" }

  /// Everything; where the file system cannot collapse, `automatic` stands for the best it can.
  static let all: [Way] = [
    Way(version: 7, placement: .automatic), Way(version: 7, placement: .move),
    Way(version: 7, placement: .parts(directory: nil)), Way(version: 6, placement: .automatic),
    Way(version: 6, placement: .move), Way(version: 6, placement: .parts(directory: nil)),
    Way(version: 7, compression: .zlib, placement: .automatic),
    Way(version: 7, compression: .zstd, placement: .automatic),
    Way(version: 7, compression: .zstd, placement: .parts(directory: nil)),
  ]
}

@Suite struct TraceFileWriterTests {
  /// The stored pages of a CPU, unpacked.
  private func pages(
    _ file: SectionWalker, _ cpu: (cpu: Int, offset: Int, size: Int)
  ) throws -> [UInt8] {
    guard let compression = Compression(rawValue: file.compression), compression != .none else {
      return Array(file.bytes[cpu.offset..<cpu.offset + cpu.size])
    }
    var bytes: [UInt8] = []
    var at = cpu.offset + 4
    for _ in 0..<(try file.number(4, at: cpu.offset)) {
      let (packed, unpacked) = (try file.number(4, at: at), try file.number(4, at: at + 4))
      bytes += try file.bytes[at + 8..<at + 8 + packed].withUnsafeBytes {
        try compression.decompressed($0, count: unpacked, limit: 1 << 20)
      }
      at += 8 + packed
    }
    #expect(at == cpu.offset + cpu.size)
    return bytes
  }

  @Test(arguments: WriterCase.all, Way.all)
  func everyPageIsWhereTheFileSays(recording: WriterCase, way: Way) throws {
    let folder = TemporaryFolder()
    try recording.write(
      to: folder.path("t.dat"), version: way.version, compression: way.compression,
      placement: way.placement)
    #expect(folder.names == ["t.dat"])
    let file = try SectionWalker(folder.read("t.dat"))
    #expect(file.compression == way.compression.rawValue)
    #expect(file.buffers.map(\.name).sorted() == recording.buffers.map(\.name).sorted())
    for buffer in recording.buffers {
      let found = try #require(file.buffers.first { $0.name == buffer.name })
      #expect(found.clock == "local")
      #expect(found.pageSize == buffer.pageSize)
      let filled = buffer.cpus.filter { !$0.pages.isEmpty }
      #expect(found.cpus.map(\.cpu) == filled.map(\.cpu))
      for (cpu, want) in zip(found.cpus, filled) {
        #expect(cpu.offset % buffer.pageSize == 0)
        #expect(try pages(file, cpu) == Array(want.pages.joined()))
      }
    }
    #expect(file.options.contains { $0.id == 0x4b04 })
    #expect(!file.options.contains { $0.id == 0x4b01 }, "the layout is for unfinished files")
    // All that is no page is small here: no gap is left.
    let data = recording.buffers.flatMap(\.cpus).flatMap(\.pages).reduce(0) { $0 + $1.count }
    #expect(file.bytes.count < data + 64 * 1024 + recording.buffers.count * 2 * recording.pageSize)
  }

  @Test(arguments: WriterCase.all, Way.all)
  func traceCmdReadsThem(recording: WriterCase, way: Way) throws {
    guard CommandRun.exists("trace-cmd") else {
      print("note: trace-cmd is not installed; its reading of our files is not checked")
      return
    }
    let known = CommandRun(["trace-cmd", "list", "-c"])?.output ?? ""
    guard way.compression == .none || known.contains(way.compression.rawValue) else {
      print("note: this trace-cmd does not know \(way.compression)")
      return
    }
    let folder = TemporaryFolder()
    let path = folder.path("t.dat")
    try recording.write(
      to: path, version: way.version, compression: way.compression, placement: way.placement)

    let report = try #require(CommandRun(["trace-cmd", "report", "-i", path]))
    #expect(report.status == 0)
    let lines = report.output.split(separator: "\n").filter { $0.contains("number:") }
    let values = lines.compactMap { line in
      line.split(separator: "value=").last.flatMap { Int($0) }
    }
    #expect(values.sorted() == recording.values, "\(report.output.prefix(500))")
    let named = lines.allSatisfy { $0.contains("init-1 ") }
    #expect(named, "the command lines are found")
    let rest = report.output.split(separator: "\n").filter { !$0.contains("number:") }
    #expect(rest.allSatisfy { $0.hasPrefix("cpus=") || $0.contains("cpus=") }, "\(rest)")

    let summary = try #require(CommandRun(["trace-cmd", "dump", "--summary", "-i", path]))
    #expect(summary.status == 0)
    #expect(summary.output.contains("[Saved command lines, 22 bytes]"), "\(summary.output)")
  }

  @Test func anUnfinishedFileIsAFileWithoutEvents() throws {
    for version in [6, 7] {
      let folder = TemporaryFolder()
      let recording = WriterCase.instances
      let writer = try TraceFileWriter(
        path: folder.path("t.dat"), version: version, metadata: recording.metadata,
        buffers: recording.layouts, placement: .parts(directory: nil))
      let file = try SectionWalker(folder.read("t.dat"))
      #expect(file.buffers.map(\.name) == ["", "one", "two"])
      #expect(file.buffers.allSatisfy { $0.cpus.isEmpty })
      #expect(file.options.contains { $0.id == 0x4b01 })
      writer.abandon()
      #expect(folder.names.isEmpty)
    }
  }

  @Test(arguments: [Way(version: 7, placement: .automatic), Way(version: 6, placement: .move)])
  func ringsComeOutInTimeOrder(way: Way) throws {
    let folder = TemporaryFolder()
    let pages = TestEvent.pages(23)
    let recording = WriterCase(
      name: "ring", cpuCount: 2, buffers: [("", 4096, [(0, pages), (1, pages)])])
    let writer = try TraceFileWriter(
      path: folder.path("t.dat"), version: way.version, metadata: recording.metadata,
      buffers: recording.layouts, placement: way.placement)
    for cpu in [0, 1] {
      let region = try writer.region(buffer: 0, cpu: cpu)
      for (number, page) in pages.enumerated() { page.write(to: region, at: number % 8 * 4096) }
    }
    let content = RegionContent(bytes: 23 * 4096, ringCapacity: 8 * 4096)
    try writer.finish(written: [[content, content]])
    let file = try SectionWalker(folder.read("t.dat"))
    let buffer = try #require(file.buffers.first)
    #expect(buffer.cpus.map(\.size) == [8 * 4096, 8 * 4096])
    for cpu in buffer.cpus {
      #expect(try self.pages(file, cpu) == Array(pages.suffix(8).joined()))
    }
  }

  @Test func lateMetadataLargerThanWhatWasClaimedFits() throws {
    for way in Way.all {
      let folder = TemporaryFolder()
      let text = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
      try WriterCase.sparse.write(
        to: folder.path("t.dat"), version: way.version, compression: way.compression,
        placement: way.placement, late: LateMetadata(options: [TraceOption(.threads, text)]))
      let file = try SectionWalker(folder.read("t.dat"))
      #expect(file.options.first { $0.id == 0x4b02 }?.data == text)
      let cpu = try #require(file.buffers.first?.cpus.last)
      #expect(
        try pages(file, cpu) == Array(WriterCase.sparse.buffers[0].cpus[2].pages.joined()))
    }
  }

  @Test(arguments: [6, 7]) func aBigEndianFileIsReadBack(version: Int) throws {
    let folder = TemporaryFolder()
    let path = folder.path("t.dat")
    let pages = TestEvent.pages(4, order: .big, longSize: 4)
    var metadata = WriterCase.oneCPU.metadata
    metadata.byteOrder = .big
    metadata.longSize = 4
    metadata.headerPage = Array(PageBuilder(time: 0, order: .big, longSize: 4).headerPage.utf8)
    let writer = try TraceFileWriter(
      path: path, version: version, metadata: metadata, buffers: WriterCase.oneCPU.layouts)
    let region = try writer.region(buffer: 0, cpu: 0)
    Array(pages.joined()).write(to: region, at: 0)
    try writer.finish(written: [[RegionContent(bytes: 4 * 4096)]], late: WriterCase.late)

    let file = try SectionWalker(folder.read("t.dat"))
    let cpu = try #require(file.buffers.first?.cpus.first)
    #expect(try self.pages(file, cpu) == Array(pages.joined()))
    let read = try TraceFile(path: path)
    #expect(read.problems.isEmpty)
    #expect(read.layout.longSize == 4)
    if CommandRun.exists("trace-cmd") {
      let report = try #require(CommandRun(["trace-cmd", "report", "-i", path]))
      #expect(report.output.contains("value=19"))
    }
  }

  @Test func whatCannotBeWrittenIsSaidAndLeavesNothing() throws {
    let folder = TemporaryFolder()
    let recording = WriterCase.oneCPU
    func make(_ path: String, version: Int = 7, _ change: (inout TraceMetadata) -> Void = { _ in })
      throws
    {
      var metadata = recording.metadata
      change(&metadata)
      _ = try TraceFileWriter(
        path: path, version: version, metadata: metadata, buffers: recording.layouts,
        placement: .parts(directory: nil))
    }
    #expect(throws: WritingError.self) { try make(folder.path("none/t.dat")) }
    #expect(throws: WritingError.notRegular(path: "/dev/null")) { try make("/dev/null") }
    #expect(throws: WritingError.self) { try make(folder.path("t.dat"), version: 8) }
    #expect(throws: WritingError.self) { try make(folder.path("t.dat")) { $0.cpuCount = 0 } }
    #expect(throws: WritingError.self) { try make(folder.path("t.dat")) { $0.pageSize = 5000 } }
    #expect(folder.names.isEmpty)
    folder.write([1], to: "t.dat.cpu0")
    #expect(throws: WritingError.leftover(path: folder.path("t.dat.cpu0"))) {
      try make(folder.path("t.dat"), version: 6)
    }
    #expect(folder.names == ["t.dat.cpu0"], "what is not ours stays")
  }
}
