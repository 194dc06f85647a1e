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

  func set(_ arguments: String...) throws {
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
}
