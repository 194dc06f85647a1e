import ByteIO
import EventFormats
import RingBuffer
import Synchronization
import TraceDat

/// Hands the slices of a recording to workers, in order.
///
/// What a line owes to the lines before its slice, how deep each CPU's function calls are, is found
/// by `SliceDepths`, which is told of each slice here.
final class SliceDealer: Sendable {
  /// A part of every stream.
  ///
  /// Whoever reads a slice again gets the same events, and all slices together are all events; on
  /// this everything rests that is found out by one reading and used by another. Only a file that is
  /// changed meanwhile, or memory that is refused (`MemoryBudget`), may break it, and nothing worse
  /// than a wrong depth or a lost line may come of that.
  struct Slice {
    var number: Int
    var from: [EventStream.Position]
    var to: [EventStream.Position]
    /// Whether none comes after it.
    var isLast = true
    /// Who knows how deep its function calls are; nil where that is not shown.
    var calls: SliceDepths?
    /// Up to where the events behind it are known; nil where all are.
    var ahead: [EventStream.Position]?
    /// Whether its first event was printed already, as a leaf's end; nil to find out.
    var skipsFirst: Bool?
  }

  struct State: ~Copyable {
    var next = 0
    var isAtEnd = false
    var plan: SlicePlan
    var position: [EventStream.Position]
  }

  private let streams: [EventStream]
  /// About how many slices there are.
  let estimatedCount: Int
  private let end: [EventStream.Position]
  private let ahead: [EventStream.Position]?
  /// Nil where the depths of calls are not asked for.
  private let calls: SliceDepths?
  private let state: Mutex<State>

  /// - Parameters:
  ///   - window: what is to be dealt; everything without it.
  ///   - followsCalls: whether the depths of calls are asked for.
  init(
    _ input: ReportInput, options: ReportOptions, window: EventWindow = EventWindow(),
    followsCalls isAsked: Bool = true
  ) {
    let range = window.range
    streams = input.streams
    let plan = SlicePlan(streams, bytesPerSlice: options.bytesPerSlice, in: range)
    estimatedCount = plan.estimatedCount
    ahead = window.ahead
    end = range?.to ?? streams.map(\.end)
    calls = isAsked ? SliceDepths(input, options: options) : nil
    state = Mutex(State(plan: plan, position: range?.from ?? streams.map { _ in .start }))
    if let calls, let lead = window.lead, let range {
      calls.add(lead: Slice(number: 0, from: lead, to: range.from))
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
      let to = streams.positions(ofTime: time, from: from, upTo: end)
      state.position = to
      var slice = Slice(number: number, from: from, to: to, isLast: time == nil)
      slice.calls = calls
      slice.ahead = ahead
      calls?.add(slice)
      return slice
    }
  }
}
