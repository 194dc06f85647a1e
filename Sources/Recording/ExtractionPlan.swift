/// What of the kernel's buffers goes to a file, without a recording.
package struct ExtractionPlan: Equatable, Sendable {
  /// nil is the top level.
  package var buffers: [String?] = [nil]
  package var output = "trace.dat"
  /// From the snapshots, not from the buffers that are written to.
  package var fromSnapshot = false
  /// This process's own events are not kept out while it reads; then no setting is touched.
  package var tracesItself = false
  /// The wall clock is saved too, so that a report can show dates.
  package var savesDate = false
  package var fileVersion = RecordingPlan.FileVersion.seven
  package var compression = RecordingPlan.CompressionChoice.none

  package init() {}
}

/// What an extraction came to.
package struct ExtractionSummary: Equatable, Sendable {
  /// One CPU of one buffer.
  package struct PerCPU: Equatable, Sendable {
    /// nil is the top level.
    package var buffer: String?
    package var cpu: Int
    /// Events that were in the buffer when reading began; nil for a snapshot, which is not counted.
    package var found: UInt64?
    /// Events that are in the file.
    package var events: UInt64 = 0
    /// Bytes of pages that are in the file.
    package var bytes: Int64 = 0

    /// Events that were overwritten before they could be read.
    package var lost: UInt64 { found.map { $0 > events ? $0 - events : 0 } ?? 0 }
  }

  package var output: String
  package var cpus: [PerCPU] = []
  package var fileBytes: Int64 = 0
  /// A signal ended it; what was not read is in the buffers still.
  package var wasInterrupted = false
  /// Why reading ended early.
  package var failure: String?
  package var warnings: [String] = []

  package var events: UInt64 { cpus.reduce(0) { $0 &+ $1.events } }
  package var lost: UInt64 { cpus.reduce(0) { $0 &+ $1.lost } }
}
