import TraceTestSupport

@testable import Tracefs

/// A tracefs and a place for journals, of one test alone.
struct SavedStateFixture {
  let fake: FakeTracefs
  let directory: TracingDirectory
  let place: StateDirectory

  init() throws {
    fake = try FakeTracefs()
    directory = try TracingDirectory(path: fake.path)
    place = StateDirectory(path: fake.statePath)
  }
}

/// A suite about settings that are put back, and the journals in which they are kept until then.
protocol SavedStateSuite {
  var fixture: SavedStateFixture { get }
}

extension SavedStateSuite {
  var fake: FakeTracefs { fixture.fake }
  var directory: TracingDirectory { fixture.directory }
  var place: StateDirectory { fixture.place }
  var top: Instance { directory.top }

  /// A run's, of the command `kscope NAME`.
  func makeState(_ name: String = "test") -> SavedState {
    SavedState(directory, command: ["kscope", name], in: place)
  }

  /// What `kscope reset` does.
  func reset() throws -> [RestoreProblem] {
    var problems: [RestoreProblem] = []
    for found in SavedState.kept(in: [place]) { problems += try SavedState.recover(found) }
    return problems
  }
}
