import ByteIO
import EventFormats
import TraceDat

/// The values that a field of an event has, over time.
struct CounterRow: Sendable {
  /// The values in one bucket of time.
  struct Entry: Sendable {
    var bucket: UInt32
    var count: UInt32 = 0
    var minimum = Float.infinity
    var maximum = -Float.infinity
    var last: Float = 0

    mutating func add(_ value: Float) {
      count = count.addingClamped(1)
      minimum = min(minimum, value)
      maximum = max(maximum, value)
      last = value
    }
  }

  let field: EventField
  /// The width of a bucket, as a power of two ns.
  let shift: Int
  /// By bucket, rising.
  private(set) var entries: [Entry] = []

  var minimum: Float { entries.reduce(.infinity) { min($0, $1.minimum) } }
  var maximum: Float { entries.reduce(-.infinity) { max($0, $1.maximum) } }

  init(_ field: EventField, _ trace: Trace) {
    self.field = field
    shift = trace.index.shift
    trace.forEachRecord { record in
      guard let value = field.value(of: record) else { return }
      let bucket = UInt32(clamping: record.time >> Int64(trace.index.shift))
      if entries.last?.bucket != bucket { entries.append(Entry(bucket: bucket)) }
      entries[entries.count - 1].add(Float(value))
    }
    // Of clocks that step back.
    entries.sort { $0.bucket < $1.bucket }
  }

  /// Columns 2^level ns wide, of which many may be empty.
  func columns(
    level: Int, from first: Int64, count: Int, _ trace: Trace
  ) -> CounterColumns {
    var columns = [CounterColumns.Column](repeating: .init(), count: count)
    let start = first << Int64(level)
    let end = (first + Int64(count)) << Int64(level)
    if level >= shift {
      let low = start >> Int64(shift)
      var place = entries.partitioningIndex { Int64($0.bucket) >= low }
      while place < entries.count, Int64(entries[place].bucket) << Int64(shift) < end {
        let entry = entries[place]
        columns[Int((Int64(entry.bucket) << Int64(shift) - start) >> Int64(level))].add(entry)
        place += 1
      }
    } else {
      trace.forEachRecord(in: start..<end) { record in
        guard let value = field.value(of: record), (start..<end).contains(record.time) else {
          return
        }
        var entry = Entry(bucket: 0)
        entry.add(Float(value))
        columns[Int((record.time - start) >> Int64(level))].add(entry)
      }
    }
    return CounterColumns(columns: columns)
  }
}

/// A counter over equal parts of time.
public struct CounterColumns: Sendable {
  public struct Column: Sendable {
    public var count = 0
    public var minimum = Float.infinity
    public var maximum = -Float.infinity
    public var last: Float = 0

    mutating func add(_ entry: CounterRow.Entry) {
      count += Int(entry.count)
      minimum = min(minimum, entry.minimum)
      maximum = max(maximum, entry.maximum)
      last = entry.last
    }
  }

  public var columns: [Column]
}
