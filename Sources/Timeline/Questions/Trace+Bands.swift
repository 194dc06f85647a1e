import ByteIO
import Reports

extension Trace {
  /// The slices that lie in a stretch of time, as far as they are indexed.
  func slices(in range: Range<Int64>) -> [TraceIndex.Slice] {
    index.read { state in
      let first = state.slices.partitioningIndex { $0.slice.end > range.lowerBound }
      return Array(state.slices[first...].prefix { $0.slice.start < range.upperBound })
    }
  }

  /// Hands on what goes on in them.
  func forEachSlice(in range: Range<Int64>, _ body: (SliceBands, _ isLast: Bool) -> Void) {
    let wanted = slices(in: range)
    for (place, slice) in wanted.enumerated() {
      guard let bands = bands(of: slice) else { continue }
      body(bands, place == wanted.count - 1)
    }
  }

  func bands(of slice: TraceIndex.Slice) -> SliceBands? {
    let isFinal = index.read { $0.isComplete }
    return bands.slice(slice.slice.number, isFinal: isFinal) {
      SliceBands(
        slice, carried: index.carried(before: slice.slice.number),
        crossings: index.crossings(in: slice.slice), isFinal: isFinal, self)
    }
  }

  /// What goes on in a row, exactly, in a stretch of time: bands in the order of their beginnings
  /// that touch it, and events in it.
  public func bands(of row: UInt32, in range: Range<Int64>) -> (bands: [Band], ticks: [Tick]) {
    var found = RowTile.Exact()
    forEachSlice(in: range) { slice, isLast in
      found.add(slice, row, in: range, isLast: isLast)
    }
    // One slice's may begin before those of the slice in front of it.
    return (found.bands.sorted { ($0.start, $0.depth) < ($1.start, $1.depth) }, found.ticks)
  }

  /// Rows over a stretch of 2^level ns wide columns: what goes on exactly where that is little and
  /// the columns are finer than the index, else by columns.
  public func tiles(
    of rows: [UInt32], level: Int, from first: Int64, count: Int, bandLimit: Int = 2048
  ) -> [RowTile] {
    let own = rows.filter { $0 < Self.firstAddedRow }
    var tiles = ownTiles(
      of: own, level: level, from: first, count: count, bandLimit: bandLimit)[...]
    guard own.count < rows.count else { return Array(tiles) }
    return rows.map { row in
      row < Self.firstAddedRow
        ? tiles.removeFirst()
        : addedTile(row, level: level, from: first, count: count, bandLimit: bandLimit)
          ?? .exact(RowTile.Exact())
    }
  }

  private func ownTiles(
    of rows: [UInt32], level: Int, from first: Int64, count: Int, bandLimit: Int
  ) -> [RowTile] {
    guard level < index.shift else {
      return columns(of: rows, level: level, from: first, count: count).map { .columns($0) }
    }
    let start = first << Int64(level)
    let range = start..<(first + Int64(count)) << Int64(level)
    var exact = rows.map { _ in RowTile.Exact() }
    /// By the row's place; of those of which there is too much.
    var columns: [Int: [RowColumns.Column]] = [:]
    forEachSlice(in: range) { slice, isLast in
      for (place, row) in rows.enumerated() {
        if columns[place] == nil {
          exact[place].add(slice, row, in: range, isLast: isLast)
        } else {
          add(slice, row, level: level, start, range, to: &columns[place, default: []])
        }
        guard columns[place] == nil, exact[place].count > bandLimit else { continue }
        // Too much: the slices before this one are added up as well, most often there are none.
        columns[place] = [RowColumns.Column](repeating: .init(), count: count)
        exact[place] = RowTile.Exact()
        forEachSlice(in: range.lowerBound..<max(slice.end, range.lowerBound + 1)) { earlier, _ in
          guard earlier.start <= slice.start else { return }
          add(earlier, row, level: level, start, range, to: &columns[place, default: []])
        }
      }
    }
    return rows.indices.map { place in
      columns[place].map { .columns(RowColumns(level: level, columns: $0)) } ?? .exact(exact[place])
    }
  }
}

/// What is shown of one row over a stretch of time.
public enum RowTile: Sendable {
  /// Bands in the order of their beginnings, and events.
  public struct Exact: Sendable {
    public var bands: [Band] = []
    public var ticks: [Tick] = []
    var count: Int { bands.count + ticks.count }

    init(bands: [Band] = [], ticks: [Tick] = []) {
      self.bands = bands
      self.ticks = ticks
    }

    mutating func add(_ slice: SliceBands, _ row: UInt32, in range: Range<Int64>, isLast: Bool) {
      for band in slice.bands(of: row)
      where band.start < range.upperBound && (band.end > range.lowerBound || band.isOpen) {
        // What goes on is told whole by the next slice.
        if band.isOpen, !isLast { continue }
        bands.append(band)
      }
      for place in slice.places(of: row) {
        let tick = slice.ticks[Int(place)]
        if range.contains(tick.time) { ticks.append(tick) }
      }
    }
  }

  case columns(RowColumns)
  case exact(Exact)
  /// Of a counter that was added.
  case counter(CounterColumns)
}
