import Glibc
import Testing
import TraceTestSupport

@testable import Tracefs

/// Settings that stay on purpose, and several runs at once: the rule is told with `SavedState`.
@Suite struct KeptStateTests: SavedStateSuite {
  let fixture: SavedStateFixture

  init() throws { fixture = try SavedStateFixture() }

  func depth() throws -> String { try fake.read("max_graph_depth").trimmed }

  // MARK: Kept

  @Test func whatIsKeptStaysUntilReset() throws {
    let state = makeState()
    try top.setMaxGraphDepth(5, saving: state)
    try state.keep()
    #expect(state.restore().isEmpty)
    #expect(try depth() == "5")
    #expect(SavedState.abandoned(in: [place]).isEmpty)
    #expect(SavedState.live(in: [place]).isEmpty)
    let kept = SavedState.kept(in: [place])
    #expect(kept.map(\.files) == [["max_graph_depth"]])
    #expect(kept.map(\.command) == [["kscope", "test"]])
    #expect(try reset().isEmpty)
    #expect(try depth() == "0")
    #expect(fake.journals.isEmpty)
  }

  @Test func nothingChangedKeepsNoJournal() throws {
    try makeState().keep()
    #expect(fake.journals.isEmpty)
  }

  @Test func keptRunsStack() throws {
    for depth in 1...3 {
      let state = makeState("\(depth)")
      try top.setMaxGraphDepth(depth, saving: state)
      try top.setBufferPercent(depth * 10, saving: state)
      try state.keep()
    }
    #expect(SavedState.kept(in: [place]).map(\.command.last) == ["3", "2", "1"])
    let newest = try #require(SavedState.kept(in: [place]).first)
    #expect(try SavedState.recover(newest).isEmpty)
    #expect(try depth() == "2")
    #expect(try reset().isEmpty)
    #expect(try depth() == "0")
    #expect(try fake.read("buffer_percent") == "50")
    #expect(fake.journals.isEmpty)
  }

  /// All six orders in which three runs can end, with the same value set twice among them.
  @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func theOrderOfEndingsDoesNotMatter(order: [Int]) throws {
    let values = [4, 7, 7]
    let states = values.indices.map { makeState("\($0)") }
    for (state, value) in zip(states, values) {
      try top.setMaxGraphDepth(value, saving: state)
      try top.enableEvents("sched:sched_switch", saving: state)
    }
    var left = Set(values.indices)
    for number in order {
      left.remove(number)
      #expect(states[number].restore().isEmpty)
      let highest = left.max()
      #expect(try depth() == highest.map { "\(values[$0])" } ?? "0")
      #expect(
        try fake.read("events/sched/sched_switch/enable").trimmed == (left.isEmpty ? "0" : "1"))
    }
    #expect(fake.journals.isEmpty)
  }

  @Test func aKeptRunOutlivesTheOneBelow() throws {
    let recording = makeState("record")
    try top.setMaxGraphDepth(1, saving: recording)
    let kept = makeState("set")
    try top.setMaxGraphDepth(2, saving: kept)
    try kept.keep()
    #expect(recording.restore().isEmpty)
    #expect(try depth() == "2")
    let found = try #require(SavedState.kept(in: [place]).first)
    #expect(found.journal.changes.first?.former == ["0"])
  }

  @Test func writingAgainGoesOnTop() throws {
    let first = makeState("first")
    let second = makeState("second")
    try top.setMaxGraphDepth(1, saving: first)
    try top.setMaxGraphDepth(2, saving: second)
    try top.setMaxGraphDepth(3, saving: first)
    #expect(first.restore().isEmpty)
    #expect(try depth() == "2")
    #expect(second.restore().isEmpty)
    #expect(try depth() == "0")

    let third = makeState("third")
    let fourth = makeState("fourth")
    try top.setMaxGraphDepth(1, saving: third)
    try top.setMaxGraphDepth(2, saving: fourth)
    try top.setMaxGraphDepth(3, saving: third)
    #expect(fourth.restore().isEmpty)
    #expect(try depth() == "3")
    #expect(third.restore().isEmpty)
    #expect(try depth() == "0")
    #expect(fake.journals.isEmpty)
  }

  // MARK: Somebody else in between

  @Test func whatAnotherSetInBetweenStays() throws {
    let first = makeState("first")
    let second = makeState("second")
    try top.setMaxGraphDepth(1, saving: first)
    try fake.write("max_graph_depth", "77\n")
    try top.setMaxGraphDepth(2, saving: second)
    #expect(first.restore() == [.changedByAnother(file: fake.path + "/max_graph_depth")])
    #expect(try depth() == "2")
    #expect(second.restore().isEmpty)
    #expect(try depth() == "77")
  }

  @Test func whatAnotherSetSinceIsNamed() throws {
    let state = makeState()
    try top.setMaxGraphDepth(1, saving: state)
    try top.setBufferPercent(9, saving: state)
    try state.keep()
    try fake.write("max_graph_depth", "77\n")
    #expect(try reset() == [.changedByAnother(file: fake.path + "/max_graph_depth")])
    #expect(try depth() == "77")
    #expect(try fake.read("buffer_percent") == "50")
    #expect(fake.journals.isEmpty)
  }

  // MARK: Events, triggers, instances

  @Test func anEventThatTwoWantGoesWithTheLast() throws {
    let first = makeState("first")
    let second = makeState("second")
    let event = "events/sched/sched_switch/enable"
    try top.enableEvents("sched:sched_switch", saving: first)
    try top.enableEvents("sched:sched_*", saving: second)
    try second.keep()
    #expect(first.restore().isEmpty)
    #expect(try fake.read(event).trimmed == "1")
    #expect(try reset().isEmpty)
    #expect(try fake.read(event).trimmed == "0")
    #expect(try fake.read("events/sched/sched_waking/enable").trimmed == "0")
  }

  @Test func anEventThatWasOnBeforeStaysOn() throws {
    let event = "events/sched/sched_switch/enable"
    try fake.write(event, "1\n")
    let first = makeState("first")
    let second = makeState("second")
    try top.disableEvents("sched:sched_switch", saving: first)
    try top.enableEvents("sched:sched_switch", saving: second)
    #expect(first.restore().isEmpty)
    #expect(try fake.read(event).trimmed == "1")
    #expect(second.restore().isEmpty)
    #expect(try fake.read(event).trimmed == "1")
  }

  @Test func whatOneAddedAndAnotherRemovedIsEven() throws {
    let first = makeState("first")
    let second = makeState("second")
    let event = EventName(system: "sched", name: "sched_switch")
    try top.addTrigger("stacktrace", to: event, saving: first)
    try top.addTrigger("!stacktrace", to: event, saving: second)
    let text = try fake.read("events/sched/sched_switch/trigger")
    #expect(first.restore().isEmpty)
    #expect(second.restore().isEmpty)
    #expect(try fake.read("events/sched/sched_switch/trigger") == text)
    #expect(fake.journals.isEmpty)
  }

  @Test func anInstanceGoesWithTheLastWhoSetAnythingInIt() throws {
    let maker = makeState("maker")
    let instance = try directory.createInstance(named: "shared", saving: maker)
    try fake.write("instances/shared/max_graph_depth", "0\n")
    let user = makeState("user")
    try instance.setMaxGraphDepth(3, saving: user)
    try user.keep()
    let problems = maker.restore()
    #expect(problems.count == 1)
    #expect(problems.first?.message.contains("kscope user") == true)
    #expect(fake.exists("instances/shared"))
    let kept = try #require(SavedState.kept(in: [place]).first)
    #expect(kept.files == ["instances/shared/max_graph_depth", "instances/shared"])
    // A directory of plain files cannot be removed, as tracefs' own can: settings come back first.
    #expect(try reset().count == 1)
    #expect(try fake.read("instances/shared/max_graph_depth") == "0")
    fake.remove("instances/shared/max_graph_depth")
    #expect(try reset().isEmpty)
    #expect(!fake.exists("instances/shared"))
    #expect(fake.journals.isEmpty)
  }

  @Test func settingsOfAnInstanceThatIsGoneAreNoLoss() throws {
    try fake.write("instances/theirs/max_graph_depth", "0\n")
    let state = makeState()
    try directory.instance(named: "theirs").setMaxGraphDepth(3, saving: state)
    try state.keep()
    fake.remove("instances/theirs")
    #expect(try reset().isEmpty)
    #expect(fake.journals.isEmpty)
  }

  // MARK: On behalf of another

  @Test func stopBelongsToTheRunThatStarted() throws {
    let start = makeState("start")
    try fake.write("tracing_on", "0\n")
    try top.setTracingOn(true, saving: start)
    try start.keep()
    for isOn in [false, true, false] {
      let stop = makeState("stop")
      try top.switchTracing(isOn, saving: stop)
      try stop.keep()
    }
    #expect(try fake.read("tracing_on") == "0")
    #expect(fake.journals.count == 1)
    #expect(try reset().isEmpty)
    #expect(try fake.read("tracing_on") == "0")
    #expect(fake.journals.isEmpty)
  }

  @Test func stopAloneIsUndoneByReset() throws {
    for isOn in [false, true, false] {
      let stop = makeState("stop")
      try top.switchTracing(isOn, saving: stop)
      try stop.keep()
    }
    #expect(fake.journals.count == 1)
    #expect(try reset().isEmpty)
    #expect(try fake.read("tracing_on") == "1")
  }

  // MARK: Partly

  @Test func oneBufferIsPutBackAlone() throws {
    try fake.write("instances/theirs/max_graph_depth", "0\n")
    let state = makeState()
    try top.setMaxGraphDepth(1, saving: state)
    try directory.instance(named: "theirs").setMaxGraphDepth(2, saving: state)
    try state.keep()
    let kept = try #require(SavedState.kept(in: [place]).first)
    #expect(try SavedState.recover(kept) { $0.hasPrefix("instances/theirs/") }.isEmpty)
    #expect(try fake.read("instances/theirs/max_graph_depth") == "0")
    #expect(try depth() == "1")
    #expect(try reset().isEmpty)
    #expect(try depth() == "0")
  }

  // MARK: The switch

  @Test func theSwitchIsPutBackWhateverItSays() throws {
    try fake.write("tracing_on", "1")
    let state = makeState()
    try top.claim(saving: state)
    try top.setTracingOn(true, saving: state)
    try top.expectSwitchOff(saving: state)
    try fake.write("tracing_on", "0")
    #expect(state.restore().isEmpty)
    #expect(try fake.read("tracing_on").trimmed == "1")
    #expect(fake.journals.isEmpty)
  }

  @Test func aBufferIsClaimedByOneAtATime() throws {
    try fake.write("tracing_on", "1")
    let (first, second) = (makeState("first"), makeState("second"))
    try top.claim(saving: first)
    let refusal = #expect(throws: TracefsError.self) { try top.claim(saving: second) }
    guard case .inUse(_, let user)? = refusal else {
      return #expect(Bool(false), "\(refusal as Any)")
    }
    #expect(user.contains("first"))
    #expect(second.changeCount == 0)
    #expect(first.restore().isEmpty)
    try top.claim(saving: second)
    try second.keep()
    // What is kept is nobody's who is at work.
    let third = makeState("third")
    try top.claim(saving: third)
    #expect(third.restore().isEmpty)
  }

  @Test func anInstanceThatIsThereIsNotMadeAgain() throws {
    let state = makeState()
    _ = try directory.createInstance(named: "one", saving: state)
    #expect(throws: TracefsError.exists(what: "instance", name: "one")) {
      try directory.createInstance(named: "one", saving: makeState("b"))
    }
    #expect(state.restore().isEmpty)
  }

  /// Others may write to it, so it is not used; that matters only where something is noted there.
  @Test func placesThatCannotBeUsedAreNamedWhereTheyMatter() throws {
    let state = makeState()
    try top.setMaxGraphDepth(3, saving: state)
    let path = fake.statePath
    #expect(StateDirectory.passedOver(among: [path, path + "-absent"]).isEmpty)
    chmod(path, 0o777)
    let said = StateDirectory.passedOver(among: [path])
    #expect(said.count == 1 && said[0].contains("others may write to it"))
    chmod(path, 0o700)
    #expect(state.restore().isEmpty)
    chmod(path, 0o777)
    #expect(StateDirectory.passedOver(among: [path]).isEmpty)
    chmod(path, 0o700)
    let file = path + "/file"
    close(open(file, O_CREAT | O_WRONLY, 0o600))
    #expect(StateDirectory.passedOver(among: [file]).count == 1)
  }
}
