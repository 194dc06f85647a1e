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
    try FileRestorer(StoredMetadata(of: unfinished)).write(
      unfinished.pagesFiles, to: folder.path("whole.dat"))
    writer.abandon()
    let whole = try TraceFile(path: folder.path("whole.dat"))
    #expect(whole.problems.isEmpty)
    #expect(values(of: whole) == expected(recording))
  }

  @Test func aFileThatWasBeingMovedTogetherIsNotTakenForWhole() throws {
    let writer = try leave(.oneCPU)
    defer { writer.abandon() }
    var layout = RecordingLayoutBytes()
    layout.add(cpu: 0, offset: 1 << 20, written: 1 << 20)
    var builder = TraceBuilder(cpuCount: 1, buffers: [])
    builder.options.append((id: 0x4b01, data: layout.bytes))
    let file = try TraceFile(path: folder.write(builder.version7, to: "moved.dat"))
    #expect(file.isUnfinished)
    #expect(file.buffers.isEmpty)
    #expect(file.problems.count == 2)
  }

  @Test func aLayoutThatMakesNoSenseCostsAProblemAndNoMore() throws {
    for (cpu, offset, size) in [(1 << 20, 1 << 20, 4096), (0, 0, 4096), (0, 1 << 62, 3)] {
      var layout = RecordingLayoutBytes()
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

/// The bytes of option 0x4b01.
private struct RecordingLayoutBytes {
  private var rows: [UInt8] = []
  private var count: UInt32 = 0

  mutating func add(cpu: Int, offset: Int, pageSize: Int = 4096, written: Int) {
    count += 1
    rows += UInt32(cpu).bytes(.little) + UInt32(pageSize).bytes(.little)
    for number in [offset, 1 << 30, written, 0] { rows += Int64(number).bytes(.little) }
    rows += [0] + Array("local".utf8) + [0, 0]
  }

  var bytes: [UInt8] { UInt32(1).bytes(.little) + count.bytes(.little) + rows }
}
