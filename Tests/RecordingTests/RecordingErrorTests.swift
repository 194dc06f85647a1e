import Testing
import TraceTestSupport
import Tracefs

@testable import Recording

@Suite struct RecordingErrorTests {
  /// What went wrong, and what could not be put back after that, are both said.
  @Test func saysWhatCouldNotBePutBack() throws {
    let fake = try FakeTracefs()
    let directory = try TracingDirectory(path: fake.path)
    let error = RecordingError.noSuchProcess(7)
    func state() throws -> SavedState {
      try fake.write("tracing_on", "1\n")
      let state = SavedState(
        directory, command: ["kscope"], in: StateDirectory(path: fake.statePath))
      try directory.top.setTracingOn(false, saving: state)
      return state
    }
    #expect(error.restoring(try state()).message == error.message)
    #expect(try fake.read("tracing_on").hasPrefix("1"))
    let changed = try state()
    try fake.write("tracing_on", "2\n")
    let both = error.restoring(changed)
    #expect(both.message.hasPrefix("-P 7: no such process; "))
    #expect(
      both.message.hasSuffix("tracing_on: changed by somebody else in the meantime; left as it is"))
    guard case .noSuchProcess(7) = both.cause else {
      Issue.record("the cause is \(both.cause)")
      return
    }
    // The kernel's own complaints end in a line that points at a place.
    let problem = RestoreProblem.changedByAnother(file: "a")
    let pointing = RecordingError.tracefs(
      .refused(file: "f", text: "hist:", code: 22, log: "hist\n  ^"))
    #expect(
      RecordingError.leftBehind(after: pointing, problems: [problem]).message.contains(
        "^\n\(problem.message)"))
  }
}
