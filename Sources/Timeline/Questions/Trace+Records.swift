import EventFormats
import Reports
import RingBuffer
import TraceDat

/// An event of a slice; its bytes are good while it is handed on.
struct SliceRecord {
  /// Its place among those of the slice, from 0.
  var place: Int
  /// In ns since the first event.
  var time: Int64
  /// The index of its buffer.
  var source: Int
  /// The row of its CPU.
  var cpu: Int
  var machine: Int
  /// Its `common_type`.
  var id: Int
  var pid: Int32
  var record: Record

  var bytes: UnsafeRawBufferPointer { record.bytes }
}

extension Trace {
  /// Hands on all events that are indexed, in the order of their times; of a range, those of the
  /// slices that touch it.
  func forEachRecord(in range: Range<Int64>? = nil, _ body: (SliceRecord) -> Void) {
    for slice in range.map({ slices(in: $0) }) ?? index.read({ $0.slices }) {
      forEachRecord(of: slice) { record in
        body(record)
        return true
      }
    }
  }

  /// Hands on the events of a slice.
  ///
  /// - Parameter body: tells whether it wants another.
  /// - Returns: whether another was wanted at the end.
  @discardableResult
  func forEachRecord(
    of slice: TraceIndex.Slice, skipping skipped: Int = 0, _ body: (SliceRecord) -> Bool
  ) -> Bool {
    var cursor = EventCursor(
      input.streams, from: slice.slice.range.from, to: slice.slice.range.to)
    var place = 0
    while let run = cursor.nextRun() {
      let stream = places.streams[run.stream]
      for number in min(max(skipped - place, 0), run.count)..<run.count {
        let record = run.records[number]
        let (id, pid) = stream.reader.head(of: record.bytes)
        let found = SliceRecord(
          place: place + number, time: places.offset(record.time), source: stream.source,
          cpu: stream.cpu, machine: stream.machine, id: id, pid: pid, record: record)
        if !body(found) { return false }
      }
      place += run.count
    }
    return true
  }
}
