package import TraceDat

/// Which part of a recording a report is of. Only the pages that hold it are read.
package enum ReportRange: Sendable, Equatable {
  case all
  /// Events between two times, both included, in ns (or the clock's units).
  case between(ClosedRange<UInt64>)
  /// The last events that are shown.
  case tail(Int)
  /// The events that are shown before a time and from it on, so many each.
  case around(UInt64, events: Int)
  /// Events from some places to others, one for each of the input's streams.
  case part(EventRange)
}

/// A time as a person writes it: seconds with up to nine decimals, as reports show them.
package struct ShownTime: Sendable, Equatable {
  /// What it stands for: a time with six decimals or fewer is that of every event that is shown so.
  package let nanoseconds: ClosedRange<UInt64>

  /// - Returns: nil for what is not `SECONDS` or `SECONDS.DECIMALS`.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let seconds = parts.first.flatMap({ UInt64($0) }), seconds < 1 << 33 else { return nil }
    let decimals = parts.count == 2 ? parts[1] : ""
    guard decimals.utf8.count <= 9, decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      parts.count == 1 || !decimals.isEmpty
    else { return nil }
    let padded = decimals + String(repeating: "0", count: 9 - decimals.utf8.count)
    let time = seconds * 1_000_000_000 + (UInt64(padded) ?? 0)
    // Reports round to the nearest microsecond.
    nanoseconds =
      decimals.utf8.count <= 6 ? (time < 500 ? 0 : time - 500)...(time + 499) : time...time
  }
}
