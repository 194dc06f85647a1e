import Reports

/// What happened in a range of time, counted exactly, whatever is shown of it.
public struct RangeStatistics: Sendable {
  public struct CPU: Sendable, Equatable {
    public var row: UInt32
    /// In ns: tasks ran that are not idle, and so on. Interrupts lie within them.
    public var busy: UInt64 = 0
    public var hard: UInt64 = 0
    public var soft: UInt64 = 0
    public var unknown: UInt64 = 0
    public var switches = 0
    public var eventCount = 0
  }

  public struct Task: Sendable, Equatable {
    public var row: UInt32
    /// In ns.
    public var running: UInt64 = 0
    public var runnable: UInt64 = 0
    public var blocked: UInt64 = 0
    public var switches = 0
    public var wakeups = 0
    public var eventCount = 0
  }

  /// A duration that stands out, and where it is.
  public struct Worst: Sendable, Equatable {
    public var row: UInt32
    public var from: Int64
    public var to: Int64
  }

  /// Durations of one kind that ended in the range, in ns.
  public struct Durations: Sendable {
    private var values: [Int64] = []
    public private(set) var total: Int64 = 0
    /// Without what others of its kind took that lie within.
    public internal(set) var own: Int64 = 0
    public private(set) var worst: Worst?

    public var count: Int { values.count }
    public var maximum: Int64 { worst.map { $0.to - $0.from } ?? 0 }

    /// What so many of a hundred do not go above.
    public func percentile(_ part: Double) -> Int64 {
      values.isEmpty ? 0 : values[min(values.count - 1, Int(Double(values.count) * part / 100))]
    }

    /// To be called when all are there.
    mutating func sort() { values.sort() }

    /// How many there are from one power of two up to the next.
    public var histogram: [(from: Int64, to: Int64, count: Int)] {
      var counts = [Int](repeating: 0, count: 64)
      for value in values { counts[value <= 1 ? 0 : 63 - value.leadingZeroBitCount] += 1 }
      guard let first = counts.firstIndex(where: { $0 > 0 }),
        let last = counts.lastIndex(where: { $0 > 0 })
      else { return [] }
      return (first...last).map { place -> (from: Int64, to: Int64, count: Int) in
        let from: Int64 = place == 0 ? 0 : Int64(1) << Int64(place)
        return (from, Int64(1) << Int64(min(place + 1, 62)), counts[place])
      }
    }

    mutating func add(_ band: Band) {
      let time = band.end - band.start
      values.append(time)
      total += time
      own += time
      if worst == nil || time > maximum {
        worst = Worst(row: band.row, from: band.start, to: band.end)
      }
    }
  }

  /// What a span is of: interrupts, system calls and so on.
  public struct SpanKey: Hashable, Sendable {
    public var kind: Band.Kind
    public var detail: Int32
    /// Of the row: numbers mean different things on different machines.
    public var machine: Int

    public init(kind: Band.Kind, detail: Int32, machine: Int) {
      self.kind = kind
      self.detail = detail
      self.machine = machine
    }
  }

  public var range: Range<Int64>
  public var cpus: [CPU] = []
  public var tasks: [Task] = []
  /// How long tasks waited for a CPU once they could run.
  public var latency = Durations()
  public var spans: [SpanKey: Durations] = [:]
  /// By buffer, and by the event's id.
  public var eventCounts: [[Int: Int]] = []
}

extension Trace {
  /// What happened in a range of time, on some rows or on all.
  public func statistics(
    in range: Range<Int64>, rows: Set<UInt32>? = nil, isCancelled: () -> Bool = { false }
  ) -> RangeStatistics {
    var found = RangeStatistics(range: range)
    let tasks = self.tasks
    var cpuRows = (0..<cpuCount).map { RangeStatistics.CPU(row: UInt32($0)) }
    var taskRows: [UInt32: RangeStatistics.Task] = [:]
    found.eventCounts = [[Int: Int]](repeating: [:], count: input.sources.count)
    func wants(_ row: UInt32) -> Bool { rows?.contains(row) ?? true }
    var nesting = Nesting()
    forEachSlice(in: range) { slice, _ in
      guard !isCancelled() else { return }
      for tick in slice.ticks where range.contains(tick.time) {
        let isOfCPU = wants(tick.cpu)
        let isOfTask = tick.task != .max && wants(tick.task)
        if isOfCPU { cpuRows[Int(tick.cpu)].eventCount += 1 }
        if isOfTask {
          taskRows[tick.task, default: .init(row: tick.task)].eventCount += 1
        }
        if isOfCPU || isOfTask {
          found.eventCounts[Int(tick.source)][Int(tick.id), default: 0] += 1
        }
      }
      for band in slice.bands where wants(band.row) {
        let from = max(band.start, slice.start, range.lowerBound)
        let time = UInt64(max(0, min(band.end, slice.end, range.upperBound) - from))
        // One that went on when the slice began is told there as well.
        let beginsHere = band.start >= slice.start && range.contains(band.start)
        // What ends behind the last event goes on when the trace ends.
        let endsHere = !band.isOpen && range.contains(band.end) && band.end <= duration
        if band.row < cpuCount {
          let row = Int(band.row)
          switch band.kind {
          case .running:
            cpuRows[row].busy += time
            if beginsHere { cpuRows[row].switches += 1 }
          case .hardInterrupt where band.depth == 0: cpuRows[row].hard += time
          case .softInterrupt where band.depth == 0: cpuRows[row].soft += time
          case .lost: cpuRows[row].unknown += time
          default: break
          }
        } else {
          var task = taskRows[band.row] ?? .init(row: band.row)
          switch band.kind {
          case .running:
            task.running += time
            if beginsHere { task.switches += 1 }
          case .woken, .preempted:
            task.runnable += time
            if band.kind == .woken, beginsHere {
              task.wakeups += 1
            }
            if band.isServed, endsHere { found.latency.add(band) }
          case .blocked: task.blocked += time
          default: break
          }
          taskRows[band.row] = task
        }
        guard endsHere else { continue }
        switch band.kind {
        case .hardInterrupt, .softInterrupt, .call, .function:
          let key = RangeStatistics.SpanKey(
            kind: band.kind, detail: band.detail, machine: machine(ofRow: band.row, tasks))
          found.spans[key, default: .init()].add(band)
          if band.kind == .function { nesting.add(band, key, to: &found.spans) }
        default: break
        }
      }
    }
    found.latency.sort()
    for key in found.spans.keys { found.spans[key]?.sort() }
    found.cpus = cpuRows.filter { wants($0.row) }
    found.tasks = taskRows.values.sorted { ($0.running, $1.row) > ($1.running, $0.row) }
    return found
  }
}

/// Which calls lie within which, as they come by row and in the order of their beginnings.
private struct Nesting {
  private struct Outer {
    var key: RangeStatistics.SpanKey
    var end: Int64
    var depth: UInt8
  }

  private var row: UInt32 = .max
  private var outer: [Outer] = []

  /// Takes the time of a call off that of the one it lies within.
  mutating func add(
    _ band: Band, _ key: RangeStatistics.SpanKey,
    to spans: inout [RangeStatistics.SpanKey: RangeStatistics.Durations]
  ) {
    if row != band.row {
      row = band.row
      outer = []
    }
    while let last = outer.last, last.depth >= band.depth || last.end < band.end {
      outer.removeLast()
    }
    if let last = outer.last { spans[last.key]?.own -= band.end - band.start }
    outer.append(Outer(key: key, end: band.end, depth: band.depth))
  }
}
