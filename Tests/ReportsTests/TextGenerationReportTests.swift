import ByteIO
import EventFormats
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// What the lines of trace-cmd 3.3 have that those of 3.1.6 have not.
///
/// `NewerTraceCmdTests` compares them with what 3.3.1 printed; here are the cases one by one.
@Suite struct TextGenerationReportTests {
  let folder = TemporaryFolder()

  // MARK: Recordings

  private static let common = """
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;


    """

  private static let entry =
    "name: funcgraph_entry\nID: 11\n" + common + """
      \tfield:unsigned long func;\toffset:8;\tsize:8;\tsigned:0;
      \tfield:int depth;\toffset:16;\tsize:4;\tsigned:1;

      print fmt: "--> %ps (%d)", (void *)REC->func, REC->depth

      """

  /// As kernels since 6.5 with CONFIG_FUNCTION_GRAPH_RETVAL have it, or without what was returned.
  private static func exit(hasReturnValue: Bool) -> String {
    "name: funcgraph_exit\nID: 10\n" + common + """
      \tfield:unsigned long func;\toffset:8;\tsize:8;\tsigned:0;
      \(hasReturnValue ? "\tfield:unsigned long retval;\toffset:16;\tsize:8;\tsigned:0;\n" : "")\
      \tfield:int depth;\toffset:24;\tsize:4;\tsigned:1;
      \tfield:unsigned int overrun;\toffset:28;\tsize:4;\tsigned:0;
      \tfield:unsigned long long calltime;\toffset:32;\tsize:8;\tsigned:0;
      \tfield:unsigned long long rettime;\toffset:40;\tsize:8;\tsigned:0;

      print fmt: "<-- %ps", (void *)REC->func

      """
  }

  private static let outer: UInt64 = 0xffff_ffff_8100_0000
  private static let inner: UInt64 = 0xffff_ffff_8100_1000

  private static func begin(_ function: UInt64, depth: UInt32) -> [UInt8] {
    UInt16(11).bytes(.little) + [1, 0] + UInt32(7).bytes(.little) + function.bytes(.little)
      + depth.bytes(.little)
  }

  private static func end(_ function: UInt64, depth: UInt32, returning value: UInt64) -> [UInt8] {
    UInt16(10).bytes(.little) + [1, 0] + UInt32(7).bytes(.little) + function.bytes(.little)
      + value.bytes(.little) + depth.bytes(.little) + UInt32(0).bytes(.little)
      + UInt64(1000).bytes(.little) + UInt64(3000).bytes(.little)
  }

  /// A step: its CPU and its bytes; each happens a microsecond after the one before it.
  private typealias Step = (cpu: Int, bytes: [UInt8])

  /// `outer` calls `inner`, which returns `value`, and returns 0.
  private static func calls(returning value: UInt64, endOfInner cpu: Int = 0) -> [Step] {
    [
      (0, begin(outer, depth: 0)), (0, begin(inner, depth: 1)),
      (cpu, end(inner, depth: 1, returning: value)), (0, end(outer, depth: 0, returning: 0)),
    ]
  }

  private func file(_ steps: [Step], hasReturnValue: Bool = true) throws -> TraceFile {
    let cpus = [0, 1].map { cpu in
      var page = PageBuilder(time: 1_000_000_000)
      var last = 0
      for (index, step) in steps.enumerated() where step.cpu == cpu {
        page.event(after: UInt64(index - last) * 1000, step.bytes)
        last = index
      }
      return (cpu: cpu, pages: page.bytes)
    }
    var builder = TraceBuilder(cpuCount: 2, buffers: [.init(cpus: cpus)])
    builder.ftraceFormats = [Self.entry, Self.exit(hasReturnValue: hasReturnValue)]
    builder.kallsyms = "ffffffff81000000 T outer\nffffffff81001000 T inner\n"
    builder.commandLines = "7 task\n"
    return try TraceFile(path: folder.write(builder.version7, to: "t.dat"))
  }

  /// The lines of a report without its head.
  private func lines(_ file: TraceFile, _ options: ReportOptions) throws -> [String] {
    let descriptor = open(folder.path("text"), O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let report = try TextReport([file], options: options)
    #expect(try report.write(to: descriptor).isEmpty && report.problems.isEmpty)
    return String(decoding: folder.read("text"), as: UTF8.self).split(separator: "\n").dropFirst()
      .map { String($0) }
  }

  /// What stands behind the bar of the call graph.
  private func graph(
    _ file: TraceFile, _ generation: TextGeneration, _ options: [String] = []
  ) throws -> [String] {
    var all = ReportOptions()
    all.line.generation = generation
    for option in options { try all.line.handlers.set(option, for: generation) }
    return try lines(file, all).map {
      String($0.split(separator: "|", maxSplits: 1)[1].dropFirst(2))
    }
  }

  // MARK: Return values

  @Test(arguments: [
    (UInt64(0), "0x0"), (16, "0x10"), (UInt64(bitPattern: -12), "-12"),
    (UInt64(bitPattern: -4095), "-4095"), (UInt64(bitPattern: -4096), "0xfffffffffffff000"),
    (0xffff_fff4, "0xfffffff4"),
  ])
  func whatFunctionsReturn(value: UInt64, text: String) throws {
    let file = try file(Self.calls(returning: value))
    #expect(
      try graph(file, .version3_3) == [
        "outer() {", "  inner(); (ret=\(text))", "} (ret=0x0)",
      ])
    #expect(try graph(file, .version3_1) == ["outer() {", "  inner();", "}"])
  }

  @Test(arguments: [
    (["retval-skip"], "", ""), (["retval-dec"], " (ret=-12)", " (ret=0)"),
    (["retval-hex"], " (ret=0xfffffffffffffff4)", " (ret=0x0)"),
    (["retval-dec", "retval-hex"], " (ret=-12)", " (ret=0)"),
    (["retval-skip", "retval-dec", "retval-hex"], "", ""),
  ])
  func optionsOfReturnValues(options: [String], ofInner: String, ofOuter: String) throws {
    let file = try file(Self.calls(returning: UInt64(bitPattern: -12)))
    #expect(
      try graph(file, .version3_3, options) == [
        "outer() {", "  inner();\(ofInner)", "}\(ofOuter)",
      ])
  }

  @Test func returnValuesStandBehindNamesAndDepths() throws {
    let file = try file(Self.calls(returning: 16))
    #expect(
      try graph(file, .version3_3, ["tailprint", "fgraph:depth"]) == [
        "outer() { (0)", "  inner(); (1) (ret=0x10)", "} /* outer */ (0) (ret=0x0)",
      ])
  }

  @Test func kernelsThatDoNotRecordThemShowNone() throws {
    let file = try file(Self.calls(returning: 16), hasReturnValue: false)
    #expect(try graph(file, .version3_3) == ["outer() {", "  inner();", "}"])
    #expect(try graph(file, .version3_3, ["retval-dec"]) == ["outer() {", "  inner();", "}"])
  }

  // MARK: Leaf calls

  /// A task that moves to another CPU within a call ends it there.
  @Test func callsThatEndOnAnotherCPUAreNotFolded() throws {
    let file = try file(Self.calls(returning: 16, endOfInner: 1), hasReturnValue: false)
    #expect(try graph(file, .version3_1) == ["outer() {", "  inner();", "}"])
    #expect(try graph(file, .version3_3) == ["outer() {", "  inner() {", "  }", "}"])
  }

  /// An event of another CPU between a call's beginning and its end parts them as before.
  @Test func callsAreFoldedOnlyWhereNothingStandsBetween() throws {
    var steps = Self.calls(returning: 16)
    steps.insert((1, Self.begin(Self.outer, depth: 0)), at: 2)
    let file = try file(steps, hasReturnValue: false)
    for generation in TextGeneration.allCases {
      #expect(
        try graph(file, generation) == ["outer() {", "  inner() {", "outer() {", "  }", "}"])
    }
  }

  @Test(arguments: [0, 1]) func slicesDoNotShow(endOfInner cpu: Int) throws {
    let pairs = (0..<20).flatMap { Self.calls(returning: UInt64($0), endOfInner: cpu) }
    let file = try file(pairs)
    var options = ReportOptions()
    options.line.generation = .version3_3
    let whole = try lines(file, options)
    #expect(whole.count == (cpu == 0 ? 60 : 80))
    options.bytesPerSlice = 1
    options.workers = 3
    #expect(try lines(file, options) == whole)
  }

  /// A recorded one, cut everywhere.
  @Test(arguments: [1, 4096, 50_000]) func slicesOfARecordingDoNotShow(bytes: Int) throws {
    let file = try TraceFile(path: Fixture.path("function-graph.dat"))
    var options = ReportOptions()
    options.line.generation = .version3_3
    let whole = try lines(file, options)
    #expect(whole.count > 100)
    options.bytesPerSlice = bytes
    options.workers = 3
    #expect(try lines(file, options) == whole)
  }

  // MARK: Columns

  /// Nothing changes but the flags where nothing else is known to.
  @Test(arguments: ["function", "timers", "kprobes", "stacks"])
  func flagsStandBeforeTheTime(name: String) throws {
    let file = try TraceFile(path: Fixture.path("\(name).dat"))
    var options = ReportOptions()
    let before = try lines(file, options)
    options.line.generation = .version3_3
    let now = try lines(file, options)
    #expect(before.count == now.count && before.count > 20)
    for (a, b) in zip(before, now) {
      guard let bracket = a.firstIndex(of: "]"), !a.contains(" sched_switch: ") else {
        if !a.contains(" sched_switch: ") { #expect(a == b) }
        continue
      }
      let head = a[...bracket]
      let tail = a[a.index(after: bracket)...]
      guard b.hasPrefix(head + " "), b.hasSuffix(tail), b.count == a.count + 6 else {
        Issue.record("3.1 \(a)\n3.3 \(b)")
        return
      }
    }
  }

  @Test func flagsBesideRawFieldsAreANumber() throws {
    let file = try file(Self.calls(returning: 16))
    func heads(_ generation: TextGeneration, latency: Bool) throws -> Set<String> {
      var options = ReportOptions()
      options.line.generation = generation
      options.line.raw = true
      options.line.isLatencyFormat = latency
      return Set(
        try lines(file, options).map { String($0.prefix { $0 != "." }.dropFirst(latency ? 0 : 12)) }
      )
    }
    #expect(try heads(.version3_1, latency: false) == ["task-7     [000]     1"])
    #expect(try heads(.version3_3, latency: false) == ["task-7     [000]-0x1     1"])
    #expect(try heads(.version3_1, latency: true) == ["    task-7       0-0x1     1"])
    #expect(try heads(.version3_3, latency: true) == ["    task-7       0-0x1     1"])
  }

  @Test func rawFunctionsHaveTheirAddress() throws {
    let file = try file(Self.calls(returning: 16))
    var options = ReportOptions()
    options.line.generation = .version3_3
    options.line.rawFields = .matching { _, event in event == "funcgraph_entry" }
    let shown = try lines(file, options).filter { $0.contains("funcgraph_entry:") }
    #expect(shown.count == 2)
    #expect(
      shown.allSatisfy { $0.contains("[000] d....     1.0000") }
        && shown.first?.hasSuffix(" func=outer (0xffffffff81000000) depth=0") == true)
  }
}
