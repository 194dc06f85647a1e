import Synchronization

/// How many bytes of pages a file may still get (`--max-size`), shared by all readers.
final class PageBudget: Sendable {
  private let left: Atomic<Int64>
  /// An eventfd that is written to when a reader finds nothing left.
  private let exhausted: Int32

  init(_ bytes: Int64, exhausted: Int32) {
    left = Atomic(max(bytes, 0))
    self.exhausted = exhausted
  }

  /// Takes room for some bytes, in whole units; 0 where there is none left.
  func take(upTo wanted: Int, unit: Int) -> Int {
    guard unit > 0 else { return 0 }
    while true {
      let current = left.load(ordering: .relaxed)
      let granted = min(Int64(wanted), current) / Int64(unit) * Int64(unit)
      if granted <= 0 {
        EventFlag.raise(exhausted)
        return 0
      }
      let result = left.compareExchange(
        expected: current, desired: current - granted, ordering: .relaxed)
      if result.exchanged { return Int(granted) }
    }
  }

  /// Gives back what was taken and not used.
  func giveBack(_ bytes: Int) {
    if bytes > 0 { left.add(Int64(bytes), ordering: .relaxed) }
  }
}
