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
    /// The function tracer's calls at the slice's start, by stream; empty where there are none.
    var indents: [CallIndent]
  }

  private struct State {
    var next = 0
    var position: [EventStream.Position]
    var indents: [CallIndent]
  }

  private let streams: [EventStream]
  private let times: [UInt64]
  private let follow: @Sendable (Record, Int, inout CallIndent) -> Void
  private let followsCalls: Bool
  private let state: Mutex<State>

  /// - Parameters:
  ///   - followsCalls: whether any event is the function tracer's.
  ///   - follow: lets the indent of a stream (by index) see one of its events.
  init(
    streams: [EventStream], plan: SlicePlan, followsCalls: Bool,
    follow: @escaping @Sendable (Record, Int, inout CallIndent) -> Void
  ) {
    self.streams = streams
    times = plan.times
    self.followsCalls = followsCalls
    self.follow = follow
    state = Mutex(
      State(
        position: streams.map { _ in .start },
        indents: followsCalls ? streams.map { _ in CallIndent() } : []))
  }

  var sliceCount: Int { times.count + 1 }

  /// The next slice that nobody has; nil when all are dealt.
  func deal() -> Slice? {
    state.withLock { state in
      guard state.next < sliceCount else { return nil }
      let number = state.next
      state.next += 1
      let from = state.position
      let indents = state.indents
      let to =
        number < times.count
        ? streams.indices.map {
          streams[$0].position(ofTime: times[number], notBefore: from[$0])
        } : streams.map(\.end)
      state.position = to
      if followsCalls, number < times.count {
        for stream in streams.indices {
          var cursor = EventCursor(
            [streams[stream]], from: [from[stream]], to: [to[stream]])
          while let event = cursor.next() {
            follow(event.record, stream, &state.indents[stream])
          }
        }
      }
      return Slice(number: number, from: from, to: to, indents: indents)
    }
  }
}
