import ByteIO
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// Sums of allocations, for recordings whose truth is known.
@Suite struct MemoryUseTests {
  let folder = TemporaryFolder()

  private static let common = """
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;


    """

  private static let formats = [
    "name: kmalloc\nID: 500\n" + common + """
      \tfield:unsigned long call_site;\toffset:8;\tsize:8;\tsigned:0;
      \tfield:const void * ptr;\toffset:16;\tsize:8;\tsigned:0;
      \tfield:size_t bytes_req;\toffset:24;\tsize:8;\tsigned:0;
      \tfield:size_t bytes_alloc;\toffset:32;\tsize:8;\tsigned:0;

      print fmt: "ptr=%p", REC->ptr

      """,
    "name: kfree\nID: 501\n" + common + """
      \tfield:unsigned long call_site;\toffset:8;\tsize:8;\tsigned:0;
      \tfield:const void * ptr;\toffset:16;\tsize:8;\tsigned:0;

      print fmt: "ptr=%p", REC->ptr

      """,
  ]

  private static func head(_ id: UInt16) -> [UInt8] { id.bytes(.little) + [0, 0, 1, 0, 0, 0] }
  private static func words(_ numbers: [UInt64]) -> [UInt8] {
    numbers.flatMap { $0.bytes(.little) }
  }

  private enum Step {
    case take(_ site: UInt64, _ pointer: UInt64, _ requested: UInt64, _ allocated: UInt64)
    case give(_ pointer: UInt64)
  }

  private static let small: UInt64 = 0xffff_ffff_8100_0000
  private static let large: UInt64 = 0xffff_ffff_8100_1000

  /// Each list is a CPU's; the steps of all follow one another by turns.
  private func use(_ cpus: [[Step]]) throws -> MemoryUse {
    let pages = cpus.indices.map { cpu in
      var page = PageBuilder(time: 1000 + UInt64(cpu))
      for (index, step) in cpus[cpu].enumerated() {
        let delta: UInt64 = index == 0 ? 0 : 100
        switch step {
        case .take(let site, let pointer, let requested, let allocated):
          page.event(
            after: delta, Self.head(500) + Self.words([site + 8, pointer, requested, allocated]))
        case .give(let pointer):
          page.event(after: delta, Self.head(501) + Self.words([Self.small, pointer]))
        }
      }
      return (cpu: cpu, pages: page.bytes)
    }
    var builder = TraceBuilder(cpuCount: cpus.count, buffers: [.init(cpus: pages)])
    builder.systems = [("kmem", Self.formats)]
    builder.kallsyms =
      "ffffffff81000000 T take_small\nffffffff81001000 T take_large\nffffffff81002000 T _etext\n"
    let file = try TraceFile(path: folder.write(builder.version7, to: "t.dat"))
    return MemoryUse(try ReportInput([ReportInput.Recording(file)]))
  }

  @Test func whatIsFreedIsNotInUse() throws {
    let use = try use([
      [
        .take(Self.small, 0x10, 20, 32), .take(Self.small, 0x20, 30, 32), .give(0x10),
        .take(Self.small, 0x10, 8, 8), .give(0x99),
      ],
      [.take(Self.large, 0x1000, 5000, 8192), .give(0x1000)],
    ])
    #expect(use.problems.isEmpty)
    #expect(use.uses.map(\.function) == ["take_small", "take_large"])
    var small = MemoryUse.Use(function: "take_small")
    (small.requested, small.allocated) = (38, 40)
    (small.totalRequested, small.totalAllocated) = (58, 72)
    (small.largestRequested, small.largestAllocated, small.largestWaste) = (50, 64, 14)
    #expect(use.uses[0] == small)
    var large = MemoryUse.Use(function: "take_large")
    (large.totalRequested, large.totalAllocated) = (5000, 8192)
    (large.largestRequested, large.largestAllocated, large.largestWaste) = (5000, 8192, 3192)
    #expect(use.uses[1] == large)
  }

  @Test func anAddressThatIsHandedOutAgainWasFreed() throws {
    let use = try use([[.take(Self.small, 0x10, 20, 32), .take(Self.large, 0x10, 20, 32)]])
    #expect(use.uses.map(\.allocated) == [32, 0])
    #expect(use.uses[0].function == "take_large")
  }

  @Test func linesAreTraceCmds() throws {
    let use = try use([[.take(Self.large, 0x10, 1000, 1024)]])
    var text = ByteSink()
    use.write(to: &text)
    let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
    let known = try #require(CommandRun(["trace-cmd", "mem", "-i", folder.path("t.dat")]))
    #expect(known.status == 0)
    #expect(lines == known.output.split(separator: "\n"))
    #expect(lines.count == 3)
    var json = ByteSink()
    use.writeJSON(to: &json)
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        .hasPrefix("{\"function\":\"take_large\",\"waste\":24,\"allocated\":1024,"))
  }

  @Test func aRecordingWithoutThemIsEmpty() throws {
    #expect(try use([[]]).uses.isEmpty)
  }
}
