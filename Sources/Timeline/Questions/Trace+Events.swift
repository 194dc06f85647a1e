import ByteIO
import EventFormats
import Reports
package import RingBuffer
import TraceDat

/// An event in its place among all of a trace; its bytes are good while it is handed on.
package struct PlacedEvent {
  /// From 0, in the order of times.
  package var index: Int
  /// In ns since the first event.
  package var time: Int64
  /// Of its CPU.
  package var row: UInt32
  package var cpu: Int
  package var pid: Int32
  /// The row of its task; nil for the idle task.
  package var taskRow: UInt32?
  /// The index of its buffer.
  package var source: Int
  /// Its `common_type`.
  package var id: Int
  package var record: Record
}

extension Trace {
  /// Hands on events in the order of their times, from one on, as far as they are indexed.
  ///
  /// - Parameter body: tells whether it wants another.
  package func forEachEvent(from index: Int, _ body: (PlacedEvent) -> Bool) {
    var next = index
    while let slice = slice(ofEvent: next) {
      let skipped = next - slice.firstEvent
      guard forEachEvent(of: slice, skipping: skipped, body) else { return }
      next = slice.firstEvent + slice.eventCount
    }
  }

  /// The slice that an event is in; nil where there is none, or it is not indexed yet.
  private func slice(ofEvent index: Int) -> TraceIndex.Slice? {
    guard index >= 0 else { return nil }
    return self.index.read { state in
      guard index < state.eventCount else { return nil }
      // Slices without events end where the one before them does.
      let place = state.slices.partitioningIndex { $0.firstEvent + $0.eventCount > index }
      return state.slices[place]
    }
  }

  /// Hands on the events of a slice; tells whether another was wanted at the end.
  private func forEachEvent(
    of slice: TraceIndex.Slice, skipping skipped: Int, _ body: (PlacedEvent) -> Bool
  ) -> Bool {
    // Whose tasks they are.
    guard let ticks = bands(of: slice)?.ticks else { return true }
    return forEachRecord(of: slice, skipping: skipped) { found in
      guard found.place < ticks.count else { return true }
      let tick = ticks[found.place]
      return body(
        PlacedEvent(
          index: tick.index, time: tick.time, row: tick.cpu, cpu: places.cpus[found.cpu].cpu,
          pid: found.pid, taskRow: tick.task == .max ? nil : tick.task, source: found.source,
          id: found.id, record: found.record))
    }
  }

  // MARK: Nearby

  /// The event on a row, or on any without one, whose time is nearest.
  package func nearestEvent(to time: Int64, on row: UInt32?) -> Tick? {
    let before = nextEvent(to: time + 1, on: row, forward: false)
    let after = nextEvent(to: time - 1, on: row, forward: true)
    guard let before, let after else { return before ?? after }
    return time - before.time <= after.time - time ? before : after
  }

  /// The first event behind a time, or the last before it, on a row, or on any.
  package func nextEvent(to time: Int64, on row: UInt32?, forward: Bool) -> Tick? {
    for slice in slices(from: time, on: row, forward: forward) {
      guard let bands = bands(of: slice) else { continue }
      if let row {
        let places = bands.places(of: row)
        let found =
          forward
          ? places.first { bands.ticks[Int($0)].time > time }
          : places.last { bands.ticks[Int($0)].time < time }
        if let found { return bands.ticks[Int(found)] }
      } else {
        let found =
          forward
          ? bands.ticks.first { $0.time > time } : bands.ticks.last { $0.time < time }
        if let found { return found }
      }
    }
    return nil
  }

  /// The slices in which something is of a row, from the one of a time on, forwards or backwards.
  func slices(from time: Int64, on row: UInt32?, forward: Bool) -> [TraceIndex.Slice] {
    index.read { state in
      let numbers = state.slices.indices.filter { number in
        let slice = state.slices[number].slice
        guard forward ? slice.end >= time : slice.start <= time else { return false }
        return row.map { !state.blocks[0][number].entries(of: $0).isEmpty } ?? true
      }
      return (forward ? numbers : numbers.reversed()).map { state.slices[$0] }
    }
  }

  // MARK: Along wake-ups

  /// A task that was woken.
  package struct Wakeup {
    /// In ns since the first event.
    package var time: Int64
    /// Who was woken.
    package var row: UInt32
    /// Who did it; nil where that was no task.
    package var from: UInt32?
  }

  /// Who woke a row's task last before a time.
  package func lastWakeup(of row: UInt32, before time: Int64) -> Wakeup? {
    for slice in slices(from: time, on: row, forward: false) {
      guard let bands = bands(of: slice) else { continue }
      if let found = bands.bands(of: row).last(where: { $0.kind == .woken && $0.start < time }) {
        return Wakeup(
          time: found.start, row: row, from: found.detail < 0 ? nil : UInt32(found.detail))
      }
    }
    return nil
  }

  /// Whom a row's task woke first behind a time.
  package func nextWakeup(by row: UInt32, after time: Int64) -> Wakeup? {
    for slice in slices(from: time, on: row, forward: true) {
      guard let bands = bands(of: slice) else { continue }
      let woken = bands.bands.filter {
        $0.kind == .woken && $0.detail == Int32(row) && $0.start > time
      }
      if let first = woken.min(by: { $0.start < $1.start }) {
        return Wakeup(time: first.start, row: first.row, from: row)
      }
    }
    return nil
  }
}
