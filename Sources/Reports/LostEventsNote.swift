import ByteIO
import RingBuffer

/// What the kernel lost of a CPU's events while they were recorded, where the report has no line for
/// it. The report itself is whole.
package struct LostEventsNote: ExplainedError, Equatable {
  package var path: String
  /// The instance; empty for the top-level buffer.
  package var buffer: String
  package var cpu: Int
  package var losses: Losses

  /// Several losses, added up.
  package struct Losses: Equatable, Sendable {
    package internal(set) var count: UInt64 = 0
    /// At how many places the kernel did not count them.
    package internal(set) var uncounted = 0

    mutating func add(_ lost: LostEvents) {
      switch lost {
      case .none: break
      case .some(let count): self.count &+= count
      case .unknown: uncounted += 1
      }
    }

    mutating func add(_ other: Losses) {
      count &+= other.count
      uncounted += other.uncounted
    }
  }

  package var message: String {
    let events = losses.count == 1 ? "1 event" : "\(losses.count) events"
    let places = losses.uncounted == 1 ? "1 place" : "\(losses.uncounted) places"
    let lost =
      switch (losses.count, losses.uncounted) {
      case (_, 0): "lost \(events)"
      case (0, _): "lost events at \(places), uncounted"
      default: "lost \(events), and more at \(places), uncounted"
      }
    return "\(path): CPU \(cpu)\(buffer.isEmpty ? "" : " of buffer \(buffer)") \(lost)"
  }

  package var exitStatus: Int32 { 0 }
}
