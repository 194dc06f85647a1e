import ByteIO
import Dispatch
import Synchronization
import TraceDat

/// What turns the events of one slice after the other into bytes. Every worker has its own.
protocol SliceFormatter: ~Copyable, SendableMetatype {
  /// Appends what a slice becomes.
  mutating func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink)
  /// Called once, behind the last slice that this worker got.
  mutating func finish(_ sink: inout ByteSink)
  /// Whether the first event behind the last slice was printed with it.
  var tookNext: Bool { get }
  /// What tasks are called is looked up again, as it has changed.
  mutating func forgetNames()
  /// What could not be shown, so far.
  var losses: ReportLosses { get }
}

extension SliceFormatter where Self: ~Copyable {
  mutating func finish(_ sink: inout ByteSink) {}
  mutating func forgetNames() {}
  var tookNext: Bool { false }
}

/// Lets several threads format the slices of a recording, and writes them out in their order.
struct SlicedRun {
  var input: ReportInput
  var dealer: SliceDealer
  /// How many threads; all processors where it is 0.
  var workers: Int
  /// Told how many slices of how many are done.
  var onProgress: (@Sendable (Int, Int) -> Void)?

  /// - Returns: what could not be shown.
  func write<Formatter: SliceFormatter & ~Copyable>(
    to descriptor: Int32, _ make: @Sendable () -> Formatter
  ) throws(SystemError) -> [any ExplainedError] {
    let dealer = self.dealer
    let onProgress = self.onProgress
    let output = OrderedOutput(descriptor: descriptor)
    let losses = Mutex(ReportLosses())
    let count = min(workers > 0 ? workers : ProcessorCount.available, dealer.estimatedCount)
    DispatchQueue.concurrentPerform(iterations: count) { _ in
      var formatter = make()
      var sink = ByteSink(capacity: 1 << 22)
      while let slice = dealer.deal() {
        formatter.write(slice, to: &sink)
        if slice.isLast { formatter.finish(&sink) }
        guard output.write(&sink, number: slice.number) else { break }
        let done = slice.number + 1
        onProgress?(done, slice.isLast ? done : max(dealer.estimatedCount, done + 1))
      }
      losses.withLock { $0.add(formatter.losses) }
    }
    if let failure = output.failure { throw failure }
    return input.lateProblems + losses.withLock { $0 }.explanations(input.streams)
  }
}
