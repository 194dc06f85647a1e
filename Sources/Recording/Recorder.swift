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
    try TracingChecks.checkCommand(of: plan)
    let directory = try Self.traced { () throws(TracefsError) in try TracingDirectory.find() }
    let warnings = try TracingChecks.recoverAbandoned()
    try TracingChecks.checkFree(plan, in: directory)
    let watch = try ProcessWatch(plan)
    var plan = plan
    let notes = try ProbePlanner(directory).resolve(&plan)

    // The child is made before the signals are blocked: it shall have the mask we were given.
    let session: RecordingSession
    do throws(SystemError) {
      let command = plan.command.isEmpty ? nil : try GatedCommand(plan.command)
      let state = SavedState(directory, command: commandLine)
      session = try RecordingSession(self, directory, state, command, watch, plan: plan)
    } catch { throw .system(error) }
    session.summary.warnings = warnings + notes

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
        session.stopTracing()
        try session.saveFlight()
      } else {
        session.wait()
        onFinishing?()
        session.stopTracing()
      }
      try session.finish()
    } catch {
      session.abandon()
      // What could not be put back would be said to nobody else.
      for warning in session.summary.warnings { onWarning?(warning) }
      throw error
    }
    return session.summary
  }

  static func traced<T>(_ body: () throws(TracefsError) -> T) throws(RecordingError) -> T {
    do { return try body() } catch { throw .tracefs(error) }
  }
}
