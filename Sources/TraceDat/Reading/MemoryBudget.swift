import Synchronization

/// How much memory the unpacked parts of one file may take at the same time.
///
/// A few packed bytes can claim, and even hold, very many; without a bound a small damaged file
/// could take all memory there is.
final class MemoryBudget: Sendable {
  private let left: Atomic<Int>

  /// A budget of 256 MB, and of sixteen times the file's own size.
  init(fileSize: Int) {
    left = Atomic(1 << 28 + min(fileSize, 1 << 56) * 16)
  }

  /// Takes bytes out of it.
  ///
  /// - Returns: false where there are not so many left; nothing is taken then.
  func take(_ count: Int) -> Bool {
    var now = left.load(ordering: .relaxed)
    while now >= count {
      let (isDone, found) = left.weakCompareExchange(
        expected: now, desired: now - count, ordering: .relaxed)
      if isDone { return true }
      now = found
    }
    return false
  }

  func give(_ count: Int) {
    left.add(count, ordering: .relaxed)
  }

  /// Why something was not unpacked.
  static func refusal(of count: Int) -> String {
    "to unpack \(count) bytes would take more memory than a file of this size may"
  }
}
