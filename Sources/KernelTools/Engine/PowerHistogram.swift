/// Counts of numbers by powers of two: [0, 1), [1, 2), [2, 4), [4, 8) …
package struct PowerHistogram: Sendable, Equatable {
  /// By the number of bits.
  private var counts: [Int] = []

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

  package var total: Int { counts.reduce(0, +) }

  /// From the first to the last that counted anything; the first of all stands there in any case.
  package var buckets: [(from: UInt64, to: UInt64, count: Int)] {
    counts.enumerated().map { bits, count in
      (bits == 0 ? 0 : 1 << UInt64(bits - 1), bits < 64 ? 1 << UInt64(bits) : .max, count)
    }
  }

  /// A mark for every one that counted, however few; rounded up as awk's loop does.
  static func bar(_ count: Int, most: Int, width: Int) -> String {
    let length = most == 0 ? 0 : (width * count + most - 1) / most
    return String(repeating: "#", count: length).padded(to: width)
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

  /// As the BPF tools draw them, both ends of a row inclusive; 0 and 1 share the first.
  ///
  ///          usecs               : count     distribution
  ///              0 -> 1          : 3        |****                                    |
  package func lines(unit: String) -> [String] {
    var rows: [(from: UInt64, to: UInt64, count: Int)] = []
    for (bits, count) in counts.enumerated() {
      if bits == 1 {
        rows[0].count += count
      } else {
        rows.append((bits == 0 ? 0 : 1 << UInt64(bits - 1), bits == 0 ? 1 : Self.last(bits), count))
      }
    }
    let most = rows.map(\.count).max() ?? 0
    let width = 40
    return ["     \(unit.padded(to: 19)) : count     distribution"]
      + rows.map { row in
        let length = most == 0 ? 0 : (width * row.count + most - 1) / most
        let bar = String(repeating: "*", count: length).padded(to: width)
        return String(row.from).leftPadded(to: 10) + " -> " + String(row.to).padded(to: 10) + " : "
          + String(row.count).padded(to: 8) + " |\(bar)|"
      }
  }

  private static func last(_ bits: Int) -> UInt64 {
    bits >= 64 ? .max : (1 << UInt64(bits)) - 1
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
