import ByteIO
import RingBuffer
import Testing
import TraceTestSupport

@testable import TraceDat

/// That nothing which was written is lost where a recording was not brought to its end.
@Suite struct UnfinishedFileTests {
  let folder = TemporaryFolder()

  /// Writes a recording's pages and leaves it as a killed recorder does.
  func leave(
    _ recording: WriterCase, version: Int = 7, compression: Compression = .none,
    placement: Placement = .move, ring: Int? = nil
  ) throws -> TraceFileWriter {
    let writer = try TraceFileWriter(
      path: folder.path("t.dat"), version: version, compression: compression,
      metadata: recording.metadata, buffers: recording.layouts, placement: placement)
    for (index, buffer) in recording.buffers.enumerated() {
      for (cpu, pages) in buffer.cpus {
        let region = try writer.region(buffer: index, cpu: cpu)
        for (number, page) in pages.enumerated() {
          page.write(to: region, at: number % (ring ?? .max) * buffer.pageSize)
        }
      }
    }
    return writer
  }

  /// All values of the test event, per buffer and CPU, in the order in which they are read.
  func values(of file: TraceFile) -> [String: [UInt32]] {
    var found: [String: [UInt32]] = [:]
    for stream in FilePart(of: file).streams {
      var cursor = EventCursor([stream])
      var list: [UInt32] = []
      while let event = cursor.next() {
        list.append(event.record.payload.load(UInt32.self, at: 8, file.order))
      }
      found["\(file.buffers[stream.buffer].name) \(stream.cpu)"] = list
    }
    return found
  }

  func expected(_ recording: WriterCase) -> [String: [UInt32]] {
    var all: [String: [UInt32]] = [:]
    for buffer in recording.buffers {
      for (cpu, pages) in buffer.cpus where !pages.isEmpty {
        all["\(buffer.name) \(cpu)"] = pages.flatMap { page in
          page.withUnsafeBytes { bytes -> [UInt32] in
            guard let start = bytes.baseAddress else { return [] }
            let commit = Int(start.load(UInt64.self, at: 8, .little))
            // A word of header, 12 bytes of fields each.
            return stride(from: 16, to: 16 + commit, by: 16).map {
              start.load(UInt32.self, at: $0 + 12, .little)
            }
          }
        }
      }
    }
    return all
  }

  @Test(arguments: WriterCase.all, [6, 7])
  func whatWasWrittenIsRead(_ recording: WriterCase, _ version: Int) throws {
    let writer = try leave(recording, version: version)
    defer { writer.abandon() }
    let file = try TraceFile(path: folder.path("t.dat"))
    #expect(file.isUnfinished)
    #expect(file.problems.map(\.kind) == [.unfinished])
    #expect(values(of: file) == expected(recording))
  }

  @Test func pagesArePlainWhateverTheHeadSays() throws {
    let writer = try leave(.sparse, compression: .zstd)
    defer { writer.abandon() }
    let file = try TraceFile(path: folder.path("t.dat"))
    #expect(file.compression == .zstd)
    #expect(values(of: file) == expected(.sparse))
  }

  @Test(arguments: [5, 8, 16, 23])
  func aRingBeginsWithItsOldestPage(_ count: Int) throws {
    let pages = TestEvent.pages(count)
    let recording = WriterCase(name: "ring", cpuCount: 1, buffers: [("", 4096, [(0, pages)])])
    let writer = try leave(recording, ring: 8)
    defer { writer.abandon() }
    let file = try TraceFile(path: folder.path("t.dat"))
    #expect(file.problems.map(\.kind) == [.unfinished])
    let kept = max(0, count - 8) * 5
    #expect(values(of: file) == [" 0": Array(UInt32(kept)..<UInt32(count * 5))])
  }

  @Test(arguments: [WriterCase.instances, .sparse, .largePages])
  func filesOfPagesBesideItArePutTogether(_ recording: WriterCase) throws {
    let writer = try leave(recording, placement: .parts(directory: nil))
    let unfinished = try TraceFile(path: folder.path("t.dat"))
    #expect(unfinished.pagesFiles.isEmpty == false)
    #expect(unfinished.problems.contains { if case .elsewhere = $0.kind { true } else { false } })
    #expect(
      unfinished.pagesFiles.allSatisfy { !$0.path.contains("/") || $0.path == unfinished.path })
    var restorer = FileRestorer(StoredMetadata(of: unfinished), of: unfinished)
    try restorer.write(
      unfinished.pagesFiles.map { $0.found(besides: unfinished.path) },
      to: folder.path("whole.dat"))
    #expect(restorer.problems.isEmpty)
    writer.abandon()
    let whole = try TraceFile(path: folder.path("whole.dat"))
    #expect(whole.problems.isEmpty)
    #expect(values(of: whole) == expected(recording))
  }

  @Test func aFileThatWasBeingMovedTogetherIsNotTakenForWhole() throws {
    let writer = try leave(.oneCPU)
    defer { writer.abandon() }
    var layout = LayoutBuilder()
    layout.add(cpu: 0, offset: 1 << 20, written: 1 << 20)
    var builder = TraceBuilder(cpuCount: 1, buffers: [])
    builder.options.append((id: 0x4b01, data: layout.bytes))
    let file = try TraceFile(path: folder.write(builder.version7, to: "moved.dat"))
    #expect(file.isUnfinished)
    #expect(file.buffers.isEmpty)
    #expect(file.problems.count == 2)
  }

  @Test(arguments: WriterCase.all, [6, 7])
  func roomForMorePagesIsNothingLost(_ recording: WriterCase, _ version: Int) throws {
    let writer = try leave(recording, version: version)
    defer { writer.abandon() }
    let unfinished = try TraceFile(path: folder.path("t.dat"))
    var restorer = FileRestorer(StoredMetadata(of: unfinished), of: unfinished)
    try restorer.write(
      unfinished.pagesFiles, to: folder.path("whole.dat"), version: version,
      compression: version == 7 ? .zstd : .none)
    #expect(restorer.problems.isEmpty)
    let whole = try TraceFile(path: folder.path("whole.dat"))
    #expect(whole.problems.isEmpty)
    #expect(values(of: whole) == expected(recording))
  }

  @Test func pagesBehindAHoleAreTakenToo() throws {
    var pages = TestEvent.pages(40)
    for page in 7..<39 { pages[page] = [UInt8](repeating: 0, count: 4096) }
    let recording = WriterCase(name: "hole", cpuCount: 1, buffers: [("", 4096, [(0, pages)])])
    let writer = try leave(recording)
    defer { writer.abandon() }
    let unfinished = try TraceFile(path: folder.path("t.dat"))
    var restorer = FileRestorer(StoredMetadata(of: unfinished), of: unfinished)
    try restorer.write(unfinished.pagesFiles, to: folder.path("whole.dat"))
    #expect(restorer.problems.count == 1)
    #expect(restorer.problems.first?.message.contains(": 131072 bytes from offset ") ?? false)
    let whole = try TraceFile(path: folder.path("whole.dat"))
    #expect(values(of: whole) == [" 0": Array(0..<35) + Array(195..<200)])
  }

  @Test func impossibleLengthsAreReported() throws {
    let rows: [(written: Int, ring: Int, pageSize: Int, path: String)] = [
      (.max, 4096, 4096, ""), (-1, 100, 4096, ""), (.max, 4096, 4096, "t.dat.cpu0"),
      (-1, 0, 0, "t.dat.cpu0"), (-1, 4096, 0, ""), (.max - 4094, .min, 4096, ""),
    ]
    for (written, ring, pageSize, path) in rows {
      var layout = LayoutBuilder()
      layout.add(
        cpu: 0, offset: 4096, pageSize: pageSize, written: written, ring: ring, path: path)
      let file = try TraceFile(path: folder.write(layout.recording(), to: "odd.dat"))
      #expect(file.problems.count == 2, "\(written) \(ring) \(pageSize) \(path)")
      #expect(file.problems.last?.message.contains("not possible") ?? false)
      #expect(file.pagesFiles.isEmpty)
    }
  }

  @Test func moreBytesThanTheFileHasAreTold() throws {
    var layout = LayoutBuilder()
    layout.add(cpu: 3, offset: 1 << 20, written: 8192)
    let file = try TraceFile(path: folder.write(layout.recording(), to: "cut.dat"))
    #expect(file.pagesFiles.isEmpty)
    #expect(file.problems.last?.message.contains("CPU 3 is said to have 8192 bytes") ?? false)
  }

  @Test func aLayoutThatMakesNoSenseCostsAProblemAndNoMore() throws {
    for (cpu, offset, size) in [(1 << 20, 1 << 20, 4096), (0, 0, 4096), (0, 1 << 62, 3)] {
      var layout = LayoutBuilder()
      layout.add(cpu: cpu, offset: offset, pageSize: size, written: -1)
      var builder = TraceBuilder(cpuCount: 1, buffers: [])
      builder.options.append((id: 0x4b01, data: layout.bytes))
      let file = try TraceFile(path: folder.write(builder.version7, to: "odd.dat"))
      #expect(file.problems.count >= 2, "\(cpu) \(offset) \(size)")
      #expect(values(of: file).isEmpty)
      builder.options[builder.options.count - 1].data.removeLast(5)
      let cut = try TraceFile(path: folder.write(builder.version7, to: "cut.dat"))
      #expect(cut.problems.count == 1)
    }
  }
}
