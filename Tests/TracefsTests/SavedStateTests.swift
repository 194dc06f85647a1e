import Glibc
import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct SavedStateTests: SavedStateSuite {
  let fixture: SavedStateFixture

  init() throws { fixture = try SavedStateFixture() }

  /// A journal as a run leaves it that was killed, with changes made by `body`.
  func abandon(bootID: String = BootID.current, _ body: (SavedState) throws -> Void) throws {
    let state = makeState()
    try body(state)
    let path = try #require(state.journalPath)
    let text = try TextFile.read(path)
    var journal = try #require(Journal(text))
    journal.writer.process = ProcessIdentity(pid: getpid(), startTime: 1)
    journal.writer.bootID = bootID
    let changes = text.split(separator: "\n").dropFirst(4).map { $0 + "\n" }.joined()
    try TextFile.write([journal.header + changes], to: path, .replace)
  }

  @Test func putsEveryKindBack() throws {
    let top = directory.top
    let files = [
      "tracing_on", "current_tracer", "trace_clock", "buffer_size_kb", "tracing_cpumask",
      "set_ftrace_filter", "set_event_pid", "options/stacktrace",
      "events/sched/sched_switch/filter",
    ]
    try fake.write(
      "set_ftrace_filter",
      "vfs_read\next4_file_open [ext4]\n*:mod:absent\nvfs_write:traceoff:unlimited\n")
    try fake.write("set_event_pid", "12\n13\n")
    try fake.write("events/sched/sched_switch/filter", "prev_pid == 0\n")
    let state = makeState()
    try top.setTracingOn(false, saving: state)
    try top.setCurrentTracer("function", saving: state)
    try top.setCurrentTracer("function_graph", saving: state)
    try top.setClock("global", saving: state)
    // What the kernel would show after the clock was set.
    try fake.write("trace_clock", "local [global]\n")
    try top.setBufferSize(kilobytes: 4096, saving: state)
    try top.setCPUMask("1", saving: state)
    try top.setFunctionFilter(["tcp_sendmsg"], saving: state)
    try top.setEventPIDs([1, 2], saving: state)
    try top.setOption("stacktrace", true, saving: state)
    try top.setFilter("prev_pid == 7", on: "sched:sched_switch", saving: state)
    #expect(state.changeCount == files.count)
    #expect(fake.journals.count == 1)

    var problems = state.restore()
    // The plain file does not show the clock as the kernel does, so it seems to be another's.
    problems.removeAll { $0 == .changedByAnother(file: fake.path + "/trace_clock") }
    #expect(problems.isEmpty)
    #expect(try fake.read("tracing_on") == "1")
    #expect(try fake.read("current_tracer") == "nop")
    #expect(try fake.read("buffer_size_kb") == "1408")
    #expect(try fake.read("tracing_cpumask") == "3")
    #expect(
      try fake.read("set_ftrace_filter") == "vfs_read\next4_file_open:mod:ext4\n*:mod:absent\n")
    #expect(try fake.read("set_event_pid") == "12\n13\n")
    #expect(try fake.read("options/stacktrace") == "0")
    #expect(try fake.read("events/sched/sched_switch/filter") == "prev_pid == 0")
    #expect(state.changeCount == 0)
    #expect(fake.journals.isEmpty)
    #expect(state.restore().isEmpty)
  }

  @Test func leavesAloneWhatAnotherSetSince() throws {
    let state = makeState()
    try directory.top.setMaxGraphDepth(5, saving: state)
    try directory.top.setBufferPercent(10, saving: state)
    try fake.write("max_graph_depth", "9\n")
    #expect(state.restore() == [.changedByAnother(file: fake.path + "/max_graph_depth")])
    #expect(try fake.read("max_graph_depth") == "9\n")
    #expect(try fake.read("buffer_percent") == "50")
    #expect(fake.journals.isEmpty)
  }

  @Test func switchesOffOnlyTheEventsItSwitchedOn() throws {
    try fake.write("events/sched/sched_waking/enable", "1\n")
    let state = makeState()
    let events = try directory.top.enableEvents("sched:sched_wak*", saving: state)
    #expect(events.count == 3)
    #expect(try fake.read("events/sched/sched_wakeup/enable") == "1")
    #expect(state.restore().isEmpty)
    #expect(try fake.read("events/sched/sched_wakeup/enable") == "0")
    #expect(try fake.read("events/sched/sched_wakeup_new/enable") == "0")
    #expect(try fake.read("events/sched/sched_waking/enable") == "1\n")
  }

  @Test func switchesAWholeSystemByItsOwnFile() throws {
    let state = makeState()
    try directory.top.enableEvents("sched", saving: state)
    #expect(try fake.read("events/sched/enable") == "1")
    #expect(try fake.read("events/sched/sched_switch/enable") == "0\n")
    let path = try #require(state.journalPath)
    let text = try TextFile.read(path)
    let journal = try #require(Journal(text))
    #expect(journal.changes.count == 1)
    #expect(journal.changes.first?.former.contains("+sched:sched_switch") == true)
  }

  @Test func takesBackWhatItAdded() throws {
    let state = makeState()
    try directory.top.addTrigger("stacktrace", on: "sched:sched_switch", saving: state)
    try directory.top.add(
      "p:mine vfs_read\n", to: .kprobeEvents, undo: "-:mine\n", saving: state)
    #expect(state.restore().isEmpty)
    #expect(try fake.read("kprobe_events") == "p:mine vfs_read\n-:mine\n")
    #expect(
      try fake.read("events/sched/sched_switch/trigger").hasSuffix("stacktrace!stacktrace"))
  }

  @Test func removesItsInstanceAndNotesNothingInIt() throws {
    let state = makeState()
    let instance = try directory.createInstance(named: "mine", saving: state)
    try fake.write("instances/mine/tracing_on", "1\n")
    try instance.setTracingOn(false, saving: state)
    #expect(try fake.read("instances/mine/tracing_on") == "0")
    #expect(state.changeCount == 1)
    fake.remove("instances/mine/tracing_on")
    #expect(state.restore().isEmpty)
    #expect(!fake.exists("instances/mine"))
    #expect(throws: TracefsError.self) {
      try directory.createInstance(named: "a/b", saving: state)
    }
  }

  @Test func aRefusedInstanceIsNotRemoved() throws {
    try fake.write("instances/theirs/tracing_on", "1\n")
    let state = makeState()
    #expect(throws: TracefsError.self) {
      try directory.createInstance(named: "theirs", saving: state)
    }
    #expect(state.restore().isEmpty)
    #expect(fake.exists("instances/theirs/tracing_on"))
  }

  @Test func restoresCPUsThatDiffer() throws {
    try fake.write("buffer_size_kb", "X\n")
    try fake.write("per_cpu/cpu1/buffer_size_kb", "64\n")
    let state = makeState()
    try directory.top.setBufferSize(kilobytes: 512, saving: state)
    try fake.write("per_cpu/cpu0/buffer_size_kb", "512\n")
    try fake.write("per_cpu/cpu1/buffer_size_kb", "512\n")
    #expect(state.restore().isEmpty)
    #expect(try fake.read("per_cpu/cpu0/buffer_size_kb") == "1408")
    #expect(try fake.read("per_cpu/cpu1/buffer_size_kb") == "64")
  }

  @Test func goesBackwardsAndKeepsTheJournalForWhatFailed() throws {
    let state = makeState()
    try directory.top.setTracingOn(false, saving: state)
    try directory.top.setMaxGraphDepth(2, saving: state)
    try directory.top.setBufferPercent(3, saving: state)
    // A write that fails: the file has become a directory.
    fake.remove("max_graph_depth")
    try fake.write("max_graph_depth/x", "")
    #expect(state.restore().count == 1)
    #expect(try fake.read("tracing_on") == "1")
    let path = try #require(state.journalPath)
    let text = try TextFile.read(path)
    let done = text.split(separator: "\n").filter { $0.hasPrefix("done") }
    #expect(done == ["done\t2", "done\t0"])
    #expect(state.changeCount == 1)
    fake.remove("max_graph_depth")
    try fake.write("max_graph_depth", "2")
    #expect(state.restore().isEmpty)
    #expect(try fake.read("max_graph_depth") == "0")
    #expect(fake.journals.isEmpty)
  }

  @Test func permanentChangesStay() throws {
    let state = SavedState.permanent(directory)
    try directory.top.setTracingOn(false, saving: state)
    #expect(state.restore().isEmpty)
    #expect(try fake.read("tracing_on") == "0")
    #expect(fake.journals.isEmpty)
  }

  // MARK: After a kill

  @Test func recoversWhatADeadRunLeft() throws {
    try abandon { state in
      try directory.top.setTracingOn(false, saving: state)
      try directory.top.setCurrentTracer("function", saving: state)
    }
    let found = SavedState.abandoned(in: [place])
    #expect(found.count == 1)
    #expect(found.first?.files == ["tracing_on", "current_tracer"])
    #expect(found.first?.owner == "process \(getpid()) (kscope test)")
    let first = try #require(found.first)
    #expect(try SavedState.recover(first).isEmpty)
    #expect(try fake.read("tracing_on") == "1")
    #expect(try fake.read("current_tracer") == "nop")
    #expect(SavedState.abandoned(in: [place]).isEmpty)
    #expect(fake.journals.isEmpty)
  }

  @Test func doesNotTouchALiveRun() throws {
    let state = makeState()
    try directory.top.setTracingOn(false, saving: state)
    #expect(SavedState.abandoned(in: [place]).isEmpty)
    let live = SavedState.live(in: [place])
    #expect(live.map(\.files) == [["tracing_on"]])
    let first = try #require(live.first)
    #expect(try SavedState.recover(first).isEmpty)
    #expect(try fake.read("tracing_on") == "0")
    #expect(fake.journals.count == 1)
  }

  @Test func forgetsAnEarlierBoot() throws {
    try abandon(bootID: "another") { state in
      try directory.top.setTracingOn(false, saving: state)
    }
    #expect(SavedState.abandoned(in: [place]).isEmpty)
    #expect(fake.journals.isEmpty)
    #expect(try fake.read("tracing_on") == "0")
  }

  /// Tracing was switched off past the state, and the process died before it could say so.
  @Test func recoversASwitchThatWasExpected() throws {
    try abandon { state in
      try directory.top.claim(saving: state)
      try directory.top.setTracingOn(true, saving: state)
      try directory.top.expectSwitchOff(saving: state)
    }
    try fake.write("tracing_on", "0")
    let found = try #require(SavedState.abandoned(in: [place]).first)
    #expect(try SavedState.recover(found).isEmpty)
    #expect(try fake.read("tracing_on") == "1")
  }

  @Test func recoversAChangeThatWasCutShort() throws {
    try abandon { state in try directory.top.setTracingOn(false, saving: state) }
    let path = try #require(fake.journals.first)
    let lines = try TextFile.read(path).split(separator: "\n").map { $0 + "\n" }
    // Killed between the write and the note of how it reads; then between two changes.
    let cut = lines.dropLast().joined() + "change\t1\t5\tvalue\tmax_graph_de"
    try TextFile.write([cut], to: path, .replace)
    let found = try #require(SavedState.abandoned(in: [place]).first)
    #expect(found.files == ["tracing_on"])
    #expect(try SavedState.recover(found).isEmpty)
    #expect(try fake.read("tracing_on") == "1")
  }
}

extension SavedStateTests {
  @Test func clearsAFilterThatTheKernelCouldNotParse() throws {
    let state = makeState()
    let event = EventName(system: "sched", name: "sched_switch")
    try directory.top.setFilter("prev_pid == 1", of: event, saving: state)
    let shown = "prev_pid == 1\n^\nparse_error: Field not found\n"
    try fake.write("events/sched/sched_switch/filter", shown)
    #expect(try directory.top.filter(of: event) == nil)
    try directory.top.clear(event, saving: state)
    #expect(try fake.read("events/sched/sched_switch/filter") == "0")
    try fake.write("events/sched/sched_switch/filter", shown)
    let change = Journal.Change(
      kind: .filter, path: "events/sched/sched_switch/filter", former: ["none"])
    #expect(Restorer(directory: directory).undo(change).isEmpty)
    #expect(try fake.read("events/sched/sched_switch/filter") == "0")
  }
}

/// Lists of pids, which the kernel changes by itself.
@Suite struct SavedPIDsTests {
  @Test func aListThatRanEmptyIsStillTakenAway() throws {
    let fake = try FakeTracefs()
    let directory = try TracingDirectory(path: fake.path)
    try fake.write("set_event_pid", "")
    let state = SavedState(directory, command: ["kscope"], in: StateDirectory(path: fake.statePath))
    try directory.top.setEventPIDs([12], saving: state)
    // A child was forked and the traced process ended.
    try fake.write("set_event_pid", "13\n")
    #expect(state.restore().isEmpty)
    #expect(try fake.read("set_event_pid") == "")
  }
}
