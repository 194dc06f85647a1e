import Synchronization

/// The depths of the function calls of slices that several workers print at the same time.
///
/// They depend on the slices before, so those are looked through first; not until somebody asks,
/// though: most recordings have no event of the function tracer, and a slice whose printer met none
/// adds nothing to later ones.
final class SliceCalls: Sendable {
  private struct State: ~Copyable {
    let follower: CallFollower
    /// Slices that were dealt and not looked through, in their order.
    var unread: [SliceDealer.Slice] = []
    /// What was found of slices that are being printed, by their number.
    var found: [Int: CallDepths] = [:]
  }

  private let state: Mutex<State>

  /// Nil where depths are not shown or no function tracer is.
  init?(_ input: ReportInput, options: ReportOptions) {
    guard let follower = CallFollower(input, options: options) else { return nil }
    state = Mutex(State(follower: follower))
  }

  /// Notes the next slice; what is in front of the first one has a number below 0.
  func add(_ slice: SliceDealer.Slice) { state.withLock { $0.unread.append(slice) } }

  /// The depths of a slice that was added and is not finished.
  func depths(of number: Int) -> CallDepths {
    state.withLock { state in
      if let found = state.found[number] { return found }
      let count = state.unread.prefix { $0.number <= number }.count
      for slice in state.unread.prefix(count) {
        let depths = state.follower.depths(of: slice)
        if slice.number >= 0 { state.found[slice.number] = depths }
      }
      state.unread.removeFirst(count)
      return state.found[number] ?? CallDepths()
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

/// The depths of the calls of one run of events after the other, for who prints a slice.
struct RunDepths {
  /// Whether depths are shown.
  let areShown: Bool
  private let calls: SliceCalls?
  private let slice: Int
  private var found: CallDepths?
  /// Of each stream, how many events are in the runs so far.
  private var taken: [Int]
  /// The stream of the present run, and how many of its events were before it.
  private var stream = 0
  private var before = 0
  /// The depths of the run's events, once they were asked for.
  private var depths: UnsafePointer<UInt16>?

  init(_ slice: SliceDealer.Slice) {
    calls = slice.calls
    areShown = calls != nil
    self.slice = slice.number
    taken = [Int](repeating: 0, count: slice.from.count)
  }

  /// Begins with the next run.
  @inline(__always) mutating func enterRun(of stream: Int, count: Int) {
    guard areShown else { return }
    self.stream = stream
    before = taken[stream]
    taken[stream] &+= count
    depths = found.map { $0[stream] + before }
  }

  /// The depth of one of the run's calls.
  @inline(__always) subscript(index: Int) -> Int {
    mutating get {
      if let depths { return Int(depths[index]) }
      return find(index)
    }
  }

  @inline(never) private mutating func find(_ index: Int) -> Int {
    guard let calls else { return 0 }
    let found = calls.depths(of: slice)
    self.found = found
    let depths = found[stream] + before
    self.depths = depths
    return Int(depths[index])
  }

  /// To be called behind the last run.
  func finish() { calls?.finish(slice) }
}
