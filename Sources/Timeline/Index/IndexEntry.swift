/// What happened on one row in one bucket of time.
///
/// Times are in ns, in buckets so wide that they would not fit, in units of as many ns as fit.
struct IndexEntry: BitwiseCopyable {
  /// The bucket's number, from the trace's first event on.
  var bucket: UInt32
  var events: UInt32 = 0
  /// How often a task began to run.
  var switches: UInt32 = 0
  /// CPU: a task ran that is not idle. Task: it ran.
  var a: UInt32 = 0
  /// CPU: in hard interrupts. Task: it waited for a CPU.
  var b: UInt32 = 0
  /// CPU: in soft interrupts. Task: it was blocked.
  var c: UInt32 = 0
  /// Nobody knows, as events were lost.
  var unknown: UInt32 = 0
  /// CPU: the row of the task that ran longest at a stretch. Task: of the CPU.
  var who: UInt32 = .max
  /// How long that was.
  var stretch: UInt32 = 0
  /// Task: the longest wait for a CPU that ended here, in ns.
  var latency: UInt32 = 0

  /// Takes in another that is of the same bucket, or of one next to it that is in the same of a
  /// coarser kind.
  ///
  /// - Parameter shift: by how many bits times are made smaller.
  mutating func add(_ other: IndexEntry, shift: UInt32 = 0) {
    events = events.addingClamped(other.events)
    switches = switches.addingClamped(other.switches)
    a = a.addingClamped(other.a >> shift)
    b = b.addingClamped(other.b >> shift)
    c = c.addingClamped(other.c >> shift)
    unknown = unknown.addingClamped(other.unknown >> shift)
    if other.stretch >> shift > stretch || who == .max {
      who = other.who
      stretch = other.stretch >> shift
    }
    latency = max(latency, other.latency)
  }
}

extension UInt32 {
  func addingClamped(_ other: UInt32) -> UInt32 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}
