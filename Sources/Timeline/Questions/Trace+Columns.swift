/// A row over equal parts of time.
public struct RowColumns: Sendable {
  /// One part. Times are in ns; what they count is said by `IndexEntry`.
  public struct Column: Sendable, Equatable {
    public var events = 0
    public var switches = 0
    /// CPU: a task ran that is not idle. Task: it ran.
    public var a: UInt64 = 0
    /// CPU: in hard interrupts. Task: it waited for a CPU.
    public var b: UInt64 = 0
    /// CPU: in soft interrupts. Task: it was blocked.
    public var c: UInt64 = 0
    /// Nobody knows, as events were lost.
    public var unknown: UInt64 = 0
    /// CPU: the row of the task that ran longest at a stretch. Task: of the CPU. `UInt32.max` for
    /// none.
    public var who: UInt32 = .max
    var stretch: UInt64 = 0
    /// Task: the longest wait for a CPU that ended there, in ns.
    public var latency: UInt64 = 0

    public var isEmpty: Bool {
      events == 0 && a == 0 && b == 0 && c == 0 && unknown == 0 && latency == 0
    }
  }

  /// The width of a column, as a power of two ns.
  public var level: Int
  public var columns: [Column]
}

extension Trace {
  /// The width of the index's finest buckets, as a power of two ns: columns that are as wide are
  /// there at once, finer ones are counted in the events.
  public var finestIndexedLevel: Int { index.shift }

  /// Rows, by columns that are 2^level ns wide, from a number of the column on.
  public func columns(
    of rows: [UInt32], level: Int, from first: Int64, count: Int
  ) -> [RowColumns] {
    var found = rows.map { _ in
      RowColumns(level: level, columns: [RowColumns.Column](repeating: .init(), count: count))
    }
    let start = first << Int64(level)
    let range = start..<(first + Int64(count)) << Int64(level)
    if level >= index.shift {
      let blocks = index.read { $0.blocks }
      for (place, row) in rows.enumerated() {
        index.forEachEntry(of: row, level: level, in: range, blocks) { entry, width in
          let column = Int((Int64(entry.bucket) << Int64(width) - start) >> Int64(level))
          found[place].columns[column].add(entry, unit: UInt64(max(0, width - 31)))
        }
      }
    } else {
      forEachSlice(in: range) { slice, _ in
        for (place, row) in rows.enumerated() {
          add(slice, row, level: level, start, range, to: &found[place].columns)
        }
      }
    }
    return found
  }

  func add(
    _ slice: SliceBands, _ row: UInt32, level: Int, _ start: Int64,
    _ range: Range<Int64>, to columns: inout [RowColumns.Column]
  ) {
    let isCPU = row < cpuCount
    for place in slice.places(of: row) {
      let time = slice.ticks[Int(place)].time
      if range.contains(time) { columns[Int((time - start) >> Int64(level))].events += 1 }
    }
    for band in slice.bands(of: row) {
      // A band from before the slice was added there up to the slice's end.
      var from = max(band.start, slice.start, range.lowerBound)
      let to = min(band.end, slice.end, range.upperBound)
      if band.isServed, range.contains(band.end) {
        let place = Int((band.end - start) >> Int64(level))
        // As the index keeps it.
        let latency = UInt64(UInt32(clamping: band.end - band.start))
        columns[place].latency = max(columns[place].latency, latency)
      }
      if band.kind == .running, range.contains(band.start),
        (slice.start..<slice.end).contains(band.start)
      {
        columns[Int((band.start - start) >> Int64(level))].switches += 1
      }
      while from < to {
        let place = Int((from - start) >> Int64(level))
        let end = min(to, start + Int64(place + 1) << Int64(level))
        let time = UInt64(end - from)
        switch (band.kind, isCPU) {
        case (.running, _):
          columns[place].a += time
          if time > columns[place].stretch {
            columns[place].stretch = time
            columns[place].who = UInt32(bitPattern: band.detail)
          }
        case (.hardInterrupt, true) where band.depth == 0: columns[place].b += time
        case (.softInterrupt, true) where band.depth == 0: columns[place].c += time
        case (.woken, false), (.preempted, false): columns[place].b += time
        case (.blocked, false): columns[place].c += time
        case (.lost, _): columns[place].unknown += time
        default: break
        }
        from = end
      }
    }
  }
}

extension RowColumns.Column {
  mutating func add(_ entry: IndexEntry, unit: UInt64) {
    events += Int(entry.events)
    switches += Int(entry.switches)
    a += UInt64(entry.a) << unit
    b += UInt64(entry.b) << unit
    c += UInt64(entry.c) << unit
    unknown += UInt64(entry.unknown) << unit
    let other = UInt64(entry.stretch) << unit
    if entry.who != .max, other > stretch || who == .max {
      stretch = other
      who = entry.who
    }
    latency = max(latency, UInt64(entry.latency))
  }
}
