/// What one slice of the events tells, by itself.
struct SliceResult: Sendable {
  var start: Int64
  var end: Int64
  var tasks: [SliceTask]
  var cpus: [SliceCPU]
  var counted: [SliceCounter.Counted]
  var eventCount: Int
  /// By buffer, and by the event's id.
  var idCounts: [[UInt32]]
  var losses: [(cpu: Int, count: Int)]
  var interrupts: [InterruptLine: [UInt8]]
  var latestEvent: Int64
  /// What could not be read.
  var damageCount: Int
  var problems: [String]
}
