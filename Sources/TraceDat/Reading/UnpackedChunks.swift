import RingBuffer
import Synchronization

/// The pages of one chunk, unpacked.
final class UnpackedChunk: @unchecked Sendable {
  // Written by `unpack` alone, before anybody else has it.
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
/// grow with the file.
final class UnpackedChunks: Sendable {
  private struct State {
    /// By where they are in the file.
    var chunks: [Int: UnpackedChunk] = [:]
    /// Their keys, a ring: the next to be replaced is at `next`.
    var ring: [Int] = []
    var next = 0
  }

  /// How many bytes are kept at most: some slices' for each of a few workers.
  private static let limit = 8 << 20

  private let state = Mutex(State())

  /// The chunk at an offset of the file, if it is one of the last.
  func chunk(at offset: Int) -> UnpackedChunk? { state.withLock { $0.chunks[offset] } }

  /// Keeps a chunk in place of the oldest; all chunks of a file are about as large.
  func keep(_ chunk: UnpackedChunk, at offset: Int) {
    let count = Self.limit / max(chunk.bytes.count, 1)
    guard count > 0 else { return }
    state.withLock { state in
      guard state.chunks.updateValue(chunk, forKey: offset) == nil else { return }
      if state.ring.count < count {
        state.ring.append(offset)
      } else {
        state.chunks[state.ring[state.next]] = nil
        state.ring[state.next] = offset
        state.next = (state.next + 1) % state.ring.count
      }
    }
  }

  /// Forgets all, so that there is memory for others.
  func removeAll() { state.withLock { $0 = State() } }
}
