import Synchronization

/// What was found out about a CPU's packed chunks when they were unpacked, for whatever reason.
///
/// A search by time looks at many pages' times and at nothing else of them; without these each look
/// unpacks a chunk anew. And a chunk that cannot be unpacked has many pages, which all ask for it.
final class ChunkNotes: Sendable {
  private struct State {
    /// The time at the head of each.
    var times: [UInt64?]
    var failures: [Int: TraceFileError] = [:]
  }

  private let state: Mutex<State>

  init(count: Int) { state = Mutex(State(times: Array(repeating: nil, count: count))) }

  func time(of chunk: Int) -> UInt64? {
    state.withLock { $0.times.indices.contains(chunk) ? $0.times[chunk] : nil }
  }

  func note(time: UInt64, of chunk: Int) {
    state.withLock { if $0.times.indices.contains(chunk) { $0.times[chunk] = time } }
  }

  /// Why a chunk cannot be unpacked.
  func failure(of chunk: Int) -> TraceFileError? { state.withLock { $0.failures[chunk] } }

  func note(_ failure: TraceFileError, of chunk: Int) {
    state.withLock { $0.failures[chunk] = failure }
  }
}
