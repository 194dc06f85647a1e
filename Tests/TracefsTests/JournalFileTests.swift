import Glibc
import Testing
import TraceTestSupport

@testable import Tracefs

/// What becomes of a journal when a line cannot be added whole.
@Suite struct JournalFileTests: SavedStateSuite {
  let fixture: SavedStateFixture

  init() throws { fixture = try SavedStateFixture() }

  func journal(_ path: String) throws -> Journal {
    try #require(Journal(try TextFile.read(path)))
  }

  // MARK: Torn lines

  @Test func aTornLineOfAnotherDoesNotSwallowOurs() throws {
    let below = makeState("below")
    try top.setMaxGraphDepth(1, saving: below)
    let above = makeState("above")
    try top.setMaxGraphDepth(2, saving: above)
    try top.setBufferPercent(7, saving: above)
    // The former value is handed over, in a journal that ends in a torn line and stays in use.
    let torn = try #require(above.journalPath)
    let whole = try TextFile.read(torn)
    try TextFile.write([whole + "reads\t0"], to: torn, .replace)
    #expect(below.restore().isEmpty)
    #expect(try TextFile.read(torn) == whole + "former\t0\t0\n")
    // And one in which it is its writer's turn.
    try TextFile.write([whole + "former\t0\t0\nchange\t2\t5\tval"], to: torn, .replace)
    try top.setOption("stacktrace", true, saving: above)
    try above.keep()
    let read = try journal(torn)
    #expect(
      read.changes.map(\.path) == ["max_graph_depth", "buffer_percent", "options/stacktrace"])
    #expect(read.changes.first?.former == ["0"])
    #expect(read.isKept)
  }

  @Test func aTornLineInAnAbandonedJournalIsCutWhenSomethingStaysOpen() throws {
    let state = makeState()
    try top.setMaxGraphDepth(1, saving: state)
    try top.setBufferPercent(7, saving: state)
    let path = try #require(state.journalPath)
    let whole = try TextFile.read(path)
    try TextFile.write([whole + "change\t2\t5\tval"], to: path, .replace)
    #expect(state.restore { $0 == "buffer_percent" }.isEmpty)
    #expect(try TextFile.read(path) == whole + "done\t1\n")
    #expect(try journal(path).openChanges == [0])
  }

  // MARK: Journals that say nothing

  @Test func aJournalThatIsNotUnderstoodIsNamed() throws {
    let state = makeState()
    try top.setMaxGraphDepth(1, saving: state)
    let ours = try #require(state.journalPath)
    let torn = place.path + "/journal-\(getpid())-1"
    let empty = place.path + "/journal-\(getpid())-2"
    let text = try TextFile.read(ours)
    // A line glued to the front of another.
    for (path, text) in [(torn, text + "change\t1\t5\tvalchange\t1\t6\n"), (empty, "")] {
      close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
      try TextFile.write([text], to: path, .replace)
    }
    let problems = SavedState.unreadableJournals(in: [place])
    #expect(problems == [.unreadableJournal(path: torn, problem: "not understood")])
    #expect(problems.first?.message.contains("remove the file") == true)
    #expect(fake.journals == [torn, ours].sorted())
    // Our own may be half written.
    try TextFile.write(["what\n"], to: ours, .replace)
    #expect(SavedState.unreadableJournals(in: [place]).count == 1)
  }

  // MARK: A full disk

  /// In a process of its own, as the limit that stands for a full disk is the whole process's.
  @Test func aLineThatDoesNotFitIsTakenAway() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      let test = try JournalFileTests()
      let state = test.makeState()
      try test.top.setMaxGraphDepth(1, saving: state)
      let path = try #require(state.journalPath)
      let whole = try TextFile.read(path)
      try FileSizeLimit.run(whole.utf8.count + 12) {
        #expect(throws: TracefsError.self) { try test.top.setBufferPercent(7, saving: state) }
      }
      #expect(try TextFile.read(path) == whole)
      #expect(try test.fake.read("buffer_percent") == "50\n")
      try test.top.setBufferPercent(8, saving: state)
      #expect(try test.journal(path).changes.map(\.former) == [["0"], ["50"]])
      try state.keep()
      let kept = try #require(SavedState.kept(in: [test.place]).first)
      #expect(try SavedState.recover(kept).isEmpty)
      #expect(try test.fake.read("buffer_percent") == "50")
      #expect(try test.fake.read("max_graph_depth") == "0")
      #expect(test.fake.journals.isEmpty)
    }
  }

  /// That a change never happened must not be forgotten: undone, it would take another's away.
  @Test func whatHappenedIsAddedLater() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      let test = try JournalFileTests()
      let state = test.makeState()
      try test.top.setMaxGraphDepth(1, saving: state)
      let path = try #require(state.journalPath)
      let other = try #require(OpenJournal(reading: path))
      let number = try other.note(Journal.Change(kind: .value, path: "tracing_on", former: ["1"]))
      let size = try TextFile.read(path).utf8.count
      try FileSizeLimit.run(size + 3) { other.markDone(number) }
      #expect(try TextFile.read(path).utf8.count == size)
      // A run adds its own line meanwhile, and the journal is read again.
      try #require(OpenJournal(reading: path)).setFormer(0, ["3"])
      other.refresh()
      #expect(other.journal.openChanges == [0])
      #expect(other.journal.changes[0].former == ["3"])
      other.settle(0, Fingerprint(["4"]))
      #expect(try test.journal(path) == other.journal)
    }
  }

  @Test func aJournalThatCouldNotBeStartedIsNone() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      let test = try JournalFileTests()
      let state = test.makeState()
      try FileSizeLimit.run(20) {
        #expect(throws: TracefsError.self) { try test.top.setMaxGraphDepth(1, saving: state) }
      }
      #expect(test.fake.journals.isEmpty)
      try test.top.setMaxGraphDepth(1, saving: state)
      #expect(state.restore().isEmpty)
    }
  }
}

/// The size that no file of this process may outgrow: a write beyond it takes the front and then
/// fails, as on a full disk.
private enum FileSizeLimit {
  static func run(_ size: Int, _ body: () throws -> Void) throws {
    let kind = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    var former = rlimit()
    getrlimit(kind, &former)
    var small = rlimit(rlim_cur: rlim_t(size), rlim_max: former.rlim_max)
    setrlimit(kind, &small)
    defer { setrlimit(kind, &former) }
    try body()
  }
}
