import ByteIO
import Testing
import TraceTestSupport

@testable import Timeline

/// Calls as the function_graph tracer records them.
@Suite struct FunctionBandsTests {
  private let folder = TemporaryFolder()

  /// Functions 0x1000 and, within it, twice 0x2000; 0x3000 began before the recording.
  private func trace() throws -> Trace {
    let texts = try EventTexts(kernel: "6.12", ["ftrace"])
    var cpus = RecordedCPUs(count: 1)
    func begins(_ time: UInt64, _ function: Int, _ depth: Int) {
      cpus.add(
        1_000_000_000 + time, cpu: 0,
        texts.record(
          thread: 7, "ftrace:funcgraph_entry", ["func": .number(function), "depth": .number(depth)])
      )
    }
    func ends(_ time: UInt64, _ function: Int, _ depth: Int, took: Int) {
      cpus.add(
        1_000_000_000 + time, cpu: 0,
        texts.record(
          thread: 7, "ftrace:funcgraph_exit",
          [
            "func": .number(function), "depth": .number(depth), "calltime": .number(5000),
            "rettime": .number(5000 + took),
          ]))
    }
    begins(0, 0x9000, 0)
    ends(10, 0x9000, 0, took: 10)
    ends(500, 0x3000, 0, took: 400)
    begins(1000, 0x1000, 0)
    begins(1100, 0x2000, 1)
    ends(1300, 0x2000, 1, took: 190)
    begins(1400, 0x2000, 1)
    ends(1500, 0x2000, 1, took: 90)
    ends(2000, 0x1000, 0, took: 990)
    begins(2100, 0x4000, 0)
    var builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: cpus.pages)])
    builder.systems = texts.systems.filter { $0.name != "ftrace" }
    builder.ftraceFormats = texts.systems.first { $0.name == "ftrace" }?.formats ?? []
    builder.kallsyms = "1000 T outer\n2000 T inner\n3000 T early\n4000 T late\n9000 T first\n"
    let trace = try Trace(paths: [folder.write(builder.version6, to: "t.dat")])
    trace.buildIndex(workers: 1)
    // A second time nothing is counted again.
    trace.buildIndex(workers: 1)
    #expect(trace.eventCount == 10)
    return trace
  }

  @Test func callsAreNestedAndNamed() throws {
    let trace = try trace()
    let bands = trace.bands(of: 1, in: 0..<3000).bands.filter { $0.kind == .function }
    func name(_ band: Band) -> String {
      trace.name(of: .init(kind: .function, detail: band.detail, machine: 0))
    }
    let told = bands.map { "\(name($0)) \($0.depth) \($0.start)-\($0.end)" }
    #expect(
      told == [
        "first 0 0-10", "early 0 100-500", "outer 0 1000-2000", "inner 1 1100-1300",
        "inner 1 1400-1500", "late 0 2100-2101",
      ])
  }

  @Test func ownTimeIsWithoutThatOfCallsWithin() throws {
    let trace = try trace()
    let found = trace.statistics(in: 0..<2050)
    let spans = Dictionary(
      uniqueKeysWithValues: found.spans.map { (trace.name(of: $0.key), $0.value) })
    #expect(spans["outer"]?.total == 1000)
    #expect(spans["outer"]?.own == 700)
    #expect(spans["inner"]?.count == 2)
    #expect(spans["inner"]?.total == 300)
    // It goes on behind the range.
    #expect(spans["late"] == nil)
  }
}
