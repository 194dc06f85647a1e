import ByteIO
import EventFormats
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// `--comm` and `--pid`: by the names that are shown, wherever the recording tells them.
@Suite struct TaskSelectionTests {
  let folder = TemporaryFolder()

  private static let wakeup = TestEvent.format.replacing("name: number", with: "name: sched_wakeup")
    .replacing("ID: 300", with: "ID: 301").replacing(
      "\tfield:unsigned int value;\toffset:8;\tsize:4;\tsigned:0;\n",
      with: "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
        + "\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n"
    ).replacing("value=%u\", REC->value", with: "pid=%d\", REC->pid")

  /// Task 1 is `init` by its saved name, task 2 `late` by an event alone, task 3 has a saved name
  /// that is not the one of its events, nothing names task 4.
  private func recording() -> String {
    func wakeup(_ comm: String, _ pid: Int32) -> [UInt8] {
      let name = Array(comm.utf8) + [UInt8](repeating: 0, count: 16 - comm.utf8.count)
      return UInt16(301).bytes(.little) + [0, 0] + Int32(1).bytes(.little) + name
        + pid.bytes(.little)
    }
    var page = PageBuilder(time: 1000)
    page.event(TestEvent.record(1, pid: 1))
    page.event(after: 1, TestEvent.record(2, pid: 2))
    page.event(after: 1, wakeup("late", 2))
    page.event(after: 1, wakeup("other", 3))
    page.event(after: 1, TestEvent.record(3, pid: 3))
    page.event(after: 1, TestEvent.record(4, pid: 4))
    page.event(after: 1, TestEvent.record(0, pid: 0))
    var builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, page.bytes)])])
    builder.systems = [(TestEvent.system, [TestEvent.format]), ("sched", [Self.wakeup])]
    builder.commandLines = "1 init\n3 saved\n"
    return folder.write(builder.version7, to: "t.dat")
  }

  private func run(_ change: (inout ReportOptions.Selection) -> Void) throws -> ReportRun {
    var options = ReportOptions()
    change(&options.selection)
    return try ReportRun([recording()], .json, options)
  }

  /// What such a task did is what `COMM` finds; with it comes what was done to it.
  @Test(arguments: [
    ("init", 0), ("late", 1), ("saved", 1), ("<...>", 0), ("<idle>", 0), ("other", 0),
  ])
  func namesAreThoseThatAreShown(name: String, done: Int) throws {
    let byName = try run { $0.comms = [name] }.objects()
    let byFilter = try run { $0.filters = [FilterText(".*: COMM == \"\(name)\"")] }.objects()
    #expect(byName.filter { $0["comm"] == .string(name) } == byFilter)
    #expect(byName.count == byFilter.count + done)
    #expect(byName.isEmpty == (name == "other"))
  }

  @Test func aRealRecordingsNamesToo() throws {
    let path = Fixture.path("scheduling.dat")
    let shown = Set(try ReportRun([path], .json).objects().compactMap { $0["comm"]?.string })
    #expect(shown.count > 4)
    for name in shown {
      var options = ReportOptions()
      options.selection.comms = [name]
      let byName = try ReportRun([path], .json, options).objects()
      options.selection = .init()
      options.selection.filters = [FilterText(".*: COMM == \"\(name)\"")]
      let byFilter = try ReportRun([path], .json, options).objects()
      #expect(byName.filter { $0["comm"] == .string(name) } == byFilter, "\(name)")
    }
  }

  @Test func unknownTasksAreSaid() throws {
    var found = try run { $0.comms = ["inti", "late"] }
    #expect(try found.objects().count == 2)
    #expect(found.problems.map(\.message) == ["no task named 'inti' in the recording"])
    #expect(found.problems.first?.hint == "did you mean init?")
    // Task 4 has no name, but an event.
    found = try run { $0.pids = [99, 4] }
    #expect(try found.objects().count == 1)
    #expect(found.problems.map(\.message) == ["no task 99 in the recording"])
    #expect(found.problems.allSatisfy { $0.exitStatus == 0 })
  }

  @Test func whatTaskFiltersSay() throws {
    let events = try #require(
      try ReportInput([.init(try TraceFile(path: recording()))]).sources.first?.events)
    #expect(TaskFilter.text([], events: events) == nil)
    // No event has a number `next_pid`.
    #expect(TaskFilter.text([7], events: events) == ".*: common_pid == 7 || pid == 7")
    #expect(TaskFilter.text([], unnamed: true, events: events) == ".*: COMM == \"<...>\"")
  }
}
