import ByteIO
import CKernel
import Glibc
import TraceDat
import Tracefs

/// Carries out a plan: sets tracing up, records until the end comes, writes the file, and leaves the
/// kernel as it was.
package struct Recorder {
  package let plan: RecordingPlan
  /// How the recording was asked for; it is noted in the file and in the journal of settings.
  package let commandLine: [String]
  /// The name and version of this program, as the file names its writer.
  package let program: String
  /// Called once, when tracing has begun.
  package var onStart: (() -> Void)?
  /// Called at most five times a second while recording.
  package var onProgress: ((RecordingSummary) -> Void)?
  /// Called with what a person should know at once.
  package var onWarning: ((String) -> Void)?
  /// Called when tracing has ended and the file is being finished.
  package var onFinishing: (() -> Void)?

  package init(_ plan: RecordingPlan, commandLine: [String], program: String) {
    self.plan = plan
    self.program = program
    self.commandLine = commandLine
  }

  /// Records. Whatever ends it - the command, a signal, a full disk - the file is complete and the
  /// settings are back when this returns; when it throws, nothing is left behind.
  ///
  /// To be called on the process's first thread, once.
  package func run() throws(RecordingError) -> RecordingSummary {
    try checkCommand()
    let directory = try Self.traced { () throws(TracefsError) in try TracingDirectory.find() }
    let warnings = try recoverAbandoned()
    let existing = try checkBuffers(directory)
    let watch = try ProcessWatch(plan)

    // The child is made before the signals are blocked: it shall have the mask we were given.
    let session: RecordingSession
    do throws(SystemError) {
      let command = plan.command.isEmpty ? nil : try GatedCommand(plan.command)
      let state =
        plan.keepsSettings
        ? SavedState.permanent(directory) : SavedState(directory, command: commandLine)
      session = try RecordingSession(
        self, directory, state, command, watch, existing: existing)
    } catch { throw .system(error) }
    session.summary.warnings = warnings

    do throws(RecordingError) {
      try session.prepare()
      try session.begin()
      if plan.isFlightRecorder {
        guard session.waitForTrigger() else {
          session.abandon()
          session.summary.output = ""
          return session.summary
        }
        onFinishing?()
        try session.stopTracing()
        try session.saveFlight()
      } else {
        session.wait()
        onFinishing?()
        try session.stopTracing()
      }
      try session.finish()
    } catch {
      session.abandon()
      throw error
    }
    return session.summary
  }

  // MARK: Checks that change nothing

  /// Looks for the program before anything is set up and a former trace.dat is overwritten.
  private func checkCommand() throws(RecordingError) {
    guard let name = plan.command.first, !name.contains("/") else { return }
    let path = getenv("PATH").map { String(cString: $0) } ?? "/bin:/usr/bin"
    let found = path.split(separator: ":", omittingEmptySubsequences: false).contains {
      access($0.isEmpty ? name : "\($0)/\(name)", X_OK) == 0
    }
    if !found { throw .command(name: name, cause: SystemError("execvp", code: ENOENT)) }
  }

  /// Puts back what runs that were killed have left.
  private func recoverAbandoned() throws(RecordingError) -> [String] {
    var warnings: [String] = []
    for found in SavedState.abandoned() {
      let problems = try Self.traced { () throws(TracefsError) in try SavedState.recover(found) }
      warnings.append("the settings that \(found.owner) had left were put back")
      warnings += problems.map(\.message)
    }
    return warnings
  }

  /// Refuses buffers that others use; returns the names of instances that exist.
  private func checkBuffers(_ directory: TracingDirectory) throws(RecordingError) -> Set<String> {
    let names = try Self.traced { () throws(TracefsError) in try directory.instanceNames() }
    var existing: Set<String> = []
    for buffer in plan.buffers where buffer.name != nil || !buffer.isEmpty {
      guard let name = buffer.name else {
        try BusyCheck.check(directory.top)
        continue
      }
      guard names.contains(name) else { continue }
      existing.insert(name)
      try BusyCheck.check(
        try Self.traced { () throws(TracefsError) in try directory.instance(named: name) })
    }
    return existing
  }

  static func traced<T>(_ body: () throws(TracefsError) -> T) throws(RecordingError) -> T {
    do { return try body() } catch { throw .tracefs(error) }
  }
}
