/// How a stream ended, and what was in it.
package struct LiveSummary: Equatable, Sendable {
  package enum Ending: Equatable, Sendable {
    /// It still runs.
    case running
    /// The command ended, a signal came, or the processes of `-P` are gone.
    case asRecording(RecordingSummary.Ending)
    /// The time that was given is over.
    case timeOver
    /// Nobody takes what is shown any more.
    case outputClosed
  }

  package var ending = Ending.running
  /// Since tracing began, in nanoseconds.
  package var duration: UInt64 = 0
  package var cpus: [RecordingSummary.PerCPU] = []
  /// The command, if it is still running.
  package var survivor: Int32?
  /// The tracer exists at the top level only, so that it was used in place of an instance.
  package var usedTopLevel = false
  /// Settings that could not be put back, and other things to know.
  package var warnings: [String] = []

  package init() {}

  /// Events that were written to the buffers and not lost there.
  package var events: UInt64 { cpus.reduce(0) { $0 &+ $1.events } }
  /// Events that the kernel lost because nobody read them in time.
  package var lost: UInt64 { cpus.reduce(0) { $0 &+ $1.lost } }
}
