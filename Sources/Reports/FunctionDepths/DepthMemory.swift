import Synchronization

/// How deep the function tracer's calls are on each CPU, from one look at a growing recording to the
/// next: what `GatheredNames` is for names.
package final class DepthMemory: Sendable {
  struct Key: Hashable {
    /// The name of the buffer.
    var buffer: String
    var cpu: Int
  }

  private let indents = Mutex<[Key: DepthGuess]>([:])

  subscript(key: Key) -> DepthGuess {
    get { indents.withLock { $0[key] ?? DepthGuess() } }
    set { indents.withLock { $0[key] = newValue } }
  }
}
