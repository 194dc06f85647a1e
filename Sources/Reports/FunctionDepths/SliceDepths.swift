import Synchronization

/// The depths of the function calls of slices that several workers print at the same time.
///
/// They depend on the slices before, so those are looked through first; not until somebody asks,
/// though: most recordings have no event of the function tracer, and a slice whose printer met none
/// adds nothing to later ones.
final class SliceDepths: Sendable {
  private struct State: ~Copyable {
    let finder: DepthFinder
    /// What is in front of the first slice and not looked through.
    var lead: SliceDealer.Slice?
    /// Slices that were dealt and not looked through, in their order.
    var unread: [SliceDealer.Slice] = []
    /// What was found of slices that are being printed, by their number.
    var found: [Int: DepthLists] = [:]
  }

  private let state: Mutex<State>

  /// Nil where depths are not shown or no function tracer is.
  init?(_ input: ReportInput, options: ReportOptions) {
    guard let finder = DepthFinder(input, options: options) else { return nil }
    state = Mutex(State(finder: finder))
  }

  /// Notes what is in front of the first slice.
  func add(lead: SliceDealer.Slice) { state.withLock { $0.lead = lead } }

  /// Notes the next slice.
  func add(_ slice: SliceDealer.Slice) { state.withLock { $0.unread.append(slice) } }

  /// The depths of a slice that was added and is not finished.
  func depths(of number: Int) -> DepthLists {
    state.withLock { state in
      if let found = state.found[number] { return found }
      if let lead = state.lead {
        _ = state.finder.depths(of: lead)
        state.lead = nil
      }
      let count = state.unread.prefix { $0.number <= number }.count
      for slice in state.unread.prefix(count) {
        state.found[slice.number] = state.finder.depths(of: slice)
      }
      state.unread.removeFirst(count)
      return state.found[number] ?? DepthLists()
    }
  }

  /// Forgets a slice of which everything is printed; all its calls were asked for.
  func finish(_ number: Int) {
    state.withLock { state in
      state.found[number] = nil
      state.unread.removeAll { $0.number == number }
    }
  }
}
