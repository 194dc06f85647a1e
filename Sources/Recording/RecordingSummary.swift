/// How a recording stands, or how it ended.
package struct RecordingSummary: Equatable, Sendable {
  /// One CPU of one buffer.
  package struct PerCPU: Equatable, Sendable {
    /// The instance's name; nil is the top level.
    package var buffer: String?
    package var cpu: Int
    /// Events that were written to the buffer and not lost there.
    package var events: UInt64
    /// Events that the kernel lost because nobody read them in time.
    package var lost: UInt64
    /// Bytes of pages that were moved to the file, those included that `-m` let go again.
    package var bytes: Int64

    package init(buffer: String?, cpu: Int, events: UInt64, lost: UInt64, bytes: Int64) {
      self.buffer = buffer
      self.cpu = cpu
      self.events = events
      self.lost = lost
      self.bytes = bytes
    }
  }

  package enum Ending: Equatable, Sendable {
    /// It still runs.
    case running
    case exited(Int32)
    case killed(Int32)
    /// A signal came: SIGINT, SIGTERM or SIGHUP.
    case signal(Int32)
    /// The processes of `-P` are gone.
    case processesEnded
    /// `--duration`, in nanoseconds, is over.
    case timeOver(UInt64)
    /// The file has as many bytes as `--max-size` allows.
    case fileFull(Int64)
    /// What a flight recorder waits for happened.
    case triggered
    /// It cost more than it may (`--when-over stop`).
    case overBudget
    /// The pages could not be written: the system's words.
    case failed(String)
  }

  /// The file; empty where none was written.
  package var output: String
  package var ending: Ending
  /// Since tracing began, in nanoseconds.
  package var duration: UInt64
  package var cpus: [PerCPU]
  /// The file's size; 0 while it is recorded.
  package var fileBytes: Int64 = 0
  /// At most so many bytes are kept of each CPU (`-m`).
  package var ringCapacity: Int64?
  /// The command, if it is still running after the end of the recording.
  package var survivor: Int32?
  /// Settings that could not be put back, and other things to know.
  package var warnings: [String] = []

  package var events: UInt64 { cpus.reduce(0) { $0 &+ $1.events } }
  package var lost: UInt64 { cpus.reduce(0) { $0 &+ $1.lost } }
  package var bytes: Int64 { cpus.reduce(0) { $0 &+ $1.bytes } }

  /// The CPU that wrote most, by number; nil where nothing was written or there is but one.
  package var busiestCPU: (number: Int, share: Double)? {
    var totals: [Int: UInt64] = [:]
    for one in cpus { totals[one.cpu, default: 0] += one.events &+ one.lost }
    let all = totals.values.reduce(0, &+)
    guard totals.count > 1, all > 0,
      let most = totals.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })
    else { return nil }
    return (most.key, Double(most.value) / Double(all))
  }
}
