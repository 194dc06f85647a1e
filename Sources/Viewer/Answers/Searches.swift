import Synchronization
import Timeline

/// What was looked for last, and found.
final class Searches: Sendable {
  private struct State {
    var next = 1
    var found: [(id: Int, indexes: [Int])] = []
    var filters: [(text: String, version: Int, indexes: [Int])] = []
  }

  private let state = Mutex(State())
  private static let kept = 4

  /// A number for a search that begins.
  func begin() -> Int {
    state.withLock { state in
      defer { state.next += 1 }
      state.found.append((state.next, []))
      if state.found.count > Self.kept { state.found.removeFirst() }
      return state.next
    }
  }

  func set(_ indexes: [Int], of id: Int) {
    state.withLock { state in
      if let place = state.found.firstIndex(where: { $0.id == id }) {
        state.found[place].indexes = indexes
      }
    }
  }

  func indexes(of id: Int) -> [Int]? {
    state.withLock { state in state.found.first { $0.id == id }?.indexes }
  }

  /// What a filter lets pass, as it was found before.
  func indexes(ofFilter text: String, version: Int) -> [Int]? {
    state.withLock { state in
      state.filters.first { $0.text == text && $0.version == version }?.indexes
    }
  }

  func keep(_ indexes: [Int], ofFilter text: String, version: Int) {
    state.withLock { state in
      state.filters.append((text, version, indexes))
      if state.filters.count > Self.kept { state.filters.removeFirst() }
    }
  }
}
