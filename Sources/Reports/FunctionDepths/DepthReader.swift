/// The depths of the calls of a slice, run by run, for who prints it.
struct DepthReader {
  /// Whether depths are shown.
  let areShown: Bool
  private let calls: SliceDepths?
  private let slice: Int
  private var found: DepthLists?
  /// Of each stream, how many events are in the runs so far.
  private var taken: [Int]
  /// The stream of the present run, and how many of its events were before it.
  private var stream = 0
  private var before = 0
  /// The depths of the run's stream, once they were asked for.
  private var depths: UnsafeBufferPointer<UInt16>?

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
    depths = found.map { $0[stream] }
  }

  /// The depth of one of the run's calls.
  @inline(__always) subscript(index: Int) -> Int {
    mutating get {
      if depths == nil { find() }
      let place = before &+ index
      guard let depths, place < depths.count else { return 0 }
      return Int(depths[place])
    }
  }

  @inline(never) private mutating func find() {
    guard let calls else { return }
    let found = calls.depths(of: slice)
    self.found = found
    depths = found[stream]
  }

  /// To be called behind the last run.
  func finish() { calls?.finish(slice) }
}
