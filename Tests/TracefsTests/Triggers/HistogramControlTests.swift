import Testing
import TraceTestSupport

@testable import Tracefs

/// Pausing, continuing and clearing histograms that are there already.
@Suite struct HistogramControlTests {
  let fake: FakeTracefs
  let top: Instance
  let state: SavedState
  private let file = "events/sched/sched_switch/trigger"

  init() throws {
    fake = try FakeTracefs()
    top = try TracingDirectory(path: fake.path).top
    state = SavedState(
      top.directory, command: ["test"], in: StateDirectory(path: fake.statePath))
  }

  /// What is listed, what is added, and what takes it back.
  @Test(arguments: [
    ("", "hist:keys=prev_pid", "!hist:keys=prev_pid"),
    ("", "hist:keys=prev_pid:pause", "!hist:keys=prev_pid:pause"),
    ("[active]", "hist:keys=prev_pid:pause", "hist:keys=prev_pid:continue"),
    ("[paused]", "hist:keys=prev_pid:continue", "hist:keys=prev_pid:pause"),
    ("[paused]", "hist:keys=prev_pid:pause", nil), ("[active]", "hist:keys=prev_pid:continue", nil),
    ("[active]", "hist:keys=prev_pid:clear", nil), ("[paused]", "hist:keys=prev_pid:clear", nil),
    ("[active]", "hist:keys=next_pid:pause", "!hist:keys=next_pid:pause"),
    ("", "traceoff:3 if prev_pid == 1", "!traceoff:3 if prev_pid == 1"),
  ])
  func takesBackWhatWasDone(_ listed: String, _ added: String, _ undo: String?) throws {
    let line = "hist:keys=prev_pid:vals=hitcount:sort=hitcount:size=2048 \(listed)\n"
    try fake.write(file, "# Available triggers:\n" + (listed.isEmpty ? "" : line))
    try top.addTrigger(added, on: "sched:sched_switch", saving: state)
    #expect(try fake.read(file).hasSuffix(added))
    #expect(state.changeCount == (undo == nil ? 0 : 1))
    #expect(state.restore() == [])
    #expect(try fake.read(file).hasSuffix(added + (undo ?? "")))
  }

  /// What is listed, what is removed, and what adds it again: as it stood there, or nothing.
  @Test(arguments: [
    ("", "!stacktrace", nil), ("traceon:unlimited", "!traceoff", nil),
    ("stacktrace:unlimited if prev_pid == 3", "!stacktrace", "stacktrace if prev_pid == 3"),
    ("traceoff:count=3 if prev_pid == 7", "!traceoff:9", "traceoff:3 if prev_pid == 7"),
    ("enable_event:sched:sched_waking:unlimited", "!enable_event:sched:sched_switch", nil),
    (
      "hist:keys=prev_pid:vals=hitcount:sort=hitcount:size=4096 [active]",
      "!hist:keys=prev_pid:size=4096", "hist:keys=prev_pid:size=4096"
    ),
    (
      "hist:keys=prev_pid:vals=hitcount:sort=hitcount:size=2048 [paused]", "!hist:keys=prev_pid",
      "hist:keys=prev_pid:pause"
    ),
    (
      "hist:keys=next_pid:vals=hitcount:sort=hitcount:size=2048 [active]", "!hist:keys=prev_pid",
      nil
    ),
    ("explode:3", "!explode:3", "explode:3"), ("", "!explode:3", nil),
  ])
  func putsBackWhatARemovalTook(_ listed: String, _ removal: String, _ undo: String?) throws {
    try fake.write(file, "# Available triggers:\n\(listed)\n")
    try top.addTrigger(removal, on: "sched:sched_switch", saving: state)
    #expect(state.changeCount == (undo == nil ? 0 : 1))
    #expect(state.restore() == [])
    #expect(try fake.read(file).hasSuffix(removal + (undo ?? "")))
  }

  /// A later kernel's triggers are its own to judge.
  @Test func asksTheKernelAboutWhatIsUnknown() throws {
    try top.addTrigger("explode:3 if prev_pid == 1", on: "sched:sched_switch", saving: state)
    #expect(try fake.read(file).hasSuffix("explode:3 if prev_pid == 1"))
    state.restore()
    #expect(try fake.read(file).hasSuffix("!explode:3 if prev_pid == 1"))
  }

  /// The kernel does not remove an instance that has them.
  @Test func variablesInANewInstanceAreTakenAway() throws {
    let instance = try top.directory.createInstance(named: "mine", saving: state)
    let file = "instances/mine/\(self.file)"
    let event = EventName(system: "sched", name: "sched_switch")
    try fake.write(file, "")
    try instance.addTrigger("hist:keys=prev_pid", to: event, saving: state)
    #expect(state.changeCount == 1)
    try instance.addTrigger("hist:keys=prev_pid:ts=common_timestamp", to: event, saving: state)
    #expect(state.changeCount == 2)
    state.restore()
    #expect(try fake.read(file).hasSuffix("!hist:keys=prev_pid:ts=common_timestamp"))
  }

  /// An event that somebody made cannot be removed any more when an instance goes that has a trigger
  /// of it.
  @Test func triggersOfMadeEventsInANewInstanceAreTakenAway() throws {
    let instance = try top.directory.createInstance(named: "mine", saving: state)
    let file = "instances/mine/events/synthetic/wait/trigger"
    try fake.write(file, "")
    let event = EventName(system: "synthetic", name: "wait")
    try instance.addTrigger("hist:keys=length", to: event, saving: state)
    #expect(state.changeCount == 2)
    state.restore()
    #expect(try fake.read(file).hasSuffix("!hist:keys=length"))
  }

  /// `set_event` lists events that only have a trigger.
  @Test func anEventWithATriggerAloneIsOff() throws {
    try fake.write("set_event", "sched:sched_switch\nsched:sched_waking\n")
    try fake.write("events/sched/sched_switch/enable", "0*\n")
    try fake.write("events/sched/sched_waking/enable", "1*\n")
    #expect(try top.enabledEvents() == [EventName(system: "sched", name: "sched_waking")])
  }

  @Test func readsTriggersAndCounts() throws {
    try fake.write(file, "# Available triggers:\ntraceoff:count=2\nwhat:ever\n")
    let event = EventName(system: "sched", name: "sched_switch")
    #expect(try top.triggers(of: event) == [.action(CountedAction(.traceoff, count: 2))])
    try fake.write("events/sched/sched_switch/hist", "")
    #expect(try top.histograms(of: event).isEmpty)
  }
}
