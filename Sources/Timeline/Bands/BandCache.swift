import Synchronization

/// The slices that were looked at closely last: each takes 10 ms to walk over, and a person looks
/// at the same few again and again.
final class BandCache: Sendable {
  private struct State {
    var slices: [Int: SliceBands] = [:]
    /// The one that was used longest ago first.
    var order: [Int] = []
    var size = 0
  }

  private let state = Mutex(State())
  /// In bytes.
  private static let limit = 48 << 20

  /// - Parameter isFinal: what was made before all was known is made again.
  func slice(_ number: Int, isFinal: Bool, _ make: () -> SliceBands?) -> SliceBands? {
    let known = state.withLock { state -> SliceBands? in
      guard let known = state.slices[number] else { return nil }
      guard known.isFinal || !isFinal else {
        state.slices[number] = nil
        state.order.removeAll { $0 == number }
        state.size -= known.size
        return nil
      }
      state.order.removeAll { $0 == number }
      state.order.append(number)
      return known
    }
    if let known { return known }
    guard let made = make() else { return nil }
    state.withLock { state in
      guard state.slices[number] == nil else { return }
      state.slices[number] = made
      state.order.append(number)
      state.size += made.size
      while state.size > Self.limit, state.order.count > 2 {
        let oldest = state.order.removeFirst()
        state.size -= state.slices.removeValue(forKey: oldest)?.size ?? 0
      }
    }
    return made
  }
}
