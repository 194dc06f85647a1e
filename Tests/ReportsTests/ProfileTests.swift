import ByteIO
import EventFormats
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// How long things took, in recordings whose truth is known.
@Suite struct ProfileTests {
  let folder = TemporaryFolder()

  private static let common = """
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;


    """

  private static func format(_ name: String, _ id: Int, _ fields: [String]) -> String {
    "name: \(name)\nID: \(id)\n" + common
      + fields.enumerated().map {
        "\tfield:int \($0.element);\toffset:\(8 + 4 * $0.offset);\tsize:4;\tsigned:1;\n"
      }.joined() + "\nprint fmt: \"x\"\n"
  }

  private static let formats = [
    (
      "sched",
      [
        format("sched_switch", 400, ["prev_pid", "prev_state", "next_pid"]),
        format("sched_wakeup", 401, ["pid"]), format("sched_process_exit", 402, ["pid"]),
      ]
    ),
    (
      "irq",
      [
        format("softirq_raise", 410, ["vec"]), format("softirq_entry", 411, ["vec"]),
        format("softirq_exit", 412, ["vec"]),
      ]
    ),
  ]

  /// An event: ns since the page's time, its id, the task that it happens in, its fields.
  private typealias Step = (at: UInt64, id: UInt16, pid: Int32, values: [Int32])

  /// - Parameter loss: the step of each CPU before which events were lost.
  private func input(_ cpus: [[Step]], loss: Int? = nil) throws -> ReportInput {
    try ReportInput([ReportInput.Recording(file(cpus, loss: loss))])
  }

  private func file(
    _ cpus: [[Step]], loss: Int? = nil, named name: String = "t.dat"
  ) throws -> TraceFile {
    let pages = cpus.indices.map { cpu in
      var page = PageBuilder(time: 1_000_000)
      var before: [UInt8] = []
      var last: UInt64 = 0
      for (index, step) in cpus[cpu].enumerated() {
        if index == loss {
          before = page.bytes
          page = PageBuilder(time: 1_000_000 + last)
          page.lost = .unknown
        }
        let bytes =
          step.id.bytes(.little) + [0, 0] + UInt32(bitPattern: step.pid).bytes(.little)
          + step.values.flatMap { UInt32(bitPattern: $0).bytes(.little) }
        page.event(after: step.at - last, bytes)
        last = step.at
      }
      return (cpu: cpu, pages: before + page.bytes)
    }
    var builder = TraceBuilder(cpuCount: cpus.count, buffers: [.init(cpus: pages)])
    builder.systems = Self.formats
    return try TraceFile(path: folder.write(builder.version7, to: name))
  }

  private func lines(_ profile: borrowing Profile) -> [String] {
    var text = ByteSink()
    profile.write(to: &text)
    return String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
      .map { $0.split(separator: "(ts:")[0].description }
  }

  /// Task 5 sleeps at 100, is woken at 400 and runs at 450; task 6 is preempted at 450, for 50.
  private static let scheduling: [Step] = [
    (100, 400, 5, [5, 1, 6]), (400, 401, 6, [5]), (420, 401, 6, [5]), (450, 400, 6, [6, 0x100, 5]),
    (500, 400, 5, [5, 2, 6]), (510, 402, 6, [6]),
  ]

  @Test func sleepsEndWithTheWakeupAndWaitsBegin() throws {
    let profile = Profile(try input([Self.scheduling]), options: ReportOptions(), .init())
    let found = lines(profile)
    #expect(
      found == [
        "cpus=1", "task: <...>-5", "  Event: sched_switch:S (1) Total: 300 Avg: 300 Max: 300",
        "  Event: sched_wakeup:0x5 (1) Total: 50 Avg: 50 Max: 50", "task: <...>-6",
        "  Event: sched_switch:R+ (1) Total: 50 Avg: 50 Max: 50",
        "  Event: sched_process_exit:0x6 (1)",
      ])
    #expect(profile.problems.isEmpty)
  }

  /// Whether task 5 woke up, and when, is not known: nothing is made up.
  @Test func whatMayHaveEndedAmongLostEventsIsNotCounted() throws {
    let profile = Profile(try input([Self.scheduling], loss: 1), options: ReportOptions(), .init())
    #expect(!lines(profile).contains { $0.contains("sched_switch:S") })
    #expect(lines(profile).contains("  Event: sched_wakeup:0x5 (1) Total: 50 Avg: 50 Max: 50"))
    #expect(
      profile.problems.map(\.message) == [
        "events were lost while recording: 1 durations that had begun are not counted"
      ])
  }

  @Test func idleTasksOfTwoCPUsAreTwo() throws {
    let profile = Profile(
      try input([
        [(100, 400, 0, [0, 0, 5]), (300, 400, 5, [5, 1, 0])],
        [(150, 400, 0, [0, 0, 6]), (600, 400, 6, [6, 1, 0])],
      ]), options: ReportOptions(), .init())
    let found = lines(profile)
    #expect(found.contains("task: swapper/0-0") && found.contains("task: swapper/1-0"))
    #expect(found.contains("  Event: sched_switch:R (1) Total: 200 Avg: 200 Max: 200"))
    #expect(found.contains("  Event: sched_switch:R (1) Total: 450 Avg: 450 Max: 450"))
  }

  private static let interrupts: [Step] = [
    (100, 410, 5, [1]), (130, 411, 5, [1]), (200, 410, 5, [9]), (230, 412, 5, [1]),
    (240, 411, 6, [9]), (260, 412, 6, [9]),
  ]

  @Test func interruptsAreTheTasksOrTheCPUs() throws {
    let input = try input([Self.interrupts])
    let tasks = lines(Profile(input, options: ReportOptions(), .init()))
    #expect(
      tasks == [
        "cpus=1", "task: <...>-5", "  Event: softirq_raise:RCU (1) Total: 40 Avg: 40 Max: 40",
        "  Event: softirq_raise:TIMER (1) Total: 30 Avg: 30 Max: 30",
        "  Event: softirq_entry:TIMER (1) Total: 100 Avg: 100 Max: 100", "task: <...>-6",
        "  Event: softirq_entry:RCU (1) Total: 20 Avg: 20 Max: 20",
      ])
    var options = Profile.Options()
    options.interruptsAreGlobal = true
    let cpus = lines(Profile(input, options: ReportOptions(), options))
    #expect(cpus.prefix(2) == ["cpus=1", "Global CPU[0] Events"] && cpus.count == 6)
    #expect(!cpus.contains { $0.hasPrefix("task") })
  }

  @Test func aRuleOfOnesOwnReplacesTheStandardOne() throws {
    var options = Profile.Options()
    options.rules = [try ProfileRule(parsing: "irq:softirq_raise,vec/softirq_exit,vec,pg")]
    let found = lines(Profile(try input([Self.interrupts]), options: ReportOptions(), options))
    #expect(found.prefix(2) == ["cpus=1", "Global CPU[0] Events"])
    #expect(found.contains("  Event: softirq_raise:TIMER (1) Total: 130 Avg: 130 Max: 130"))
    #expect(found.contains("  Event: softirq_raise:RCU (1) Total: 60 Avg: 60 Max: 60"))
    #expect(found.contains("  Event: softirq_entry:TIMER (1) Total: 100 Avg: 100 Max: 100"))
  }

  @Test func anEventThatIsNotThereIsSaid() throws {
    var options = Profile.Options()
    options.rules = [try ProfileRule(parsing: "irq:softirq_rise,vec/softirq_exit,vec")]
    let profile = Profile(try input([Self.interrupts]), options: ReportOptions(), options)
    #expect(profile.problems.map(\.message) == ["no event 'irq:softirq_rise' in the recording"])
    #expect(profile.problems.first?.hint?.hasPrefix("did you mean irq:softirq_raise") == true)
  }

  @Test func aFieldThatIsNotThereIsSaid() throws {
    var options = Profile.Options()
    options.rules = [try ProfileRule(parsing: "softirq_raise,vector/softirq_exit,vec")]
    let profile = Profile(try input([Self.interrupts]), options: ReportOptions(), options)
    #expect(
      profile.problems.map(\.message)
        == ["irq/softirq_raise has no field 'vector' that is a number"])
  }

  @Test(arguments: [
    "", "a", "a,b", "a,b/c", "a,b/c,d,e,f", "a,b,c,d/e,f", "a,b/c,d,x", ",b/c,d", "a,/c,d",
    "a:b:c,d/e,f", "a,b/c,d/e,f", "a,b,/c,d",
  ])
  func aRuleThatMakesNoSenseIsRefused(text: String) {
    #expect(throws: ProfileRuleError(text: text)) { try ProfileRule(parsing: text) }
  }

  @Test func flagsOfRulesAreUnderstood() throws {
    let rule = try ProfileRule(parsing: "sched:sched_waking,pid,pid/sched_switch,next_pid,S")
    #expect(rule.start == .init(system: "sched", name: "sched_waking", match: "pid"))
    #expect(rule.end == .init(system: nil, name: "sched_switch", match: "next_pid"))
    #expect(rule.taskField == "pid" && rule.scope == .anywhere && !rule.isGlobal)
    let global = try ProfileRule(parsing: "a,b/c,d,g")
    #expect(global.isGlobal && global.scope == .anywhere)
    #expect(try ProfileRule(parsing: "a,b/c,d,GP").scope == .cpu)
    #expect(try ProfileRule(parsing: "a,b/c,d").scope == .task)
  }

  /// Two machines may have tasks of one number.
  @Test func tasksOfSeveralRecordingsAreNamedByTheirs() throws {
    let files = try ["a.dat", "b.dat"].map { try file([Self.scheduling], named: $0) }
    let profile = Profile(
      try ReportInput(files.map { ReportInput.Recording($0) }), options: ReportOptions(), .init())
    let found = lines(profile)
    #expect(found[..<2] == ["a.dat: cpus=1", "b.dat: cpus=1"])
    #expect(
      found.filter { $0.hasPrefix("task") } == [
        "task: a.dat: <...>-5", "task: b.dat: <...>-5", "task: a.dat: <...>-6",
        "task: b.dat: <...>-6",
      ])
    #expect(found.filter { $0.contains("sched_switch:S (1) Total: 300") }.count == 2)
    var json = ByteSink()
    profile.writeJSON(to: &json)
    let text = String(decoding: json.bytes, as: UTF8.self)
    #expect(text.hasPrefix("{\"file\":\"\(files[0].path)\",\"pid\":5,"))
  }

  @Test func tasksOfOneNameAreOneGroup() throws {
    var options = Profile.Options()
    options.groupsByName = true
    let found = lines(Profile(try input([Self.scheduling]), options: ReportOptions(), options))
    #expect(found[1] == "group: <...>" && !found.contains { $0.hasPrefix("task") })
    #expect(found.contains("  Event: sched_wakeup:0x0 (1) Total: 50 Avg: 50 Max: 50"))
  }

  /// What `report -w` counts on its own: as many waits, and as long ones.
  @Test(arguments: ["scheduling", "all-events", "stacks"])
  func waitsAreThoseOfTheReport(name: String) throws {
    let input = try ReportInput([
      ReportInput.Recording(try TraceFile(path: Fixture.path("\(name).dat")))
    ])
    let profile = Profile(input, options: ReportOptions(), .init())
    var waits = Durations()
    for entry in profile.entries where profile.title(of: entry).hasPrefix("sched_wakeup:") {
      guard case .rule = entry.subject else { continue }
      waits.add(profile.durations(of: entry))
    }
    // Counted another way: the first wakeup of a task until the next switch to it.
    var since: [Int64: UInt64] = [:]
    var count: UInt64 = 0
    var total: UInt64 = 0
    var cursor = EventCursor(input.streams)
    while let event = cursor.next() {
      let source = input.sources[input.streams[event.stream].buffer]
      let id = Int(event.record.payload.load(UInt16.self, at: 0, source.file.order))
      guard let format = source.events.event(id: id) else { continue }
      func value(_ name: String) -> Int64 {
        let offset = format.field(name)?.offset ?? 0
        return Int64(event.record.payload.load(Int32.self, at: offset, source.file.order))
      }
      if format.name == "sched_wakeup", since[value("pid")] == nil {
        since[value("pid")] = event.record.time
      } else if format.name == "sched_switch",
        let began = since.removeValue(forKey: value("next_pid"))
      {
        count += 1
        total += event.record.time - began
      }
    }
    #expect(count > 0)
    #expect(waits.count == count && waits.total == total)
  }

  /// The lines of trace-cmd 3.1.6's `report --profile` of this file that measure calls, one by one.
  @Test func callsAreThoseOfTraceCmd() throws {
    let path = Fixture.path("function-graph.dat")
    let input = try ReportInput([ReportInput.Recording(try TraceFile(path: path))])
    let profile = Profile(input, options: ReportOptions(), .init())
    var text = ByteSink()
    profile.write(to: &text)
    let found = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix("  Event: func:") }.map(String.init).sorted()
    #expect(found.count > 50)
    guard CommandRun.exists("trace-cmd") else { return }
    let oracle = try #require(CommandRun(["trace-cmd", "report", "--profile", "-i", path]))
    let expected = oracle.output.split(separator: "\n")
      .filter { $0.hasPrefix("  Event: func:") }.map(String.init).sorted()
    #expect(found == expected)
  }

  @Test func jsonHasTheSame() throws {
    let profile = Profile(try input([Self.scheduling]), options: ReportOptions(), .init())
    var text = ByteSink()
    profile.writeJSON(to: &text)
    let first = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")[0]
    #expect(
      first == """
        {"pid":5,"comm":"<...>","event":"sched_switch:S","count":1,"total":300,"max":300,\
        "max_at":1000400,"min":300,"min_at":1000400,"chains":[]}
        """)
  }
}
