import Synchronization
import TraceDat

/// The names of tasks while they are traced: what their events told last, else what the kernel says.
package final class LiveTaskNames: Sendable {
  private struct State {
    var told = TaskNames()
    var saved = TaskNames()
    /// Whether the kernel was asked for its list since the last batch of events.
    var isFresh = false
    /// Whether a name that was given out may not be right any more.
    var isStale = false
    /// Those that were given out.
    var given: [Int32: [UInt8]] = [:]
  }

  private let state = Mutex(State())
  private let readSaved: @Sendable () -> [UInt8]
  private let current: @Sendable (Int32) -> [UInt8]?
  /// So many names are kept; then all is asked for again.
  private static let limit = 1 << 16

  /// - Parameters:
  ///   - saved: reads the kernel's list of names, `saved_cmdlines`.
  ///   - current: the name of a task that runs now.
  package init(
    saved: @escaping @Sendable () -> [UInt8],
    current: @escaping @Sendable (Int32) -> [UInt8]?
  ) {
    readSaved = saved
    self.current = current
  }

  /// A task's name as far as it is known at this moment.
  func name(of pid: Int32) -> [UInt8]? {
    state.withLock { state in
      let name = state.told[pid] ?? lookUp(pid, &state)
      if let name { state.given[pid] = name }
      return name
    }
  }

  private func lookUp(_ pid: Int32, _ state: inout State) -> [UInt8]? {
    // The kernel's list has it from the events themselves; a process that took its number later
    // would have another name.
    if let known = state.saved[pid] { return known }
    if !state.isFresh {
      refresh(&state)
      if let known = state.saved[pid] { return known }
    }
    let name = current(pid)
    // Whether it is in the list by then is not known before the next events.
    if name == nil { state.isStale = true }
    return name
  }

  private func refresh(_ state: inout State) {
    state.isFresh = true
    let text = readSaved()
    state.saved = text.withUnsafeBytes { TaskNames(savedCommandLines: $0) }
  }

  /// Takes in what new events told.
  func add(_ body: (inout TaskNames) -> Void) {
    state.withLock { state in
      state.isFresh = false
      body(&state.told)
      if state.told.names.count > Self.limit || state.given.count > Self.limit {
        state = State()
        state.isStale = true
      }
    }
  }

  /// Asks the kernel again, for names that no event tells of.
  package func refresh() {
    state.withLock { refresh(&$0) }
  }

  /// Whether names that were given out have changed since the last time this was asked.
  func haveChanged() -> Bool {
    state.withLock { state in
      defer { state.isStale = false }
      if state.isStale { return true }
      let isOld = state.given.contains { pid, name in
        guard let now = state.told[pid] ?? state.saved[pid] else { return false }
        return now != name
      }
      if isOld { state.given = [:] }
      return isOld
    }
  }
}
