import Synchronization
import Timeline

/// Numbers for the names of bands, as tiles carry them.
final class BandNames: Sendable {
  private struct State {
    var names: [String] = []
    var numbers: [String: UInt32] = [:]
    var known: [RangeStatistics.SpanKey: UInt32] = [:]
  }

  private let state = Mutex(State())
  private let trace: Trace

  init(_ trace: Trace) { self.trace = trace }

  /// The number of what a band's detail stands for.
  func number(_ kind: Band.Kind, _ detail: Int32, machine: Int) -> UInt32 {
    let key = RangeStatistics.SpanKey(kind: kind, detail: detail, machine: machine)
    if let known = state.withLock({ $0.known[key] }) { return known }
    let name = trace.name(of: key)
    return state.withLock { state in
      let number = state.numbers[name] ?? UInt32(state.names.count)
      if state.numbers[name] == nil {
        state.names.append(name)
        state.numbers[name] = number
      }
      // An interrupt's name may still come.
      if trace.isComplete || kind != .hardInterrupt { state.known[key] = number }
      return number
    }
  }

  func names(from first: Int) -> [String] { state.withLock { Array($0.names.dropFirst(first)) } }
}
