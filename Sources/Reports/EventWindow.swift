import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// The part of a recording that a report is of, found: also where it is told by how many events
/// are shown.
struct EventWindow {
  /// From where to where; nil for everything.
  var range: EventRange?
  /// A place in front of the range from which on its lines' debts to earlier lines can be found: how
  /// deep calls are, how long ago the line before was; nil where they are not looked for.
  var lead: [EventStream.Position]?
  /// Up to where the events behind the range are known; nil where all are.
  var ahead: [EventStream.Position]?
}

extension ReportInput {
  /// Finds the part that options ask for. Of events that are counted, no more pages are looked at
  /// than it takes to find enough that the filters let through.
  ///
  /// - Parameter ids: what counts: one event of each source, -1 for none; nil for all that is shown.
  func window(_ options: ReportOptions, counting ids: [Int]? = nil) -> EventWindow {
    switch options.range {
    case .all: return EventWindow()
    case .between(let times): return EventWindow(range: EventRange(streams, times: times))
    case .part(let range): return EventWindow(range: range, ahead: range.to)
    case .tail(let count):
      var counter = EventCounter(self, options.selection, ids)
      let end = streams.map(\.end)
      let start = counter.start(ofLast: count, before: end)
      return EventWindow(range: EventRange(from: start.place, to: end), lead: start.lead)
    case .around(let time, let count):
      var counter = EventCounter(self, options.selection, ids)
      let place = streams.map { $0.position(ofTime: time, notBefore: .start) }
      let start = counter.start(ofLast: count, before: place)
      let end = counter.end(ofFirst: count, from: place)
      return EventWindow(range: EventRange(from: start.place, to: end), lead: start.lead)
    }
  }
}

/// Counts the events that are shown, forwards and backwards.
private struct EventCounter: ~Copyable {
  private let streams: [EventStream]
  private let lanes: [Lane]
  private var gate: EventGate

  private struct Lane {
    var order: ByteOrder
    /// How long a record must be to be shown.
    var shortest: Int
    /// The only event that counts; nil for all.
    var id: Int?
  }

  /// How many pages of the busiest stream are looked at first.
  private static let firstPages = 4

  init(_ input: ReportInput, _ selection: ReportOptions.Selection, _ ids: [Int]?) {
    streams = input.streams
    gate = EventGate(input, selection)
    lanes = input.streams.map { stream in
      let source = input.sources[stream.buffer]
      return Lane(
        order: source.file.order, shortest: source.events.common.pid.offset + 4,
        id: ids?[stream.buffer])
    }
  }

  /// The place of the last so many events in front of another; goes back by pages until they hold
  /// enough.
  mutating func start(
    ofLast count: Int, before end: [EventStream.Position]
  ) -> (place: [EventStream.Position], lead: [EventStream.Position]) {
    guard count > 0 else { return (end, end) }
    var pages = Self.firstPages
    while true {
      let last = EventRange(streams, last: pages, before: end)
      let range = last ?? EventRange(from: streams.map { _ in .start }, to: end)
      let found = walk(range, upTo: .max).count
      if found >= count || last == nil {
        return (walk(range, upTo: max(found - count, 0)).place, range.from)
      }
      pages *= 8
    }
  }

  /// The place behind the first so many events from another on.
  mutating func end(
    ofFirst count: Int, from start: [EventStream.Position]
  ) -> [EventStream.Position] {
    walk(EventRange(from: start, to: streams.map(\.end)), upTo: count).place
  }

  /// Counts, up to a limit.
  ///
  /// - Returns: how many there are, and the place behind the last that was counted; the range's end
  ///   where there are fewer than the limit.
  private mutating func walk(
    _ range: EventRange, upTo limit: Int
  ) -> (count: Int, place: [EventStream.Position]) {
    guard limit > 0 else { return (0, range.from) }
    let slice = SliceDealer.Slice(number: 0, from: range.from, to: range.to)
    gate.enter(slice)
    var cursor = EventCursor(streams, from: range.from, to: range.to)
    var count = 0
    // A run of no more than what is left ends with the last that is wanted, or before it.
    while let run = cursor.nextRun(limit: limit - count) {
      let lane = lanes[run.stream]
      for index in 0..<run.count {
        let record = run.records[index]
        guard record.length >= lane.shortest,
          gate.isOpen || gate.passes(record, of: run.stream, in: slice)
        else { continue }
        if let id = lane.id, Int(record.payload.load(UInt16.self, at: 0, lane.order)) != id {
          continue
        }
        count += 1
      }
      if count == limit { return (count, streams.indices.map { cursor.position(ofStream: $0) }) }
    }
    return (count, range.to)
  }
}
