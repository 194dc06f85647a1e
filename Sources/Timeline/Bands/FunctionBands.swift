import ByteIO
import EventFormats
import Reports
import RingBuffer
import Synchronization
import TraceDat

/// Calls of functions as the function_graph tracer recorded them, of one slice.
struct FunctionBands: ~Copyable {
  private enum Event: Int { case begins, ends }

  private struct Open {
    var function: Int32
    var depth: Int
    var since: Int64
  }

  private let trace: Trace
  private let bindings: [EventBinding]
  /// By row.
  private var open: [UInt32: [Open]] = [:]
  private var bands: [Band] = []

  /// Whether the trace has such events.
  static func occur(in trace: Trace) -> Bool {
    zip(trace.input.sources, trace.eventCounts).contains { source, counts in
      guard let format = source.events.event(system: "ftrace", name: "funcgraph_exit") else {
        return false
      }
      return format.id < counts.count && counts[format.id] > 0
    }
  }

  init(_ trace: Trace) {
    self.trace = trace
    bindings = trace.input.sources.map { source in
      let wanted = [
        source.events.event(system: "ftrace", name: "funcgraph_entry").map {
          EventBinding.Wanted(Event.begins.rawValue, $0, fields: ["func", "depth"])
        },
        source.events.event(system: "ftrace", name: "funcgraph_exit").map {
          EventBinding.Wanted(
            Event.ends.rawValue, $0, fields: ["func", "depth", "calltime", "rettime"])
        },
      ]
      return EventBinding(wanted.compactMap { $0 }, in: source.events)
    }
  }

  /// The bands of a slice: on the row of the task that called, of the idle task on its CPU's.
  ///
  /// - Parameter ticks: of all of its events.
  consuming func collect(_ slice: TraceIndex.Slice, _ ticks: [Tick]) -> [Band] {
    var place = 0
    var cursor = EventCursor(
      trace.input.streams, from: slice.slice.range.from, to: slice.slice.range.to)
    while let run = cursor.nextRun() {
      let stream = trace.places.streams[run.stream]
      let reader = bindings[stream.source].reader
      for number in 0..<run.count {
        defer { place += 1 }
        guard place < ticks.count, let slot = reader.slot(ofID: Int(ticks[place].id)) else {
          continue
        }
        let tick = ticks[place]
        let row = tick.task == .max ? tick.cpu : tick.task
        take(
          Event(rawValue: reader.number(of: slot)), reader.fields(of: slot),
          run.records[number].bytes, reader.order, row, tick.time, stream.machine)
      }
    }
    for (row, calls) in open {
      for call in calls {
        add(row, call.function, call.depth, call.since, slice.slice.end, isOpen: true)
      }
    }
    return bands
  }

  private mutating func take(
    _ event: Event?, _ fields: UnsafePointer<FieldPlace>, _ record: UnsafeRawBufferPointer,
    _ order: ByteOrder, _ row: UInt32, _ time: Int64, _ machine: Int
  ) {
    let function = trace.functions.number(
      of: UInt64(bitPattern: Int64(fields[0].number(in: record, order))), machine: machine)
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

/// Numbers for the addresses of functions, as bands have room for.
final class FunctionNumbers: Sendable {
  private struct Function: Hashable {
    var address: UInt64
    var machine: Int
  }

  private struct State {
    var numbers: [Function: Int32] = [:]
    var functions: [Function] = []
  }

  private let state = Mutex(State())

  func number(of address: UInt64, machine: Int) -> Int32 {
    let function = Function(address: address, machine: machine)
    return state.withLock { state in
      if let known = state.numbers[function] { return known }
      let number = Int32(truncatingIfNeeded: state.functions.count)
      state.functions.append(function)
      state.numbers[function] = number
      return number
    }
  }

  func address(of number: Int32) -> UInt64? {
    state.withLock { state in
      state.functions.indices.contains(Int(number)) ? state.functions[Int(number)].address : nil
    }
  }
}
