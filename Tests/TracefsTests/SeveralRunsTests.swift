import Glibc
import Testing
import TraceTestSupport

@testable import Tracefs

/// Runs of kscope that come between one another, and others that come between those.
@Suite struct SeveralRunsTests: SavedStateSuite {
  let fixture: SavedStateFixture

  init() throws { fixture = try SavedStateFixture() }

  /// A process that has ended.
  static var dead: ProcessIdentity { ProcessIdentity(pid: getpid(), startTime: 1) }

  /// Makes a journal look like that of a process that has ended.
  func kill(_ path: String) throws {
    let text = try TextFile.read(path)
    var journal = try #require(Journal(text))
    journal.writer.process = Self.dead
    let changes = text.split(separator: "\n").dropFirst(4).map { $0 + "\n" }.joined()
    try TextFile.write([journal.header + changes], to: path, .replace)
  }

  // MARK: Kept in the meantime

  @Test func whatIsKeptAfterItWasFoundStays() throws {
    let state = makeState("set")
    try top.setMaxGraphDepth(5, saving: state)
    let path = try #require(state.journalPath)
    var journal = try #require(SavedState.journals(in: [place]).first).journal
    // It was read while `kscope set` was at work, which has ended since.
    journal.writer.process = Self.dead
    try state.keep()
    try kill(path)
    #expect(try SavedState.recover(FoundState(path: path, journal: journal)).isEmpty)
    #expect(try fake.read("max_graph_depth") == "5")
    #expect(SavedState.kept(in: [place]).map(\.files) == [["max_graph_depth"]])
    #expect(SavedState.abandoned(in: [place]).isEmpty)
  }

  // MARK: On behalf of the run that made an instance

  @Test(arguments: [true, false])
  func stopInAnInstanceOfAnotherRunIsThatRuns(isKept: Bool) throws {
    let maker = makeState("maker")
    let instance = try directory.createInstance(named: "mine", saving: maker)
    try fake.write("instances/mine/tracing_on", "1\n")
    if isKept { try maker.keep() }
    let stop = makeState("stop")
    try instance.switchTracing(false, saving: stop)
    try stop.keep()
    #expect(try fake.read("instances/mine/tracing_on") == "0")
    #expect(fake.journals.count == 1)
    // A directory of plain files cannot be removed, as tracefs' own can.
    fake.remove("instances/mine/tracing_on")
    #expect(isKept ? try reset().isEmpty : maker.restore().isEmpty)
    #expect(!fake.exists("instances/mine"))
    #expect(fake.journals.isEmpty)
  }

  @Test func stopInAnInstanceThatWasThereIsUndoneByReset() throws {
    try fake.write("instances/theirs/tracing_on", "1\n")
    let other = makeState("other")
    _ = try directory.createInstance(named: "their", saving: other)
    let stop = makeState("stop")
    try directory.instance(named: "theirs").switchTracing(false, saving: stop)
    try stop.keep()
    #expect(try fake.read("instances/theirs/tracing_on") == "0")
    #expect(try reset().isEmpty)
    #expect(try fake.read("instances/theirs/tracing_on") == "1")
  }

  // MARK: A full disk

  @Test func aFormerValueThatCannotBeHandedOverEndsTheWrite() throws {
    let first = makeState("first")
    let second = makeState("second")
    try top.setMaxGraphDepth(1, saving: first)
    try top.setMaxGraphDepth(2, saving: second)
    // A journal that can be read and not added to: links are not followed for writing.
    let path = try #require(second.journalPath)
    let aside = fake.path + "/aside"
    #expect(rename(path, aside) == 0 && symlink(aside, path) == 0)
    #expect(throws: TracefsError.self) { try top.setMaxGraphDepth(3, saving: first) }
    #expect(unlink(path) == 0 && rename(aside, path) == 0)
    #expect(try fake.read("max_graph_depth") == "2")
    // Both still know what was there before them.
    #expect(first.restore().isEmpty)
    #expect(second.restore().isEmpty)
    #expect(try fake.read("max_graph_depth") == "0")
    #expect(fake.journals.isEmpty)
  }

  // MARK: An instance of the same name

  /// Somebody else removes an instance and makes one of that name.
  func replace(_ name: String) throws {
    // Made before the other goes: a number of a directory is given again, here but not in tracefs.
    try fake.write("instances/aside/tracing_on", "1\n")
    fake.remove("instances/\(name)")
    #expect(rename(fake.path + "/instances/aside", fake.path + "/instances/\(name)") == 0)
    fake.remove("instances/\(name)/tracing_on")
  }

  @Test func anInstanceThatAnotherMadeSinceStays() throws {
    let state = makeState("set")
    _ = try directory.createInstance(named: "net", saving: state)
    try state.keep()
    try replace("net")
    #expect(try reset() == [.changedByAnother(file: fake.path + "/instances/net")])
    #expect(fake.exists("instances/net"))
    #expect(fake.journals.isEmpty)
  }

  @Test func anInheritedInstanceIsKnownToo() throws {
    let maker = makeState("maker")
    let instance = try directory.createInstance(named: "net", saving: maker)
    try fake.write("instances/net/max_graph_depth", "0\n")
    let user = makeState("user")
    try instance.setMaxGraphDepth(3, saving: user)
    try user.keep()
    #expect(maker.restore().count == 1)
    fake.remove("instances/net/max_graph_depth")
    try replace("net")
    _ = try reset()
    #expect(fake.exists("instances/net"))
  }

  @Test func anInstanceThatIsThereIsNotEvenNoted() throws {
    try fake.write("instances/theirs/tracing_on", "1\n")
    let state = makeState()
    #expect(throws: TracefsError.self) {
      try directory.createInstance(named: "theirs", saving: state)
    }
    // Killed here, it must not say that it made it.
    #expect(fake.journals.isEmpty)
  }

  @Test func aJournalWithoutTheNumberOfItsInstanceRemovesIt() throws {
    let state = makeState("set")
    _ = try directory.createInstance(named: "net", saving: state)
    try state.keep()
    let path = try #require(fake.journals.first)
    let lines = try TextFile.read(path).split(separator: "\n").filter { !$0.hasPrefix("reads") }
    try TextFile.write([lines.map { $0 + "\n" }.joined()], to: path, .replace)
    #expect(try reset().isEmpty)
    #expect(!fake.exists("instances/net"))
  }

  // MARK: A directory that is gone

  @Test func aJournalOfADirectoryThatIsGoneStays() throws {
    let state = makeState("record")
    try top.setMaxGraphDepth(5, saving: state)
    try kill(try #require(state.journalPath))
    fake.remove("tracing_on")
    let found = try #require(SavedState.abandoned(in: [place]).first)
    let problems = try SavedState.recover(found)
    #expect(problems.count == 1)
    #expect(problems.first?.message.contains(fake.path) == true)
    #expect(problems.first?.message.contains("kscope record") == true)
    #expect(fake.journals.count == 1)
    try fake.write("tracing_on", "1\n")
    #expect(try SavedState.recover(found).isEmpty)
    #expect(try fake.read("max_graph_depth") == "0")
  }

  /// As where tracefs was mounted in two places and one of them is gone.
  @Test func theKernelsOwnDirectoryIsFoundElsewhere() throws {
    let state = makeState("record")
    try top.setMaxGraphDepth(5, saving: state)
    let path = try #require(state.journalPath)
    try kill(path)
    let text = try TextFile.read(path)
    func find() throws(TracefsError) -> TracingDirectory { directory }
    // Where it is not known to be the kernel's, it may be a copy: nothing is written elsewhere.
    for isTracefs in [false, true] {
      var journal = try #require(Journal(text))
      journal.directory = fake.path + "/gone"
      journal.isTracefs = isTracefs
      let changes = text.split(separator: "\n").dropFirst(4).map { $0 + "\n" }.joined()
      try TextFile.write([journal.header + changes], to: path, .replace)
      let found = try #require(SavedState.abandoned(in: [place]).first)
      #expect(try SavedState.recover(found, or: find).isEmpty == isTracefs)
      #expect(try fake.read("max_graph_depth") == (isTracefs ? "0" : "5"))
      #expect(fake.journals.isEmpty == isTracefs)
    }
  }
}
