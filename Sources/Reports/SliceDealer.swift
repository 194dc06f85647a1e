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
    /// Nil where the depths of calls are not asked for.
    var calls: CallFollower?
  }

  private let streams: [EventStream]
  /// About how many slices there are.
  let estimatedCount: Int
  private let end: [EventStream.Position]
  private let state: Mutex<State>

  /// - Parameters:
  ///   - range: what is to be dealt; everything without it.
  ///   - followsCalls: whether the depths of calls are asked for.
  init(
    _ input: ReportInput, options: ReportOptions, range: EventRange? = nil,
    followsCalls isAsked: Bool = true
  ) {
    streams = input.streams
    let plan = SlicePlan(streams, bytesPerSlice: options.bytesPerSlice, in: range)
    estimatedCount = plan.estimatedCount
    end = range?.to ?? streams.map(\.end)
    state = Mutex(
      State(
        plan: plan, position: range?.from ?? streams.map { _ in .start },
        calls: isAsked ? CallFollower(input, options: options) : nil))
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
      slice.depths = state.calls?.depths(of: slice)
      return slice
    }
  }
}
