import ByteIO
import Testing
import Timeline
import TraceTestSupport

@testable import Viewer

/// What the page is told of a recording whose truth is known.
@Suite struct TraceAnswersTests {
  /// Two CPUs: 7 runs on CPU 0 from 1,000 to 5,000 and wakes 9, which waits for CPU 1 from 2,000 to
  /// 3,000 and runs there up to 4,500. All times behind 1 s.
  private static func answers() throws -> TraceAnswers {
    let texts = try EventTexts(kernel: "6.12", ["sched"])
    var cpus = RecordedCPUs(count: 2)
    func at(_ time: UInt64) -> UInt64 { 1_000_000_000 + time }
    func sched(_ name: String, pid: Int32, _ fields: [String: EventTexts.Value]) -> [UInt8] {
      texts.record(thread: pid, "sched:" + name, fields)
    }
    func switched(_ from: Int, _ state: Int, _ to: Int, _ name: String) -> [UInt8] {
      sched(
        "sched_switch", pid: Int32(from),
        [
          "prev_comm": .text([7: "dd", 9: "sh"][from] ?? "swapper"), "prev_pid": .number(from),
          "prev_state": .number(state),
          "next_comm": .text(name), "next_pid": .number(to),
        ])
    }
    cpus.add(at(0), cpu: 1, switched(3, 1, 0, "swapper"))
    cpus.add(at(1000), cpu: 0, switched(0, 0, 7, "dd"))
    cpus.add(
      at(2000), cpu: 0,
      sched(
        "sched_waking", pid: 7,
        ["comm": .text("sh"), "pid": .number(9), "target_cpu": .number(1)]))
    cpus.add(at(3000), cpu: 1, switched(0, 0, 9, "sh"))
    cpus.add(at(4500), cpu: 1, switched(9, 1, 0, "swapper"))
    cpus.add(at(5000), cpu: 0, switched(7, 2, 0, "swapper"))
    let folder = TemporaryFolder()
    var builder = TraceBuilder(cpuCount: 2, buffers: [.init(cpus: cpus.pages)])
    builder.systems = texts.systems
    let trace = try Trace(paths: [folder.write(builder.version6, to: "t.dat")])
    trace.buildIndex()
    return TraceAnswers(trace, paths: ["t.dat"])
  }

  private static func text(_ question: String, _ answers: TraceAnswers) throws -> String {
    let request = try #require(PageRequest(question))
    return String(decoding: try answers.answer(request).body, as: UTF8.self)
  }

  @Test func theSummaryTellsOfTasksAndCPUs() throws {
    let text = try Self.text("trace", Self.answers())
    #expect(text.contains(#""start":"1000000000","duration":5000,"events":6,"indexed":1"#))
    #expect(text.contains(#""pid":7,"tgid":0,"parent":0,"comm":"dd""#))
    #expect(text.contains(#""running":4000"#))
    #expect(text.contains(#""name":"sched_switch","count":5"#))
    #expect(text.contains(#""hints":[]"#))
  }

  @Test func eventsComeInTheirOrderAndWithTheirTexts() throws {
    let answers = try Self.answers()
    let text = try Self.text("events?index=2&count=2", answers)
    #expect(text.contains(#""total":6"#))
    #expect(text.contains(#""index":2,"time":2000,"cpu":0"#))
    #expect(text.contains("comm=sh pid=9 prio=0 target_cpu=001"))
    #expect(text.contains(#""index":3,"time":3000,"cpu":1"#))
    #expect(!text.contains(#""index":4"#))
    #expect(
      try Self.text("events/next?time=3000&direction=1", answers) == #"{"index":4,"time":4500}"#)
    #expect(try Self.text("events/next?time=0&direction=-1", answers) == "null")
    #expect(try Self.text("events/near?time=1900", answers) == #"{"index":2,"time":2000}"#)
    let passing = try Self.text("events?place=1&count=9&filter=sched_switch:next_pid==0", answers)
    #expect(passing.contains(#""total":3"#))
    #expect(passing.contains(#""index":4,"place":1"#))
    #expect(!passing.contains(#""place":0"#))
  }

  @Test func aRefusedFilterIsToldWithItsPlace() throws {
    let answers = try Self.answers()
    #expect(try Self.text("filter?text=sched_switch:next_pid==0", answers) == #"{"ok":true}"#)
    let refused = try Self.text("filter?text=sched_switch:nextpid==0", answers)
    #expect(refused.contains(#""ok":false"#))
    #expect(refused.contains(#""position":13"#))
  }

  @Test func aRangeIsCountedExactly() throws {
    // From the waking to the middle of what the woken task runs.
    let text = try Self.text("stats?from=2000&to=4000", Self.answers())
    #expect(text.contains(#""busy":2000,"hard":0,"soft":0,"unknown":0"#))
    #expect(text.contains(#""running":1000,"runnable":1000,"blocked":0,"switches":1,"wakeups":1"#))
    #expect(text.contains(#""latency":{"count":1,"total":1000,"p50":1000,"p99":1000,"max":1000"#))
    #expect(text.contains(#""histogram":[{"from":512,"to":1024,"count":1}]"#))
  }

  @Test func tilesHaveBandsThatAreWholeEvenWhereTheyReachOut() throws {
    let answers = try Self.answers()
    let request = try #require(PageRequest("tiles?level=0&tile=4&rows=0"))
    let bytes = try answers.answer(request).body
    try bytes.withUnsafeBytes { bytes in
      let start = try #require(bytes.baseAddress)
      func word(_ place: Int) -> UInt32 { start.load(UInt32.self, at: place, .little) }
      func number(_ place: Int) -> Double {
        Double(bitPattern: start.load(UInt64.self, at: place, .little))
      }
      #expect((0..<4).map { word($0 * 4) } == [0x4c54_534b, 0, 4, 1])
      // Row 0: one band, one tick: from 2,048 on there is no event.
      #expect([word(16), word(20), word(28), word(32)] == [0, 2, 1, 0])
      #expect(number(40) == 1000)
      #expect(number(48) == 5000)
      #expect(Int(word(24)) == bytes.count - 32)
    }
  }

  @Test func whatIsWrongIsSaid() throws {
    let answers = try Self.answers()
    for question in [
      "nothing", "tiles?level=1", "tiles?level=1&tile=0&rows=7-3", "tiles?level=99&tile=0&rows=0",
      "stats?from=5&to=5", "events/one?index=6", "rows?kind=counter&event=nobody&field=x",
    ] {
      let request = try #require(PageRequest(question))
      #expect(throws: PageError.self, "\(question)") { try answers.answer(request) }
    }
  }

  @Test func aRowOfPairsHasTheTimeBetween() throws {
    let answers = try Self.answers()
    let added = try Self.text(
      "rows?kind=pairs&begin=sched:sched_waking.pid&end=sched:sched_switch.next_pid", answers)
    #expect(added == #"{"row":2147483648,"kind":"pairs","min":0,"max":1000}"#)
    let counter = try Self.text(
      "rows?kind=counter&event=sched:sched_switch&field=next_pid", answers)
    #expect(counter == #"{"row":2147483649,"kind":"counter","min":0.0,"max":9.0}"#)
  }
}
