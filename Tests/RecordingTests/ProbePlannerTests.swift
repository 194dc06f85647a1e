import KernelTypes
import Testing
import TraceTestSupport

@testable import Recording
@testable import Tracefs

@Suite struct ProbePlannerTests {
  let fake: FakeTracefs
  let folder = TemporaryFolder()
  let planner: ProbePlanner

  init() throws {
    fake = try FakeTracefs()
    SampleTypes().write(to: folder)
    planner = ProbePlanner(
      try TracingDirectory(path: fake.path), TypeLibrary(path: folder.path))
  }

  private func plan(_ arguments: String...) throws -> RecordingPlan {
    guard case .plan(let plan) = try RecordArguments.parse(arguments) else {
      throw RecordArgumentError.nothingToRecord
    }
    return plan
  }

  @Test func probesBecomeEventsOfTheirBuffers() throws {
    try fake.write("events/kscope/schedule/format", "")
    var plan = try plan(
      "-e", "sched", "-e", "probe:do_filp_open(name=pathname->name)", "-f", "name ~ \"*x\"",
      "-B", "own", "-e", "probe:do_filp_open%return", "-e", "probe:schedule")
    let notes = try planner.resolve(&plan)
    #expect(notes == [])
    #expect(plan.buffers[0].events.map(\.eventPattern) == ["sched", "kscope:do_filp_open"])
    #expect(plan.buffers[0].events[1].combinedFilter == "name ~ \"*x\"")
    #expect(
      plan.buffers[1].events.map(\.eventPattern)
        == ["kscope:do_filp_open_return", "kscope:schedule_2"])
  }

  @Test func eventsInTheKernelsWordsAreMadeAndRenamedWhereTheyMayBe() throws {
    try fake.write("events/kscope/vfs_read/format", "")
    let event = try DynamicEvent("r:kscope/vfs_read vfs_read $retval")
    var plan = RecordingPlan()
    plan.buffers[0].events = [
      EventRequest(making: event, mayBeRenamed: true), EventRequest(making: event),
    ]
    _ = try planner.resolve(&plan)
    #expect(
      plan.buffers[0].events.map(\.eventPattern) == ["kscope:vfs_read_2", "kscope:vfs_read"])
    let state = SavedState(
      planner.directory, command: [], in: StateDirectory(path: fake.statePath))
    // The second would be another's.
    #expect(throws: RecordingError.self) { try planner.define(plan, saving: state) }
    #expect(state.restore().isEmpty)
  }

  @Test func definitionsGoAwayWithTheSettings() throws {
    var plan = try plan("-e", "probe:vfs_read(count)", "-e", "probe:vfs_read")
    _ = try planner.resolve(&plan)
    let state = SavedState(
      planner.directory, command: [], in: StateDirectory(path: fake.statePath))
    try planner.define(plan, saving: state)
    #expect(
      try fake.read("kprobe_events")
        == "p:kscope/vfs_read vfs_read count=$arg3:u64"
        + "p:kscope/vfs_read_2 vfs_read file=$arg1:x64 buf=+u0($arg2):ustring count=$arg3:u64 "
        + "pos=$arg4:x64")
    // What a run that is killed leaves behind for the next one.
    let journal = try TextFile.read(try #require(fake.journals.first))
    #expect(journal.contains("-:kscope/vfs_read_2"))
    #expect(state.restore().isEmpty)
    #expect(try fake.read("kprobe_events").hasSuffix("-:kscope/vfs_read_2-:kscope/vfs_read"))
    #expect(fake.journals.isEmpty)
  }

  @Test func mistakesChangeNothing() throws {
    func error(_ arguments: String...) throws -> RecordingError? {
      guard case .plan(var plan) = try RecordArguments.parse(arguments) else { return nil }
      do throws(RecordingError) {
        _ = try planner.resolve(&plan)
        return nil
      } catch { return error }
    }
    let typo = try error("-e", "probe:vfs_raed")
    // Where the kernel that runs the test has such a function, it would be taken.
    #expect(typo?.message.hasPrefix("this kernel has no function 'vfs_raed'\n") == true)
    #expect(typo?.hint == "nearest: vfs_read")
    let left = try error("-e", "sched", "-v", "-e", "probe:vfs_read")
    #expect(
      left?.message == "probe:vfs_read: a probe that is left out (-v) would record nothing")
    #expect(try error("-v", "-e", "probe:vfs_read", "-R", "traceoff") == nil)
    #expect(try fake.read("kprobe_events") == "")
  }

  @Test func missingFunctionsArePassedOverWhereThatIsAskedFor() throws {
    var plan = try plan(
      "-i", "-e", "probe:vfs_raed", "-e", "probe:vfs_read", "-B", "own", "-e", "probe:no_such")
    #expect(
      try planner.resolve(&plan) == [
        "this kernel has no function 'vfs_raed': 'probe:vfs_raed' is left out",
        "this kernel has no function 'no_such': 'probe:no_such' is left out",
      ])
    #expect(plan.buffers.map { $0.events.map(\.eventPattern) } == [["kscope:vfs_read"], []])
    var wrong = try self.plan("-i", "-e", "probe:vfs_read(nothing_like_it)")
    #expect(throws: RecordingError.self) { try planner.resolve(&wrong) }
  }

  @Test func eventsThatPerfMadeAreEvents() throws {
    try fake.write("events/probe/vfs_read/format", "")
    var plan = try plan("-e", "probe:vfs_read", "-e", "probe:vfs_read()", "-e", "probe:*")
    _ = try planner.resolve(&plan)
    #expect(
      plan.buffers[0].events.map(\.eventPattern) == [
        "probe:vfs_read", "kscope:vfs_read", "probe:*",
      ])
  }

  @Test func withoutProbesNothingIsRead() throws {
    let planner = ProbePlanner(planner.directory, TypeLibrary(path: "/nonexistent"))
    var plan = try plan("-e", "sched")
    let before = plan
    #expect(try planner.resolve(&plan) == [])
    #expect(plan == before)
  }

  @Test func theKernelsReasonIsOneLine() {
    let entry = """
      [  123.456] trace_kprobe: error: Invalid probed address or symbol
        Command: p:kscope/x x
                            ^
      """
    #expect(ProbePlanner.reason(entry) == "Invalid probed address or symbol")
    #expect(ProbePlanner.reason("nothing") == nil)
  }
}
