import Synchronization
import TraceDat

/// What is known of a trace as a whole, while it is found out and afterwards.
///
/// Blocks of buckets, one a slice; eight of them make one of buckets eight times as wide, eight of
/// those another. A row over any stretch of time is added up of few entries that way.
final class TraceIndex: Sendable {
  /// A slice that was walked over.
  struct Slice: Sendable {
    var slice: TraceSlice
    /// How many events are in the slices before it.
    var firstEvent: Int
    var eventCount: Int
    /// Of each task in the slice, by its number there.
    var numbers: [Int32]
    var changes: [(task: Int32, state: CarriedState)]
  }

  struct State {
    /// By level, from the finest.
    var blocks: [[IndexBlock]] = [[]]
    var slices: [Slice] = []
    /// What tasks did when every sixteenth slice began.
    var checkpoints: [[CarriedState]] = []
    var tasks: [TraceTask] = []
    var eventCount = 0
    /// By buffer, and by the event's id.
    var idCounts: [[Int]] = []
    var cpuEvents: [Int] = []
    /// By CPU: how many events were lost, as far as that is known, and how often it is not.
    var lost: [(events: Int, unknown: Int)] = []
    var interrupts: [InterruptLine: String] = [:]
    /// Interrupts and losses that end behind the slice in which they began.
    var crossings: [Band] = []
    var latestEvent: Int64 = 0
    var damageCount = 0
    var problems: [String] = []
    /// What part of the file is walked over.
    var progress = 0.0
    var isComplete = false
    /// Counts what was added.
    var version = 0
  }

  /// Slices between two checkpoints.
  static let checkpointDistance = 16
  /// So many blocks of a level make one of the next; 2^3.
  static let fold = 8

  let cpuCount: Int
  /// The width of the finest buckets, as a power of two ns; 31 at most.
  let shift: Int
  private let state = Mutex(State())

  init(cpuCount: Int, sourceCount: Int, shift: Int) {
    self.cpuCount = cpuCount
    self.shift = shift
    state.withLock { state in
      state.idCounts = [[Int]](repeating: [], count: sourceCount)
      state.cpuEvents = [Int](repeating: 0, count: cpuCount)
      state.lost = [(Int, Int)](repeating: (0, 0), count: cpuCount)
    }
  }

  /// What is known by now.
  var snapshot: State { state.withLock { $0 } }

  func read<Result>(_ body: (borrowing State) -> Result) -> Result {
    state.withLock { body($0) }
  }

  // MARK: Adding

  /// Adds the next slice, with its place among the others found out by `stitcher`.
  func add(
    _ result: SliceResult, _ slice: TraceSlice, _ stitcher: inout SliceStitcher, isLast: Bool,
    progress: Double
  ) {
    let before =
      slice.number.isMultiple(of: Self.checkpointDistance) ? stitcher.carried : nil
    let stitched = stitcher.add(result, isLast: isLast)
    // Kept here, too, they are copied at the next change.
    let tasks = slice.number < 4 || slice.number % 16 == 0 ? stitcher.tasks : nil
    state.withLock { state in
      if let before { state.checkpoints.append(before) }
      state.slices.append(
        Slice(
          slice: slice, firstEvent: state.eventCount, eventCount: result.eventCount,
          numbers: stitched.numbers, changes: stitched.changes))
      if let tasks { state.tasks = tasks }
      state.eventCount += result.eventCount
      state.latestEvent = max(state.latestEvent, result.latestEvent)
      for (source, counts) in result.idCounts.enumerated() {
        if counts.count > state.idCounts[source].count {
          state.idCounts[source] += [Int](
            repeating: 0, count: counts.count - state.idCounts[source].count)
        }
        for (id, count) in counts.enumerated() { state.idCounts[source][id] += Int(count) }
      }
      state.crossings += stitched.crossings
      let crossing = stitched.crossings.filter { $0.kind == .lost }
        .map { (cpu: Int($0.row), count: Int($0.detail)) }
      for loss in result.losses + crossing {
        if loss.count >= 0 {
          state.lost[loss.cpu].events += loss.count
        } else {
          state.lost[loss.cpu].unknown += 1
        }
      }
      for part in stitched.block.parts where Int(part.row) < cpuCount {
        for entry in stitched.block.entries(of: part.row) {
          state.cpuEvents[Int(part.row)] += Int(entry.events)
        }
      }
      for (line, name) in result.interrupts where state.interrupts[line] == nil {
        state.interrupts[line] = String(decoding: name, as: UTF8.self)
      }
      state.damageCount += result.damageCount
      for problem in result.problems where !state.problems.contains(problem) {
        state.problems.append(problem)
      }
      Self.append(stitched.block, to: &state.blocks, level: 0, width: shift)
      state.progress = progress
      state.version += 1
    }
  }

  func complete(_ tasks: [TraceTask]) {
    state.withLock { state in
      state.tasks = tasks
      state.isComplete = true
      state.progress = 1
      state.version += 1
    }
  }

  /// Takes over an index that was kept.
  func adopt(_ kept: State) {
    state.withLock { state in
      let version = state.version
      state = kept
      state.version = version + 1
    }
  }

  /// Puts the same index that lies in a file in place of the one in memory.
  func replace(with kept: State) {
    let before = state.withLock { state in
      let before = state
      state = kept
      state.version = before.version
      return before
    }
    // Freed outside of the lock; the memory goes back to the system.
    withExtendedLifetime(before) {}
  }

  private static func append(
    _ block: IndexBlock, to blocks: inout [[IndexBlock]], level: Int, width: Int
  ) {
    if blocks.count == level { blocks.append([]) }
    blocks[level].append(block)
    guard blocks[level].count.isMultiple(of: fold) else { return }
    let last = Array(blocks[level].suffix(fold))
    append(
      IndexBlock(folding: last, width: width), to: &blocks, level: level + 1, width: width + 3)
  }

  // MARK: Asking

  /// Hands on a row's entries that lie in a stretch of time, each with its level's width.
  ///
  /// - Parameters:
  ///   - level: entries may be as wide as 2^level ns.
  ///   - range: in ns since the first event.
  func forEachEntry(
    of row: UInt32, level: Int, in range: Range<Int64>, _ blocks: [[IndexBlock]],
    _ body: (IndexEntry, _ width: Int) -> Void
  ) {
    var coarsest = 0
    while coarsest + 1 < blocks.count, shift + 3 * (coarsest + 1) <= level { coarsest += 1 }
    var done = 0  // slices
    var span = 1
    for _ in 0..<coarsest { span *= Self.fold }
    for number in stride(from: coarsest, through: 0, by: -1) {
      let width = shift + 3 * number
      let low = range.lowerBound >> Int64(width)
      let high = (range.upperBound - 1) >> Int64(width)
      for block in blocks[number].dropFirst(done / span) {
        guard let buckets = block.buckets, Int64(buckets.lowerBound) <= high,
          Int64(buckets.upperBound) >= low
        else { continue }
        for entry in block.entries(of: row)
        where Int64(entry.bucket) >= low && Int64(entry.bucket) <= high {
          body(entry, width)
        }
      }
      done = blocks[number].count * span
      span /= Self.fold
    }
  }

  func crossings(in slice: TraceSlice) -> [Band] {
    state.withLock { state in
      state.crossings.filter { $0.start < slice.end && $0.end > slice.start }
    }
  }

  /// What every task did when a slice began.
  func carried(before number: Int) -> [CarriedState] {
    state.withLock { state in
      guard number < state.slices.count else { return [] }
      let checkpoint = number / Self.checkpointDistance
      var carried = state.checkpoints[checkpoint]
      for slice in state.slices[(checkpoint * Self.checkpointDistance)..<number] {
        for (task, now) in slice.changes {
          if Int(task) >= carried.count {
            carried += [CarriedState](
              repeating: CarriedState(), count: Int(task) + 1 - carried.count)
          }
          carried[Int(task)] = now
        }
      }
      return carried
    }
  }
}
