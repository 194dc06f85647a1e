import ByteIO
import EventFormats
import RingBuffer
import Synchronization
import TraceDat

/// Hands the slices of a recording to workers, in order.
///
/// What a line owes to the lines before its slice is found here, one slice after the other, by a
/// quick look at the events without printing them: how deep each CPU's function calls are.
final class SliceDealer: Sendable {
  struct Slice {
    var number: Int
    var from: [EventStream.Position]
    var to: [EventStream.Position]
    /// Whether none comes after it.
    var isLast = true
    /// How deep the function tracer's calls are; nil where there are none.
    var depths: CallDepths?
  }

  struct State: ~Copyable {
    var next = 0
    var isAtEnd = false
    var plan: SlicePlan
    var position: [EventStream.Position]
    var indents: [CallIndent]
    /// Of each source.
    var names: OwnedList<FunctionNames>
    var gate: EventGate
  }

  private let streams: [EventStream]
  /// About how many slices there are.
  let estimatedCount: Int
  private let end: [EventStream.Position]
  private let sources: [ReportSource]
  private let followsCalls: Bool
  private let state: Mutex<State>

  /// - Parameters:
  ///   - window: what is to be dealt; everything without it.
  ///   - followsCalls: whether the depths of calls are asked for.
  init(
    _ input: ReportInput, options: ReportOptions, window: EventWindow = EventWindow(),
    followsCalls isAsked: Bool = true
  ) {
    let streams = input.streams
    let sources = input.sources
    let range = window.range
    self.streams = streams
    self.sources = sources
    let plan = SlicePlan(streams, bytesPerSlice: options.bytesPerSlice, in: range)
    estimatedCount = plan.estimatedCount
    end = range?.to ?? streams.map(\.end)
    let followsCalls =
      isAsked && options.line.handlers.functionIndent
      && sources.contains { $0.labels.hasFunctionTracer($0.filter) }
    self.followsCalls = followsCalls
    state = Mutex(
      State(
        plan: plan, position: range?.from ?? streams.map { _ in .start },
        indents: followsCalls ? streams.map { _ in CallIndent() } : [],
        names: OwnedList(count: sources.count) {
          FunctionNames(symbols: sources[$0].events.symbols)
        }, gate: EventGate(input, options.selection)))
    if followsCalls, let lead = window.lead, let range {
      let before = Slice(number: 0, from: lead, to: range.from)
      state.withLock { _ = followCalls(&$0, before) }
    }
  }

  /// The next slice that nobody has; nil when all are dealt.
  func deal() -> Slice? {
    state.withLock { state in
      guard !state.isAtEnd else { return nil }
      let number = state.next
      state.next += 1
      let from = state.position
      let time = state.plan.next()
      state.isAtEnd = time == nil
      let to =
        time.map { time in
          streams.indices.map {
            min(streams[$0].position(ofTime: time, notBefore: from[$0]), end[$0])
          }
        } ?? end
      state.position = to
      var slice = Slice(number: number, from: from, to: to, isLast: time == nil)
      if followsCalls { slice.depths = followCalls(&state, slice) }
      return slice
    }
  }

  /// Finds the depths of a slice's function calls, which depend on all calls before.
  private func followCalls(_ state: inout State, _ slice: Slice) -> CallDepths {
    state.gate.enter(slice)
    let found = CallDepths()
    var depths: [UInt16] = []
    for stream in streams.indices {
      let source = streams[stream].buffer
      let order = sources[source].file.order
      let labels = sources[source].labels.lookup
      var cursor = EventCursor(
        [streams[stream]], from: [slice.from[stream]], to: [slice.to[stream]])
      depths.removeAll(keepingCapacity: true)
      while let run = cursor.nextRun() {
        for index in 0..<run.count {
          let record = run.records[index]
          var depth = 0
          if record.length >= 2,
            case .function(let ip, let parent) = labels[
              record.payload.load(UInt16.self, at: 0, order)
            ].pointee.kind,
            state.gate.isOpen || state.gate.passes(record, of: stream, in: slice)
          {
            let caller = state.names[source].name(of: parent.value(in: record, order)).pointee.hash
            if caller != 0 {
              let function = state.names[source].name(of: ip.value(in: record, order))
              depth = state.indents[stream].depth(of: function.pointee.hash, calledBy: caller)
            }
          }
          depths.append(UInt16(clamping: depth))
        }
      }
      found.append(depths)
    }
    return found
  }
}
