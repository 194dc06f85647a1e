import Synchronization

/// The time at the head of each packed chunk, once it was unpacked for whatever reason.
///
/// A search by time looks at many pages' times and at nothing else of them; without this each look
/// unpacks a chunk anew.
final class ChunkTimes: Sendable {
  private let times: Mutex<[UInt64?]>

  init(count: Int) { times = Mutex([UInt64?](repeating: nil, count: count)) }

  subscript(_ chunk: Int) -> UInt64? {
    get { times.withLock { $0.indices.contains(chunk) ? $0[chunk] : nil } }
    set { times.withLock { if $0.indices.contains(chunk) { $0[chunk] = newValue } } }
  }
}
