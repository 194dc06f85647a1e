import Reports
import Synchronization
import TraceDat

/// A row that a person added.
enum AddedRow: Sendable {
  case counter(CounterRow)
  case pairs(PairRow)
}

extension Trace {
  /// The first number of added rows: far behind those of tasks, of which there may come more.
  public static let firstAddedRow: UInt32 = 1 << 31
  private static let mostRows = 64

  /// Adds a row of the values of a field. Walks over all events.
  ///
  /// - Parameters:
  ///   - event: `sched:sched_stat_runtime`
  ///   - field: `runtime`
  /// - Returns: the row, and the least and the largest value; nil where the event does not occur.
  package func addCounter(
    event: String, field: String
  ) throws(AddedRowError) -> (row: UInt32, minimum: Float, maximum: Float) {
    let field = try EventField(event: event, field: field, input.sources)
    let counter = CounterRow(field, self)
    let row = try add(.counter(counter))
    return (row, counter.minimum, counter.maximum)
  }

  /// Adds a row of the time between two events whose fields have the same value.
  ///
  /// - Parameter begin: the event and its field.
  /// - Returns: the row, and the longest time, in ns.
  package func addPairs(
    begin: (event: String, field: String), end: (event: String, field: String)
  ) throws(AddedRowError) -> (row: UInt32, longest: Int64) {
    let pairs = PairRow(
      begin: try EventField(event: begin.event, field: begin.field, input.sources),
      end: try EventField(event: end.event, field: end.field, input.sources), self)
    return (try add(.pairs(pairs)), pairs.longest)
  }

  private func add(_ row: AddedRow) throws(AddedRowError) -> UInt32 {
    let number = addedRows.withLock { rows -> UInt32? in
      guard rows.count < Self.mostRows else { return nil }
      rows.append(row)
      return Self.firstAddedRow + UInt32(rows.count - 1)
    }
    guard let number else { throw .tooMany(Self.mostRows) }
    return number
  }

  /// A tile of an added row; nil where there is no such row.
  func addedTile(
    _ row: UInt32, level: Int, from first: Int64, count: Int, bandLimit: Int
  ) -> RowTile? {
    let added = addedRows.withLock { rows in
      let place = Int(row - Self.firstAddedRow)
      return place < rows.count ? rows[place] : nil
    }
    switch added {
    case .counter(let counter):
      return .counter(counter.columns(level: level, from: first, count: count, self))
    case .pairs(let pairs) where level >= index.shift:
      return .columns(pairs.columns(level: level, from: first, count: count))
    case .pairs(let pairs):
      let range = first << Int64(level)..<(first + Int64(count)) << Int64(level)
      let bands = pairs.bands(in: range, row: row, self)
      return .exact(RowTile.Exact(bands: Array(bands.prefix(bandLimit * 4)), ticks: []))
    case nil: return nil
    }
  }
}
