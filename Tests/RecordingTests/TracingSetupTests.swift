import Glibc
import Testing
import TraceTestSupport
import Tracefs

@testable import Recording

/// What `kscope set` does, and what it leaves where it fails.
@Suite struct TracingSetupTests {
  let fake: FakeTracefs
  let directory: TracingDirectory
  let state: SavedState

  init() throws {
    fake = try FakeTracefs()
    directory = try TracingDirectory(path: fake.path)
    state = SavedState(directory, in: StateDirectory(path: fake.statePath))
  }

  func set(_ arguments: String...) throws { try set(arguments) }

  func set(_ arguments: [String]) throws {
    guard case .plan(let plan) = try RecordArguments.parse(arguments, for: .set) else {
      throw RecordArgumentError.nothingToRecord
    }
    var summary = TracingSetupSummary()
    try TracingSetup(.set, plan, commandLine: arguments).apply(directory, state, nil, &summary)
  }

  @Test func anInstanceStaysWhereSomethingElseCannotBeSet() throws {
    for name in ["net", "disk"] { #expect(mkdir(fake.path + "/instances/\(name)", 0o700) == 0) }
    #expect(throws: (any Error).self) { try set("-C", "nosuchclock", "-v", "-B", "net") }
    #expect(fake.exists("instances/net"))
    #expect(throws: (any Error).self) { try set("-v", "-B", "net", "-v", "-B", "nosuch") }
    #expect(fake.exists("instances/net"))
    try set("-v", "-B", "net", "-v", "-B", "disk")
    #expect(!fake.exists("instances/net"))
    #expect(!fake.exists("instances/disk"))
  }

  /// A trigger does not need its event on, and a filter waits for whatever switches it on.
  @Test(arguments: [
    ["-R", "stacktrace"], ["-f", "pid == 1"], ["-f", "pid == 1", "-R", "traceoff"],
  ])
  func anEventThatIsLeftOutIsOff(rest: [String]) throws {
    let event = "events/irq/irq_handler_entry"
    try fake.write(event + "/enable", "1\n")
    try set(["-e", "irq", "-v", "-e", "irq:irq_handler_entry"] + rest)
    #expect(try fake.read("events/irq/enable") == "1")
    #expect(try fake.read(event + "/enable") == "0")
    #expect(try fake.read(event + "/filter") == (rest[0] == "-f" ? "pid == 1" : "none\n"))
    let triggers = try fake.read(event + "/trigger")
    #expect(rest[rest.count - 2] == "-R" ? triggers.hasSuffix(rest[rest.count - 1]) : true)
  }
}
