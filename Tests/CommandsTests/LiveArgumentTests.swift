import Recording
import Reports
import Testing

@testable import Commands

/// The command lines of `stream` and `profile`: record's, and some options of their own.
@Suite struct LiveArgumentTests {
  private static let own = [
    OwnOption("t", "nanoseconds", nil, ""), OwnOption("H", nil, "RULE", ""),
    OwnOption(nil, "duration", "TIME", ""),
  ]

  private func scan(_ words: String) throws -> (found: [String], rest: [String]) {
    let scanner = try OwnOptionScanner(
      words.split(separator: " ").map(String.init), own: Self.own)
    let found = scanner.found.map { option, value in
      (option.long ?? option.letter.map(String.init) ?? "") + (value.isEmpty ? "" : "=" + value)
    }
    return (found, scanner.rest)
  }

  @Test(arguments: [
    ("-e sched -t ls -t", "nanoseconds", "-e sched ls -t"),
    ("-tF ls", "nanoseconds", "-F ls"),
    ("-Ft ls", "nanoseconds", "-F ls"),
    ("-e -t ls", "", "-e -t ls"),
    ("-e-t ls", "", "-e-t ls"),
    ("-Fe sched -H a,b/c,d true", "H=a,b/c,d", "-Fe sched true"),
    ("-Ha,b/c,d", "H=a,b/c,d", ""),
    ("--duration 5 -e x", "duration=5", "-e x"),
    ("--duration=5 -- --duration 6", "duration=5", "-- --duration 6"),
    ("--max-graph-depth --duration ls", "", "--max-graph-depth --duration ls"),
    ("--max-graph-depth=2 --nanoseconds", "nanoseconds", "--max-graph-depth=2"),
    ("--nonsense -t", "nanoseconds", "--nonsense"),
  ])
  func optionsAreParted(_ words: String, _ found: String, _ rest: String) throws {
    let result = try scan(words)
    #expect(result.found.joined(separator: " ") == found)
    #expect(result.rest.joined(separator: " ") == rest)
  }

  @Test(arguments: ["--duration", "-tH", "--nanoseconds=1"])
  func valuesThatLackOrAreTooManyAreErrors(_ words: String) {
    #expect(throws: RecordArgumentError.self) { _ = try scan(words) }
  }

  @Test func streamTakesRecordsOptionsAndItsOwn() throws {
    let words = [
      "-e", "sched:sched_switch", "-f", "prev_pid > 0", "--json", "-t", "--duration", "5s", "-F",
      "ls", "-l",
    ]
    let parsed = try #require(try StreamArguments.parse(words))
    #expect(parsed.json && parsed.nanoseconds)
    #expect(parsed.plan.onlyCommand)
    #expect(parsed.plan.duration == 5_000_000_000)
    #expect(parsed.plan.command == ["ls", "-l"])
    #expect(parsed.plan.buffers[0].events.map(\.filters) == [["prev_pid > 0"]])
    #expect(try StreamArguments.parse(["--help"]) == nil)
  }

  @Test(arguments: ["-o x", "-m 100", "-k", "--compression zstd"])
  func streamRefusesWhatIsOfAFile(_ words: String) {
    let words = words.split(separator: " ").map(String.init)
    #expect(throws: RecordArgumentError.self) {
      try StreamArguments.parse(["-e", "sched"] + words + ["ls"])
    }
  }

  @Test func profileHasItsStandardSet() throws {
    let parsed = try #require(try ProfileArguments.parse(["-G", "--by-comm", "ls"], nil))
    let buffer = parsed.plan.buffers[0]
    #expect(buffer.tracer == "function_graph")
    #expect(buffer.maximumGraphDepth == 1)
    #expect(buffer.events.count == 10)
    #expect(
      buffer.events.filter { $0.triggers == ["stacktrace"] }.map(\.pattern)
        == ["sched:sched_switch", "sched:sched_wakeup"])
    #expect(parsed.options.interruptsAreGlobal && parsed.options.groupsByName)
    #expect(parsed.plan.command == ["ls"])
  }

  @Test func profileTakesAnotherTracer() throws {
    let parsed = try #require(try ProfileArguments.parse(["-p", "nop"], nil))
    #expect(parsed.plan.buffers[0].tracer == "nop")
    #expect(parsed.plan.buffers[0].maximumGraphDepth == nil)
  }

  @Test func bareProfileTracesWhatIsNamed() throws {
    let rule = "block:block_rq_issue,sector/block:block_rq_complete,sector,gs"
    let parsed = try #require(
      try ProfileArguments.parse(["-S", "-H", rule, "-o", "table", "ls"], nil))
    let buffer = parsed.plan.buffers[0]
    #expect(buffer.tracer == "nop")
    #expect(buffer.events.map(\.pattern) == ["block:block_rq_issue", "block:block_rq_complete"])
    #expect(buffer.events.map(\.triggers) == [["stacktrace"], []])
    #expect(parsed.output == "table")
    #expect(parsed.options.rules == [try ProfileRule(parsing: rule)])
    #expect(throws: (any Error).self) { try ProfileArguments.parse(["-S", "ls"], nil) }
    #expect(throws: ProfileRuleError.self) { try ProfileArguments.parse(["-H", "x", "ls"], nil) }
  }
}
