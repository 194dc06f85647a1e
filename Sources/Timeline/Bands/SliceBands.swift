import Reports
import TraceDat

/// All that goes on in one slice, by row.
final class SliceBands: Sendable {
  /// By row; those of a row in the order of their beginnings.
  let bands: [Band]
  /// In the order of their times.
  let ticks: [Tick]
  let start: Int64
  let end: Int64
  private let bandStarts: [UInt32: Range<Int>]
  /// By row: which of the ticks are on it.
  private let tickPlaces: [UInt32: [Int32]]

  /// Whether all was known of what goes on beyond its end.
  let isFinal: Bool

  /// - Parameters:
  ///   - carried: what tasks did when the slice began.
  ///   - crossings: interrupts and losses that end behind the slice in which they began.
  init(
    _ slice: TraceIndex.Slice, carried: [CarriedState], crossings: [Band], isFinal: Bool,
    _ trace: Trace
  ) {
    let (streams, places) = (trace.input.streams, trace.places)
    self.isFinal = isFinal
    start = slice.slice.start
    end = slice.slice.end
    let cpuCount = places.cpus.count
    let sink = BandCollector(cpuCount: cpuCount, slice: slice, carried: carried)
    let found = slice.slice.walk(streams, places, sink) { machine, _, _ in
      machine.collected()
    }
    ticks = found.ticks
    let others = crossings.map { band in
      var band = band
      band.isOpen = band.end > slice.slice.end
      return band
    }
    let calls =
      trace.functions.occur(trace.eventCounts)
      ? FunctionBands(trace).collect(slice, found.ticks) : []
    bands = (found.bands + others + calls).sorted {
      $0.row != $1.row
        ? $0.row < $1.row : $0.start != $1.start ? $0.start < $1.start : $0.depth < $1.depth
    }
    var starts: [UInt32: Range<Int>] = [:]
    var first = 0
    while first < bands.count {
      var next = first + 1
      while next < bands.count, bands[next].row == bands[first].row { next += 1 }
      starts[bands[first].row] = first..<next
      first = next
    }
    bandStarts = starts
    var tickPlaces: [UInt32: [Int32]] = [:]
    for (index, tick) in ticks.enumerated() {
      tickPlaces[tick.cpu, default: []].append(Int32(index))
      if tick.task != .max { tickPlaces[tick.task, default: []].append(Int32(index)) }
    }
    self.tickPlaces = tickPlaces
  }

  func bands(of row: UInt32) -> ArraySlice<Band> { bandStarts[row].map { bands[$0] } ?? [] }

  /// Places in `ticks`, in the order of their times.
  func places(of row: UInt32) -> [Int32] { tickPlaces[row] ?? [] }

  /// How much memory it takes, in bytes, about.
  var size: Int {
    bands.count * MemoryLayout<Band>.stride + ticks.count * (MemoryLayout<Tick>.stride + 8)
  }
}

extension SliceMachine where Sink == BandCollector {
  consuming func collected() -> (bands: [Band], ticks: [Tick]) {
    let (end, cpus) = (end, cpus)
    sink.goOn(to: end, cpus: cpus)
    return (sink.bands, sink.ticks)
  }
}
