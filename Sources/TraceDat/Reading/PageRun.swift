import ByteIO

/// The pages that a CPU's recorder has written by now, one behind the other.
///
/// They end before the first that has no time. Where the last of them is older than the one in
/// front, they are a ring that went round (`record -m`): the oldest is the first whose time is lower
/// than that of the page in front of all.
struct PageRun: Equatable {
  var count: Int
  /// Which page is the oldest; the one before it is the newest.
  var first = 0

  /// - Parameter bytes: where pages go; what is beyond the last is zeros.
  init(in bytes: UnsafeRawBufferPointer, pageSize: Int, _ order: ByteOrder) {
    func time(_ page: Int) -> UInt64 {
      guard let start = bytes.baseAddress, page * pageSize + 8 <= bytes.count else { return 0 }
      return (start + page * pageSize).load(UInt64.self, at: 0, order)
    }
    count = Self.firstFailing(below: bytes.count / pageSize) { time($0) != 0 }
    let start = time(0)
    if count > 0, time(count - 1) < start {
      first = Self.firstFailing(below: count) { time($0) >= start } % count
    }
  }

  /// The first number that fails a test which holds up to some number and not from there on.
  private static func firstFailing(below limit: Int, _ holds: (Int) -> Bool) -> Int {
    // The room is mostly far larger than what is in it.
    var high = 1
    while high < limit, holds(high - 1) { high *= 2 }
    var (low, end) = (0, min(high, limit))
    while low < end {
      let middle = (low + end) / 2
      if holds(middle) { low = middle + 1 } else { end = middle }
    }
    return low
  }
}
