import ByteIO
import EventFormats
import TraceDat

/// The time between two events whose fields have the same value: from a request to its answer.
struct PairRow: Sendable {
  /// What has begun and not ended.
  private struct Open: Sendable {
    var begun: [Int: Int64] = [:]
    /// Values in the order in which they began, some of them ended since.
    var order: [Int] = []
    var head = 0

    /// Nobody knows of some begin's end; those that began longest ago are forgotten.
    static let limit = 1 << 14

    mutating func begin(_ value: Int, _ time: Int64) {
      begun[value] = time
      order.append(value)
      while begun.count > Self.limit, head < order.count {
        begun[order[head]] = nil
        head += 1
      }
      if head > 1 << 16 || order.count > 4 * Self.limit, head > order.count / 2 {
        order.removeFirst(head)
        head = 0
      }
    }
  }

  let begin: EventField
  let end: EventField
  /// The width of a bucket, as a power of two ns.
  let shift: Int
  private(set) var entries: [IndexEntry] = []
  private(set) var longest: Int64 = 0
  /// What was open when slices began, of those that had any.
  private var opened: [Int: [(value: Int, time: Int64)]] = [:]

  /// So many of those that are open are kept for each slice.
  private static let kept = 256

  init(begin: EventField, end: EventField, _ trace: Trace) {
    self.begin = begin
    self.end = end
    shift = trace.index.shift
    var open = Open()
    // Since when at least one is open.
    var since: Int64?
    let slices = trace.index.read { $0.slices }
    for (number, slice) in slices.enumerated() {
      if !open.begun.isEmpty, open.begun.count <= Self.kept {
        opened[number] = open.begun.map { ($0.key, $0.value) }
      }
      trace.forEachRecord(of: slice) { record in
        let time = record.time
        if let value = end.value(of: record),
          let begun = open.begun.removeValue(forKey: value)
        {
          longest = max(longest, time - begun)
          add(time) { entry in
            entry.events = entry.events.addingClamped(1)
            entry.latency = max(entry.latency, UInt32(clamping: time - begun))
          }
          if open.begun.isEmpty, let from = since {
            spread(from, time)
            since = nil
          }
        }
        if let value = begin.value(of: record) {
          open.begin(value, time)
          if since == nil { since = time }
        }
        return true
      }
    }
    // Some go on when the trace ends.
    if let since { spread(since, trace.duration + 1) }
    entries.sort { $0.bucket < $1.bucket }
    var last = 0
    for index in entries.indices.dropFirst() {
      if entries[index].bucket == entries[last].bucket {
        let other = entries[index]
        entries[last].add(other)
      } else {
        last += 1
        entries[last] = entries[index]
      }
    }
    if !entries.isEmpty { entries.removeSubrange((last + 1)...) }
  }

  private mutating func add(_ time: Int64, _ body: (inout IndexEntry) -> Void) {
    let bucket = UInt32(clamping: max(time, 0) >> Int64(shift))
    if entries.last?.bucket != bucket { entries.append(IndexEntry(bucket: bucket)) }
    body(&entries[entries.count - 1])
  }

  /// Time in which one is open.
  private mutating func spread(_ from: Int64, _ to: Int64) {
    var from = max(from, 0)
    while from < to {
      let end = min(to, (from >> Int64(shift) + 1) << Int64(shift))
      let time = UInt32(clamping: (end - from) >> Int64(max(0, shift - 31)))
      add(from) { $0.a = $0.a.addingClamped(time) }
      from = end
    }
  }

  /// Columns 2^level ns wide, no finer than the index.
  func columns(level: Int, from first: Int64, count: Int) -> RowColumns {
    var columns = [RowColumns.Column](repeating: .init(), count: count)
    let start = first << Int64(level)
    let end = (first + Int64(count)) << Int64(level)
    var place = entries.partitioningIndex { Int64($0.bucket) >= start >> Int64(shift) }
    while place < entries.count, Int64(entries[place].bucket) << Int64(shift) < end {
      let entry = entries[place]
      columns[Int((Int64(entry.bucket) << Int64(shift) - start) >> Int64(level))]
        .add(entry, unit: UInt64(max(0, shift - 31)))
      place += 1
    }
    return RowColumns(level: level, columns: columns)
  }

  /// The pairs that touch a range of time, each as deep as there are others open when it begins.
  func bands(in range: Range<Int64>, row: UInt32, _ trace: Trace) -> [Band] {
    var bands: [Band] = []
    var open: [Int: (time: Int64, depth: UInt8)] = [:]
    var taken = Set<UInt8>()
    func begin(_ value: Int, _ time: Int64) {
      if let before = open[value] { taken.remove(before.depth) }
      let depth = (UInt8.min...UInt8.max).first { !taken.contains($0) } ?? .max
      taken.insert(depth)
      open[value] = (time, depth)
    }
    var limit = range.lowerBound
    for slice in trace.slices(in: range) {
      if open.isEmpty {
        for (value, time) in (opened[slice.slice.number] ?? []).sorted(by: { $0.time < $1.time }) {
          begin(value, time)
        }
      }
      trace.forEachRecord(of: slice) { record in
        let time = record.time
        if let value = end.value(of: record),
          let begun = open.removeValue(forKey: value)
        {
          taken.remove(begun.depth)
          if time > range.lowerBound, begun.time < range.upperBound {
            bands.append(Self.band(row, begun.time, time, begun.depth))
          }
        }
        if let value = self.begin.value(of: record) { begin(value, time) }
        return true
      }
      limit = slice.slice.end
    }
    for begun in open.values where begun.time < range.upperBound {
      bands.append(Self.band(row, begun.time, limit, begun.depth))
    }
    return bands.sorted { $0.start < $1.start }
  }

  private static func band(_ row: UInt32, _ from: Int64, _ to: Int64, _ depth: UInt8) -> Band {
    var band = Band(row: row, kind: .pair, start: from, end: to)
    band.depth = depth
    return band
  }
}
