/// Counts of numbers by powers of two: [0, 1), [1, 2), [2, 4), [4, 8) …
package struct PowerHistogram: Sendable, Equatable {
  /// By the number of bits.
  private var counts: [Int] = []
  /// Numbers below 0, which have no bits to speak of.
  private(set) var negatives = 0

  package init() {}

  package mutating func add(_ number: UInt64) {
    let bucket = UInt64.bitWidth - number.leadingZeroBitCount
    if bucket >= counts.count { counts += [Int](repeating: 0, count: bucket + 1 - counts.count) }
    counts[bucket] += 1
  }

  /// Adds numbers of so many bits.
  mutating func add(bits: Int, count: Int) {
    if bits >= counts.count { counts += [Int](repeating: 0, count: bits + 1 - counts.count) }
    counts[bits] += count
  }

  mutating func add(negatives count: Int) { negatives += count }

  package var total: Int { counts.reduce(0, +) }

  /// From the first to the last that counted anything; the first of all stands there in any case.
  /// `to` is the next one's `from`; `.max` where no number is beyond.
  package var buckets: [(from: UInt64, to: UInt64, count: Int)] {
    counts.enumerated().map { bits, count in
      (bits == 0 ? 0 : 1 << UInt64(bits - 1), bits < 64 ? 1 << UInt64(bits) : .max, count)
    }
  }

  /// By bcc's bounds, which belong to their row both: 0 and 1, 2 and 3, 4 to 7 …
  private var closedBuckets: [(from: UInt64, to: UInt64, count: Int)] {
    let buckets = buckets.map { (from: $0.from, to: $0.to - 1, count: $0.count) }
    guard let first = buckets.first else { return [] }
    let second = buckets.count > 1 ? buckets[1].count : 0
    return [(0, 1, first.count + second)] + buckets.dropFirst(2)
  }

  /// A mark for every one that counted, however few; rounded up as awk's loop does.
  static func bar(_ count: Int, most: Int, width: Int, mark: Character = "#") -> String {
    let length = most == 0 ? 0 : (width * count + most - 1) / most
    return String(repeating: mark, count: length).padded(to: width)
  }

  /// As bcc draws them: `         0 -> 1          : 12       |*****     |`.
  package func closedLines(unit: String) -> [String] {
    let buckets =
      (negatives > 0 ? [("", "-1", negatives)] : [])
      + closedBuckets.map { (String($0.from), String($0.to), $0.count) }
    let most = buckets.map(\.2).max() ?? 0
    return ["     \(unit.padded(to: 19)) : count     distribution"]
      + buckets.map { from, to, count in
        let range = from.leftPadded(to: 10) + " -> " + to.padded(to: 10)
        let bar = Self.bar(count, most: most, width: 40, mark: "*")
        return "\(range) : \(String(count).padded(to: 8)) |\(bar)|"
      }
  }

  /// As perf-tools draws them: `       0 -> 1       : 1144     |######        |`.
  package func lines(countTitleWidth: Int, barWidth: Int) -> [String] {
    let most = counts.max() ?? 0
    return buckets.map { bucket in
      let bar = Self.bar(bucket.count, most: most, width: barWidth)
      let from = String(bucket.from).leftPadded(to: 8)
      let to = String(bucket.to).padded(to: 8)
      return "\(from) -> \(to): \(String(bucket.count).padded(to: countTitleWidth)) |\(bar)|"
    }
  }
}

extension RowWriter {
  /// `from` and `to` of a bucket, for programs: [from, to), as all tools have it; `to` is nothing
  /// where all numbers from there on belong to it.
  mutating func add(bounds from: UInt64, _ to: UInt64) {
    add(from)
    if to < .max { add(to) } else { addNothing() }
  }

  /// The same where a bucket may begin below 0, or nowhere.
  mutating func add(bounds from: Int?, _ to: Int?) {
    for bound in [from, to] {
      if let bound { add(bound) } else { addNothing() }
    }
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - utf8.count))
  }

  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - utf8.count)) + self
  }
}
