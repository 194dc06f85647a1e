import Synchronization

/// The pages of one chunk, unpacked.
final class UnpackedChunk: @unchecked Sendable {
  // Written by who made it, before anybody else has it.
  let bytes: UnsafeMutableRawBufferPointer
  private let memory: MemoryBudget

  /// Nil where the file may not take so much memory.
  init?(count: Int, _ memory: MemoryBudget) {
    guard memory.take(count) else { return nil }
    bytes = .allocate(byteCount: count, alignment: 16)
    self.memory = memory
  }

  deinit {
    bytes.deallocate()
    memory.give(bytes.count)
  }
}

/// The chunks of a file that were unpacked last, for all who walk over it.
///
/// A chunk has ten pages (trace-cmd's) and holds the end of one slice and the start of the next:
/// who looks for the place to cut needs it, and so do the printers of both. What is kept does not
/// grow with the file. Who uses a chunk holds it; that it is forgotten here does it no harm.
final class UnpackedChunks: Sendable {
  /// By where they are in the file. When the young ones are enough, they take the old ones' place.
  private struct State {
    var young: [Int: UnpackedChunk] = [:]
    var old: [Int: UnpackedChunk] = [:]
    var youngBytes = 0
  }

  /// How many bytes a generation has at most: some slices' for each of a few workers.
  private static let limit = 4 << 20

  private let state = Mutex(State())

  /// The chunk at an offset of the file, if it is one of the last.
  func chunk(at offset: Int) -> UnpackedChunk? {
    state.withLock { $0.young[offset] ?? $0.old[offset] }
  }

  /// Keeps a chunk; one that is large is not kept.
  func keep(_ chunk: UnpackedChunk, at offset: Int) {
    guard chunk.bytes.count <= Self.limit else { return }
    state.withLock { state in
      guard state.young.updateValue(chunk, forKey: offset) == nil else { return }
      state.youngBytes += chunk.bytes.count
      guard state.youngBytes > Self.limit else { return }
      state.old = state.young
      state.young = [:]
      state.youngBytes = 0
    }
  }

  /// Forgets all, so that there is memory for others.
  func removeAll() { state.withLock { $0 = State() } }
}
