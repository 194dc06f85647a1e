import ByteIO
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// Packed pages that cannot be unpacked, and pages that break off: what is left is shown the same
/// however the recording is cut into slices, and each loss is said once.
@Suite struct DamagedChunkTests {
  let folder = TemporaryFolder()

  /// Two CPUs whose events take turns: four chunks of ten pages each, five events a page.
  private func recording(
    isPacked: Bool = true, _ change: (inout [UInt8], TraceFile) throws -> Void
  ) throws -> String {
    var builder = TraceBuilder(
      cpuCount: 2,
      buffers: [
        .init(cpus: [
          (0, Array(TestEvent.pages(40).joined())),
          (1, Array(TestEvent.pages(40, from: 1000, time: 1_000_000_500).joined())),
        ])
      ])
    if isPacked {
      builder.packing = .init(name: "zstd") { bytes in
        bytes.withUnsafeBytes { (try? Compressor(.zstd).compressed($0)) ?? [] }
      }
    }
    let path = folder.write(builder.version7, to: "t.dat")
    var bytes = folder.read("t.dat")
    try change(&bytes, TraceFile(path: path))
    return folder.write(bytes, to: "t.dat")
  }

  private func report(
    _ path: String, bytesPerSlice: Int, _ range: ReportRange = .all
  ) throws -> (lines: [String], problems: [String]) {
    var options = ReportOptions()
    options.printsHead = false
    options.range = range
    options.bytesPerSlice = bytesPerSlice
    let run = try ReportRun([path], .text, options)
    return (run.lines, run.problems.map(\.message))
  }

  @Test(arguments: [0, 1], 0..<4)
  func aChunkThatIsDamagedTakesNothingElseWithIt(cpu: Int, chunk: Int) throws {
    let sound = try report(try recording { _, _ in }, bytesPerSlice: 1 << 30).lines
    let path = try recording { bytes, file in
      let buffer = file.buffers[0]
      guard case .pages = buffer.content else { return }
      let pages = try PageIndex(buffer.cpus[cpu], of: buffer, in: file)
      let place = pages.fileOffset(ofPage: chunk * 10)
      for offset in 0..<4 { bytes[place + offset] ^= 0xff }
    }
    // The events of the chunk's pages.
    let lost = (0..<50).map { "value=\(cpu * 1000 + chunk * 50 + $0)" }
    let expected = sound.filter { line in !lost.contains { line.hasSuffix($0) } }
    #expect(expected.count == sound.count - 50)
    let whole = try report(path, bytesPerSlice: 1 << 30)
    #expect(whole.lines.filter { !$0.contains("DROPPED") } == expected)
    #expect(whole.lines.count { $0.contains("DROPPED") } == (chunk == 3 ? 0 : 1))
    #expect(whole.problems.count == 1)
    for bytesPerSlice in [4096, 10_000, 40_960, 100_000] {
      let sliced = try report(path, bytesPerSlice: bytesPerSlice)
      #expect(sliced.lines == whole.lines)
      #expect(sliced.problems == whole.problems)
    }
  }

  /// A walk that begins within it looks at the page before, which cannot be read either.
  @Test func aChunkThatAWalkBeginsInIsSaid() throws {
    let path = try recording { bytes, file in
      let buffer = file.buffers[0]
      let pages = try PageIndex(buffer.cpus[0], of: buffer, in: file)
      bytes[pages.fileOffset(ofPage: 10)] ^= 0xff
    }
    let file = try TraceFile(path: path)
    let pages = try PageIndex(file.buffers[0].cpus[0], of: file.buffers[0], in: file)
    let stream = EventStream(pages: pages, buffer: 0)
    var cursor = EventCursor([stream], from: [EventStream.Position(page: 12, offset: 0)])
    #expect(cursor.peek?.lost == .unknown)
    var count = 0
    while cursor.next() != nil { count += 1 }
    #expect(count == 100)
    #expect(cursor.problems.count == 1)
  }

  /// Also where a slice ends in front of the page, or behind it.
  @Test(arguments: [(0, 3), (0, 20), (1, 19), (1, 38)])
  func aPageThatBreaksOffIsSaidOnce(cpu: Int, page: Int) throws {
    let path = try recording(isPacked: false) { bytes, file in
      let buffer = file.buffers[0]
      let pages = try PageIndex(buffer.cpus[cpu], of: buffer, in: file)
      let place = pages.fileOffset(ofPage: page)
      // More bytes of events than a page has room for.
      bytes[place + 9] = 0x7f
    }
    let whole = try report(path, bytesPerSlice: 1 << 30)
    #expect(whole.lines.count { $0.contains("DROPPED") } == 1)
    #expect(whole.problems.count == 1)
    for bytesPerSlice in [4096, 10_000, 40_960, 100_000] {
      let sliced = try report(path, bytesPerSlice: bytesPerSlice)
      #expect(sliced.lines == whole.lines)
      #expect(sliced.problems == whole.problems)
    }
  }

  @Test(arguments: 0..<4) func aSpanOfTimeIsFoundBesideADamagedChunk(chunk: Int) throws {
    let path = try recording { bytes, file in
      let buffer = file.buffers[0]
      let pages = try PageIndex(buffer.cpus[0], of: buffer, in: file)
      bytes[pages.fileOffset(ofPage: chunk * 10)] ^= 0xff
    }
    let whole = try ReportRun([path], .json).objects().compactMap { event in
      event["time"]?.number.map { (time: $0, value: event["fields"]?["value"]?.number) }
    }
    #expect(whole.count == 350)
    for first in stride(from: 0, to: whole.count, by: 17) {
      for last in stride(from: first, to: whole.count, by: 41) {
        var options = ReportOptions()
        options.range = .between(whole[first].time...whole[last].time)
        // Without the line of what was lost, which has no time.
        let found = try ReportRun([path], .json, options).objects().filter { $0["time"] != nil }
        let expected = whole.filter { (whole[first].time...whole[last].time).contains($0.time) }
        #expect(found.map { $0["fields"]?["value"]?.number } == expected.map(\.value))
      }
    }
  }
}
