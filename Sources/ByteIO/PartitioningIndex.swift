extension RandomAccessCollection where Index == Int {
  /// Where the elements begin for which a condition holds; it holds for none before one for which it
  /// does not.
  package func partitioningIndex(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
