import Glibc
import Tracefs

/// Settings that stay when the process is over, all of them or none.
///
/// The journal stays too, marked as kept, for `kscope reset`.
struct LastingChange {
  let state: SavedState
  let signals: Signals
  /// Gets what could not be put back after an error.
  let onWarning: ((String) -> Void)?

  /// - Parameters:
  ///   - set: makes the settings, by way of `state`.
  ///   - use: what is done as soon as all are made, and may still fail.
  /// - Throws: what went wrong, also a signal that came meanwhile; all is then as it was.
  func make(
    _ set: () throws(RecordingError) -> Void, use: () throws(RecordingError) -> Void = {}
  ) throws(RecordingError) {
    do throws(RecordingError) {
      try set()
      while let number = signals.next() { if number != SIGCHLD { throw .interrupted(number) } }
      try use()
      try Recorder.traced { () throws(TracefsError) in try state.keep() }
    } catch {
      for problem in state.restore() { onWarning?(problem.message) }
      throw error
    }
  }
}
