import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport
import Tracefs

@testable import Recording

/// Extraction from files that stand in for the kernel's.
@Suite(.serialized) struct ExtractorTests {
  let fake: FakeTracefs
  let directory: TracingDirectory

  init() throws {
    fake = try FakeTracefs()
    directory = try TracingDirectory(path: fake.path)
    try fake.write(
      "events/header_page",
      """
      \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
      \tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
      \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
      \tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;

      """)
    try fake.write("events/header_event", "# compressed entry header\n")
  }

  private func write(_ file: String, _ bytes: [UInt8]) throws {
    let descriptor = open("\(fake.path)/\(file)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { try writeAll($0, to: descriptor) }
  }

  private func page(events: Int, at time: UInt64) -> [UInt8] {
    var page = PageBuilder(time: time)
    for _ in 0..<events { page.event(after: 5, [52, 1, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0]) }
    return page.bytes
  }

  private func extract(_ change: (inout ExtractionPlan) -> Void = { _ in }) throws
    -> ExtractionSummary
  {
    var plan = ExtractionPlan()
    plan.output = "\(fake.path)/out.dat"
    change(&plan)
    let state = SavedState(
      directory, command: ["kscope", "extract"], in: StateDirectory(path: fake.statePath))
    let extractor = Extractor(plan, commandLine: ["kscope", "extract"], program: "kscope 0")
    return try extractor.run(directory, state: state)
  }

  @Test func movesThePagesOfABufferThatStandsStill() throws {
    try fake.write("tracing_on", "0\n")
    try write("per_cpu/cpu0/trace_pipe_raw", page(events: 100, at: 10) + page(events: 3, at: 1000))
    try fake.write("per_cpu/cpu0/stats", "entries: 103\n")
    let summary = try extract()
    #expect(summary.events == 103)
    #expect(summary.lost == 0)
    #expect(summary.cpus.first?.events == 103)
    #expect(summary.fileBytes > 8192)
    let file = try TraceFile(path: summary.output)
    #expect(file.buffers.map(\.name) == [""])
    // Nothing was set.
    #expect(try fake.read("set_event_notrace_pid") == "")
    #expect(try fake.read("set_ftrace_notrace_pid") == "no pid\n")
    #expect(fake.journals.isEmpty)
  }

  @Test func saysWhatWasOverwrittenMeanwhile() throws {
    try write("per_cpu/cpu0/trace_pipe_raw", page(events: 40, at: 10))
    try fake.write("per_cpu/cpu0/stats", "entries: 50\noverrun: 7\n")
    let summary = try extract { $0.tracesItself = true }
    #expect(summary.events == 40)
    #expect(summary.lost == 10)
    #expect(fake.journals.isEmpty)
  }

  @Test func takesInstancesWithTheTopLevelBefore() throws {
    for file in ["tracing_on", "trace_clock"] {
      try fake.write("instances/one/\(file)", try fake.read(file))
    }
    try fake.write("instances/one/tracing_on", "0\n")
    try fake.write("instances/one/per_cpu/cpu0/stats", "entries: 2\n")
    try write("instances/one/per_cpu/cpu0/trace_pipe_raw", page(events: 2, at: 10))
    try fake.write("instances/one/events/header_page", try fake.read("events/header_page"))
    let summary = try extract { $0.buffers = ["one"] }
    #expect(summary.cpus.first == .init(buffer: "one", cpu: 0, found: 2, events: 2, bytes: 4096))
    #expect(try TraceFile(path: summary.output).buffers.map(\.name).contains("one"))
  }

  @Test func aSnapshotThatTheKernelHasNotIsSaid() throws {
    #expect {
      try extract { $0.fromSnapshot = true }
    } throws: { ($0 as? RecordingError)?.message.contains("CONFIG_TRACER_SNAPSHOT") ?? false }
    try fake.write("per_cpu/cpu0/snapshot_raw", "")
    try fake.write("per_cpu/cpu1/snapshot_raw", "")
    try write("per_cpu/cpu0/snapshot_raw", page(events: 9, at: 10))
    let summary = try extract {
      $0.fromSnapshot = true; $0.tracesItself = true
    }
    #expect(summary.events == 9)
    #expect(summary.lost == 0)
  }

  @Test func itsOwnEventsAreHiddenWhileItReads() throws {
    _ = try extract()
    // Files that do not act keep what was added; putting back empties them.
    #expect(try fake.read("set_event_notrace_pid") == "")
    #expect(try fake.read("set_ftrace_notrace_pid") == "")
    #expect(fake.journals.isEmpty)
  }
}
