import ByteIO
import TraceDat

/// What an index file says that is not what it should.
struct IndexFileMismatch: Error {}

/// The tables of an index: all that it holds but the entries.
extension TraceIndex.State {
  func write(to sink: inout IndexFileSink) throws(SystemError) {
    sink.add(Int64(eventCount))
    sink.add(latestEvent)
    sink.add(Int64(damageCount))
    sink.addAll(problems) { $0.add($1) }
    sink.addAll(interrupts.sorted { $0.key < $1.key }) { sink, each in
      sink.add(Int64(each.key.machine))
      sink.add(Int64(each.key.number))
      sink.add(each.value)
    }
    sink.addAll(idCounts) { sink, counts in sink.addAll(counts) { $0.add(Int64($1)) } }
    sink.addAll(cpuEvents) { $0.add(Int64($1)) }
    sink.addAll(lost) { sink, each in
      sink.add(Int64(each.events))
      sink.add(Int64(each.unknown))
    }
    sink.addAll(tasks) { $1.write(to: &$0) }
    sink.addAll(crossings) { $1.write(to: &$0) }
    sink.add(UInt32(checkpoints.count))
    for checkpoint in checkpoints {
      sink.addAll(checkpoint) { $1.write(to: &$0) }
      try sink.flushIfFull()
    }
    sink.add(UInt32(slices.count))
    for slice in slices {
      slice.write(to: &sink)
      try sink.flushIfFull()
    }
    sink.addAll(blocks) { sink, level in
      sink.addAll(level) { sink, block in
        sink.add(UInt32(block.parts.count))
        sink.add(UInt32(block.entries.count))
      }
    }
  }

  /// Reads tables back.
  ///
  /// - Returns: by level and block, how many parts and entries it has.
  mutating func read(
    from cursor: inout ByteCursor, _ limits: IndexFileLimits
  ) throws -> [[(parts: Int, entries: Int)]] {
    eventCount = try cursor.count()
    latestEvent = try cursor.read(Int64.self)
    damageCount = try cursor.count()
    problems = try cursor.list(4) { try $0.text() }
    let lines = try cursor.list(20) { cursor in
      (
        InterruptLine(
          machine: Int(try cursor.read(Int64.self)), number: Int(try cursor.read(Int64.self))),
        try cursor.text()
      )
    }
    interrupts = Dictionary(lines) { first, _ in first }
    idCounts = try cursor.list(4) { try $0.list(8) { try $0.count() } }
    cpuEvents = try cursor.list(8) { try $0.count() }
    lost = try cursor.list(16) { (events: try $0.count(), unknown: try $0.count()) }
    guard idCounts.count == limits.sourceCount, cpuEvents.count == limits.cpuCount,
      lost.count == limits.cpuCount
    else { throw IndexFileMismatch() }
    tasks = try cursor.list(64) { try TraceTask(from: &$0) }
    var limits = limits
    limits.taskCount = tasks.count
    crossings = try cursor.list(27) { try Band(from: &$0, limits) }
    checkpoints = try cursor.list(4) { cursor in
      try cursor.list(29) { try CarriedState(from: &$0, limits) }
    }
    slices = try cursor.list(44) { try TraceIndex.Slice(from: &$0, limits) }
    try checkOrder(limits)
    isComplete = true
    progress = 1
    return try cursor.list(4) { cursor in
      try cursor.list(8) {
        (parts: Int(try $0.read(UInt32.self)), entries: Int(try $0.read(UInt32.self)))
      }
    }
  }

  /// Whether slices follow each other without a gap, and hold what there is.
  private func checkOrder(_ limits: IndexFileLimits) throws {
    var (events, time) = (0, Int64(0))
    var places = limits.streams.map { _ in EventStream.Position.start }
    for (number, slice) in slices.enumerated() {
      guard slice.slice.number == number, slice.firstEvent == events, slice.slice.start == time,
        slice.slice.end >= time, slice.slice.range.from == places,
        zip(places, slice.slice.range.to).allSatisfy({ $0 <= $1 }),
        slice.slice.isLast == (number == slices.count - 1)
      else { throw IndexFileMismatch() }
      events &+= slice.eventCount
      time = slice.slice.end
      places = slice.slice.range.to
    }
    guard !slices.isEmpty, events == eventCount, places == limits.streams.map(\.end),
      checkpoints.count == (slices.count + TraceIndex.checkpointDistance - 1)
        / TraceIndex.checkpointDistance
    else { throw IndexFileMismatch() }
  }
}

/// What the recordings have, so that nothing in an index file points elsewhere.
struct IndexFileLimits {
  var cpuCount: Int
  var sourceCount: Int
  var streams: [EventStream]
  var taskCount = 0
}
