import ByteIO
import EventFormats

/// Calls of functions as the function_graph tracer recorded them, of one slice.
struct FunctionBands: ~Copyable {
  private struct Open {
    var function: Int32
    var depth: Int
    var since: Int64
  }

  private let trace: Trace
  /// By row.
  private var open: [UInt32: [Open]] = [:]
  private var bands: [Band] = []

  init(_ trace: Trace) { self.trace = trace }

  /// The bands of a slice: on the row of the task that called, of the idle task on its CPU's.
  ///
  /// - Parameter ticks: of all of its events.
  consuming func collect(_ slice: TraceIndex.Slice, _ ticks: [Tick]) -> [Band] {
    trace.forEachRecord(of: slice) { found in
      let reader = trace.functions.reader(found.source)
      guard found.place < ticks.count, let slot = reader.slot(ofID: found.id) else { return true }
      let tick = ticks[found.place]
      take(
        FunctionEvents.Kind(rawValue: reader.number(of: slot)), reader.fields(of: slot), found,
        reader.order, row: tick.task == .max ? tick.cpu : tick.task)
      return true
    }
    for (row, calls) in open {
      for call in calls {
        add(row, call.function, call.depth, call.since, slice.slice.end, isOpen: true)
      }
    }
    return bands
  }

  private mutating func take(
    _ event: FunctionEvents.Kind?, _ fields: UnsafePointer<FieldPlace>, _ found: SliceRecord,
    _ order: ByteOrder, row: UInt32
  ) {
    let (record, time) = (found.bytes, found.time)
    let function = trace.functions.number(
      of: UInt64(bitPattern: Int64(fields[0].number(in: record, order))), machine: found.machine)
    let depth = fields[1].number(in: record, order)
    var calls = open[row] ?? []
    // What lies deeper has ended, be it unseen.
    while let last = calls.last, last.depth > depth { calls.removeLast() }
    switch event {
    case .begins:
      if calls.last?.depth == depth { calls.removeLast() }
      calls.append(Open(function: function, depth: depth, since: time))
    case .ends:
      var since: Int64?
      if let last = calls.last, last.depth == depth {
        since = last.function == function ? last.since : nil
        calls.removeLast()
      }
      // Its beginning is before the slice, or was not seen: the tracer measured how long it took.
      let took = Int64(fields[3].number(in: record, order) &- fields[2].number(in: record, order))
      if since == nil, took >= 0, took <= time { since = time - took }
      if let since { add(row, function, depth, since, time, isOpen: false) }
    case nil: break
    }
    open[row] = calls
  }

  private mutating func add(
    _ row: UInt32, _ function: Int32, _ depth: Int, _ from: Int64, _ to: Int64, isOpen: Bool
  ) {
    var band = Band(row: row, kind: .function, start: from, end: to, detail: function)
    band.depth = UInt8(clamping: depth)
    band.isOpen = isOpen
    bands.append(band)
  }
}
