import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// What the counting of events asks of a source for every event, in plain values: a `ReportSource`
/// is too much to be handed around so often.
struct SourceLane {
  let order: ByteOrder
  let common: CommonFields
  /// Good as long as the source is.
  let labels: EventTable<EventLabels.Label>.Lookup
  let stack: StackRecord

  init(_ source: ReportSource) {
    order = source.file.order
    common = source.events.common
    labels = source.labels.lookup
    stack = StackRecord(source)
  }

  @inline(__always) func id(of record: Record) -> UInt16 {
    record.payload.load(UInt16.self, at: 0, order)
  }

  @inline(__always) func pid(of record: Record) -> Int32 {
    Int32(truncatingIfNeeded: common.read(common.pid, of: record.bytes, order))
  }

  @inline(__always) func flags(of record: Record) -> Int {
    common.read(common.flags, of: record.bytes, order)
  }

  @inline(__always) func read(_ place: CommonFields.Place, _ record: Record) -> Int {
    common.read(place, of: record.bytes, order)
  }
}
