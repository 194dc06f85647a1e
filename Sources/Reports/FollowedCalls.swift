import Synchronization

/// How deep the function tracer's calls are on each CPU, from one look at a growing recording to the
/// next: what `GatheredNames` is for names.
package final class FollowedCalls: Sendable {
  struct Key: Hashable {
    /// The name of the buffer.
    var buffer: String
    var cpu: Int
  }

  private let indents = Mutex<[Key: CallIndent]>([:])

  subscript(key: Key) -> CallIndent {
    get { indents.withLock { $0[key] ?? CallIndent() } }
    set { indents.withLock { $0[key] = newValue } }
  }
}
