import ByteIO
import Glibc
import Testing
import TraceTestSupport

@testable import TraceDat

/// Small files that claim to be large take no more memory or time than their size allows.
@Suite struct BoundTests {
  private func open(_ bytes: [UInt8]) throws -> TraceFile {
    try TraceFile(mapped: bytes.withUnsafeBytes { MappedFile(copying: $0, named: "t.dat") })
  }

  private func streams(of file: TraceFile) throws -> [EventStream] {
    try file.buffers.enumerated().flatMap { number, buffer in
      try buffer.cpus.map {
        EventStream(pages: try PageIndex($0, of: buffer, in: file), buffer: number)
      }
    }
  }

  /// 5,000 CPUs, each with one page of 128 MB of which the file has 4 KB: were each filled up to its
  /// size, that would be 640 GB.
  @Test func aPageTakesNoMoreThanTheFileHas() throws {
    let page = TestEvent.pages(1)[0]
    var builder = TraceBuilder(
      cpuCount: 5000, buffers: [.init(cpus: (0..<5000).map { ($0, $0 % 100 == 0 ? page : [1]) })])
    builder.headerPage = PageBuilder(time: 0, size: 1 << 27).headerPage
    var bytes = builder.version7
    let option = UInt32(4096).bytes(.little) + UInt32(5000).bytes(.little)
    let place = try #require(bytes.indices.last { bytes[$0...].starts(with: option) })
    bytes.replaceSubrange(place..<place + 4, with: UInt32(1 << 27).bytes(.little))
    let file = try open(bytes)
    #expect(file.buffers.first?.pageSize == 1 << 27)
    var cursor = EventCursor(try streams(of: file))
    var events = 0
    while cursor.next() != nil { events += 1 }
    #expect(events == 250)
  }

  @Test func theSamePagesAreNotReadForManyCPUs() throws {
    let pages = Array(TestEvent.pages(3).joined())
    let builder = TraceBuilder(
      cpuCount: 64, buffers: [.init(cpus: (0..<64).map { ($0, $0 == 0 ? pages : [1]) })])
    var bytes = builder.version6
    let table = try #require(
      bytes.indices.first { bytes[$0...].starts(with: Array("flyrecord\0".utf8)) })
    let first = Array(bytes[(table + 10)..<(table + 26)])
    for cpu in 1..<64 {
      bytes.replaceSubrange(table + 10 + cpu * 16..<table + 26 + cpu * 16, with: first)
    }
    let file = try open(bytes)
    let claimed = file.buffers.flatMap(\.cpus).reduce(0) { $0 + $1.size }
    #expect(claimed <= bytes.count)
    #expect(file.problems.count >= 1)
  }

  @Test func aBudgetComesBack() {
    let budget = MemoryBudget(fileSize: 0)
    #expect(budget.take(1 << 28))
    #expect(!budget.take(1))
    budget.give(1 << 28)
    #expect(budget.take(5))
  }

  @Test func packedTextsShareTheBudget() throws {
    var builder = TraceBuilder(cpuCount: 1, buffers: [])
    builder.kallsyms = String(repeating: "0", count: 1 << 20)
    builder.packing = .init(name: "zlib") { bytes in
      (try? bytes.withUnsafeBytes { try Compressor(.zlib).compressed($0) }) ?? []
    }
    let file = try open(builder.version7)
    var kept: [SectionBytes] = []
    #expect(throws: TraceFileError.self) {
      while true { kept.append(try file.text(.kallsyms)) }
    }
    #expect(kept.count >= 250 && kept.count < 400)
    kept = []
    #expect(throws: Never.self) { try file.text(.kallsyms) }
  }

  @Test func aFileCutOffWhileItIsReadIsReadToItsEnd() throws {
    let folder = TemporaryFolder()
    let pages = Array(TestEvent.pages(20).joined())
    let path = folder.write(
      TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, pages)])]).version6, to: "t.dat")
    let file = try TraceFile(path: path)
    #expect(file.cutOff == nil)
    let length = file.mapped.count
    #expect(truncate(path, length - 10 * 4096) == 0)
    var cursor = EventCursor(try streams(of: file))
    var events = 0
    while cursor.next() != nil { events += 1 }
    #expect(events == 50)
    #expect(file.cutOff?.offset == length - 10 * 4096)
  }
}
