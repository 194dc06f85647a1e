import Glibc
import Testing
import TraceTestSupport

@testable import Commands
@testable import Tracefs

@Suite struct BufferResetTests {
  let fake: FakeTracefs
  let directory: TracingDirectory
  let place: StateDirectory

  init() throws {
    fake = try FakeTracefs()
    directory = try TracingDirectory(path: fake.path)
    place = StateDirectory(path: fake.statePath)
  }

  func makeInstance(_ name: String, isKept: Bool) throws {
    let state = SavedState(directory, command: ["kscope", "record"], in: place)
    _ = try directory.createInstance(named: name, saving: state)
    if isKept { return try state.keep() }
    // As a run that was killed.
    let path = try #require(state.journalPath)
    let text = try TextFile.read(path)
    var journal = try #require(Journal(text))
    journal.writer.process = ProcessIdentity(pid: getpid(), startTime: 1)
    let changes = text.split(separator: "\n").dropFirst(4).map { $0 + "\n" }.joined()
    try TextFile.write([journal.header + changes], to: path, .replace)
  }

  func reset(_ arguments: String...) throws -> Bool {
    let names = try directory.instanceNames()
    let parsed = try ResetArguments(arguments, instances: names, resetsAlways: false)
    guard case .reset(let targets, let kept) = parsed.purpose else { return false }
    return try BufferReset(
      directory: directory, targets: targets, keeping: kept, instances: names, places: [place]
    ).run()
  }

  @Test func whatAKilledRunLeftIsNoTarget() throws {
    try makeInstance("left", isKept: false)
    try fake.write("instances/theirs/tracing_on", "0\n")
    try fake.write("instances/theirs/per_cpu/cpu0/stats", "")
    try fake.write("tracing_on", "0\n")
    #expect(try reset("-a", "-t"))
    #expect(!fake.exists("instances/left"))
    #expect(try fake.read("instances/theirs/tracing_on") == "1")
    #expect(try fake.read("tracing_on") == "1")
    #expect(fake.journals.isEmpty)
  }

  @Test func anInstanceThatNeverWasIsAnError() throws {
    try fake.write("tracing_on", "0\n")
    #expect(throws: TracefsError.self) { try reset("-B", "nosuch", "-t") }
    #expect(try fake.read("tracing_on") == "0\n")
  }

  @Test func anInstanceThatKscopeMadeStays() throws {
    try makeInstance("net", isKept: true)
    try fake.write("instances/net/per_cpu/cpu0/stats", "")
    #expect(try reset("-B", "net"))
    #expect(fake.exists("instances/net"))
    // A directory of plain files cannot be removed, as tracefs' own can.
    fake.remove("instances/net/per_cpu")
    #expect(SavedState.kept(in: [place]).map(\.files) == [["instances/net"]])
    #expect(try reset("-B", "net", "-d"))
    #expect(!fake.exists("instances/net"))
    #expect(fake.journals.isEmpty)
  }

  @Test func aJournalOfADirectoryThatIsGoneIsNoFailure() throws {
    try makeInstance("left", isKept: false)
    let path = try #require(fake.journals.first)
    let text = try TextFile.read(path)
    let gone = text.split(separator: fake.path + "\n").joined(separator: fake.path + "/gone\n")
    try TextFile.write([gone], to: path, .replace)
    try fake.write("tracing_on", "0\n")
    #expect(try reset("-t"))
    #expect(try fake.read("tracing_on") == "1")
    #expect(fake.journals == [path])
  }
}
