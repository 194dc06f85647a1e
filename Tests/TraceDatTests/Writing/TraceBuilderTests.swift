import ByteIO
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

/// The builders that other tests stand on.
@Suite struct TraceBuilderTests {
  @Test(arguments: [6, 7]) func aBuiltFileIsAFile(version: Int) throws {
    let pages = Array(TestEvent.pages(3).joined())
    let builder = TraceBuilder(
      cpuCount: 4,
      buffers: [
        .init(cpus: [(2, pages)]), .init(name: "one", cpus: [(0, pages), (3, pages)]),
      ])
    let bytes = version == 6 ? builder.version6 : builder.version7
    let walked = try SectionWalker(bytes)
    #expect(walked.buffers.map { $0.cpus.map(\.cpu) } == [[2], [0, 3]])
    for cpu in walked.buffers.flatMap(\.cpus) {
      #expect(Array(bytes[cpu.offset..<cpu.offset + cpu.size]) == pages)
    }
    let folder = TemporaryFolder()
    let file = try TraceFile(path: folder.write(bytes, to: "t.dat"))
    #expect(file.problems.isEmpty)
    #expect(file.buffers.map(\.name) == ["", "one"])
    if CommandRun.exists("trace-cmd") {
      let report = try #require(
        CommandRun(["trace-cmd", "report", "-i", folder.path("t.dat")]))
      #expect(report.output.split(separator: "\n").filter { $0.contains("value=") }.count == 45)
    }
  }

  @Test(arguments: [8, 4]) func pagesHoldWhatWasPut(longSize: Int) throws {
    for order in [ByteOrder.little, .big] {
      var page = PageBuilder(time: 500, order: order, longSize: longSize, size: 1024)
      page.event(after: 1, [1, 2, 3, 4])
      page.event(after: 1 << 30, [5, 6, 7, 8])
      page.discarded(after: 3, count: 8)
      page.event([UInt8](repeating: 9, count: 200))
      page.absoluteTime(1 << 40)
      page.event(after: 2, [1])
      page.lost = .count(77)
      page.padding()
      let layout = try PageLayout(headerPage: page.headerPage, order: order)
      #expect(layout.pageSize == 1024)
      page.bytes.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        var cursor = RecordCursor(page: start, layout: layout)
        var times: [UInt64] = []
        while let record = cursor.next() { times.append(record.time) }
        #expect(times == [501, 501 + 1 << 30, 504 + 1 << 30, 1 << 40 + 2])
        #expect(cursor.lost == .unknown || cursor.lost == .some(77))
        #expect(cursor.damage == nil)
      }
    }
  }
}
