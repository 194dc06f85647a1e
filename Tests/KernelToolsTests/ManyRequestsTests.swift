import ByteIO
import Testing
import TraceTestSupport

@testable import KernelTools

/// Many requests under way at once: each has its row, and what is kept of them is bounded.
@Suite struct ManyRequestsTests {
  private static func values(_ sector: Int) -> [String: ToolTrace.Value] {
    [
      "dev": .number(8 << 20), "sector": .number(sector), "nr_sector": .number(8),
      "bytes": .number(4096), "rwbs": .text("R"), "comm": .text("dd"),
    ]
  }

  /// 20,000 requests that are issued and completed on four CPUs in turn, 700 of them at any time.
  @Test(arguments: ToolTrace.kernels) func eachHasItsRow(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, cpuCount: 4, ["block"])
    let (count, underWay) = (20_000, 700)
    for step in 0..<(count + underWay) {
      let time = UInt64(1_000_000_000 + step * 10_000)
      if step < count {
        trace.add(
          time, cpu: step % 4, thread: 7, "block:block_rq_issue", Self.values(step * 8))
      }
      if step >= underWay {
        // Not in the order of their issue: neighbours change places.
        let sector = ((step - underWay) ^ 1) * 8
        trace.add(
          time + 4000, cpu: step / 3 % 4, thread: 0, "block:block_rq_complete",
          Self.values(sector))
      }
    }
    let (rows, notes) = try trace.run("iosnoop", ["--csv"])
    let expected = (0..<count).map { place in
      let latency = place % 2 == 0 ? "6.99" : "7.01"
      return #"dd,7,R,"8,0",\#((place ^ 1) * 8),4096,"# + latency
    }
    #expect(rows.count == count + 1)
    #expect(Array(rows.dropFirst()) == expected)
    #expect(notes.isEmpty)
  }

  /// More than are kept: the oldest make room, have no row, and are counted.
  @Test func theOldestMakeRoomAndAreCounted() throws {
    var trace = try ToolTrace(kernel: "6.12", ["block"])
    let count = (1 << 16) + 3
    for number in 0..<count {
      trace.add(
        UInt64(1_000_000_000 + number * 1000), thread: 7, "block:block_rq_issue",
        Self.values(number * 8))
    }
    for number in 0..<6 {
      trace.add(
        UInt64(2_000_000_000 + number * 1000), thread: 0, "block:block_rq_complete",
        Self.values(number * 8))
    }
    let (rows, notes) = try trace.run("iosnoop", ["--csv"])
    #expect(rows.dropFirst().map { $0.split(separator: ",")[5] } == ["24", "32", "40"])
    #expect(notes.count == 1 && notes[0].contains("3"))
  }

  @Test(arguments: ["", "R", "kworker", "kworker/", "kworker/0", "kworker/0:1-event"])
  func shortTextsAreKeptAsTheyAre(text: String) {
    let bytes = Array(text.utf8)
    #expect(bytes.withUnsafeBytes { ShortText($0).bytes } == Array(bytes.prefix(16)))
    // What stands behind the NUL, or behind the field, is no part of it.
    let cases: [(rest: [UInt8], size: Int)] = [
      ([0, 65, 66], 16), ([], bytes.count), ([66], bytes.count),
    ]
    for (rest, size) in cases {
      let memory = bytes + rest + [UInt8](repeating: rest.isEmpty ? 0 : 67, count: 32)
      let short = memory.withUnsafeBytes { bytes in
        bytes.baseAddress.map { ShortText(readingAt: $0, count: size) }
      }
      #expect(short?.bytes == Array(bytes.prefix(16)))
      #expect(short == bytes.withUnsafeBytes { ShortText($0) })
    }
  }
}
