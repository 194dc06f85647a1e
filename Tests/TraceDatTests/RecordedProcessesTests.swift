import Testing
import TraceDat
import TraceTestSupport

struct RecordedProcessesTests {
  private let folder = TemporaryFolder()

  private func processes(_ text: String) throws -> RecordedProcesses {
    var builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [])])
    // `PID TGID` lines: option 0x4b02.
    builder.options.append((0x4b02, Array(text.utf8)))
    return RecordedProcesses(try TraceFile(path: folder.write(builder.version7, to: "t.dat")))
  }

  @Test func tellsTheProcessOfAThread() throws {
    let processes = try processes("7 7\n71 7\n72 7\n9 9\n")
    #expect([7, 71, 72, 9].map { processes.process(of: $0) } == [7, 7, 7, 9])
    #expect(processes.process(of: 8) == nil)
  }

  /// Whoever wrote it.
  @Test func passesOverWhatIsNoNumber() throws {
    let processes = try processes("seven 7\n71\n72 7 7\n\n 73 7\n99999999999 1\n")
    #expect(processes.process(of: 73) == 7)
    #expect([71, 72].allSatisfy { processes.process(of: $0) == nil })
  }
}
