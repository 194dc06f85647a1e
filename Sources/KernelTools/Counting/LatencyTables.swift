/// Lengths of time, counted by powers of two in a histogram for each group, and how they are shown.
package struct LatencyTables {
  package enum Unit: Sendable {
    case nanoseconds, microseconds, milliseconds

    var spans: SpanUnit {
      switch self {
      case .nanoseconds: .nanoseconds
      case .microseconds: .microseconds
      case .milliseconds: .milliseconds
      }
    }

    var nanoseconds: UInt64 {
      switch self {
      case .nanoseconds: 1
      case .microseconds: 1000
      case .milliseconds: 1_000_000
      }
    }

    /// Above a table.
    var title: String { suffix.dropLast() + "secs" }

    /// In the names of columns.
    var suffix: String {
      switch self {
      case .nanoseconds: "ns"
      case .microseconds: "us"
      case .milliseconds: "ms"
      }
    }
  }

  private struct Group {
    var histogram = PowerHistogram()
    var sum: UInt64 = 0
  }

  package let unit: Unit
  /// What groups are, such as `pid`; nil where all is one.
  private let groupName: String?
  private var groups: [String: Group] = [:]
  private var hasTasks: Bool { groupName == "pid" || groupName == "tid" }

  package init(_ unit: Unit, by groupName: String? = nil) {
    self.unit = unit
    self.groupName = groupName
  }

  /// - Parameter group: empty where all is one.
  package mutating func add(nanoseconds: UInt64, to group: String = "") {
    let length = nanoseconds / unit.nanoseconds
    groups[group, default: Group()].histogram.add(length)
    groups[group, default: Group()].sum &+= length
  }

  /// - Parameter row: of a table that `KernelCounting.addSpans` made.
  mutating func add(_ row: CountedRow, to group: String = "") {
    let row = SpanRow(row, unit.spans)
    groups[group, default: Group()].histogram.add(bits: row.bits, count: row.count)
    groups[group, default: Group()].sum &+= row.sum
  }

  package mutating func removeAll() { groups = [:] }

  // MARK: How they are shown

  /// Of JSON and CSV: a row a bucket.
  func columns(_ options: ToolOptions) -> [Column] {
    guard options.format != .text else { return [] }
    return Column.timeInRows(options) + (groupName.map { [Column("", $0)] } ?? []) + [
      Column("", "from_\(unit.suffix)"), Column("", "to_\(unit.suffix)"), Column("", "count"),
    ]
  }

  /// Groups by the number that begins their name, then by name.
  private var ordered: [(name: String, group: Group)] {
    func number(_ name: String) -> Int { Int(name.prefix { $0.isNumber }) ?? .max }
    return groups.map { ($0.key, $0.value) }.sorted {
      (number($0.0), $0.0) < (number($1.0), $1.0)
    }
  }

  /// - Parameter showsAverage: a line with the average, the sum and the count below each.
  func write(to rows: inout RowWriter, _ context: ToolContext, showsAverage: Bool = false) {
    let ordered = groupName == nil && groups.isEmpty ? [("", Group())] : ordered
    for (name, group) in ordered {
      guard rows.format == .text else {
        for bucket in group.histogram.buckets where bucket.count > 0 {
          context.addTimeInRows(to: &rows)
          // Names that are numbers, as those of tasks.
          if let number = hasTasks ? Int(name) : nil {
            rows.add(number)
          } else if groupName != nil {
            rows.add(name)
          }
          rows.add(Int(clamping: bucket.from))
          rows.add(Int(clamping: bucket.to))
          rows.add(bucket.count)
          rows.endRow()
        }
        continue
      }
      if let groupName { rows.say("\n\(groupName) = \(name)") }
      for line in group.histogram.closedLines(unit: unit.title) { rows.say(line) }
      if showsAverage, group.histogram.total > 0 {
        let count = UInt64(group.histogram.total)
        rows.say(
          "\navg = \(group.sum / count) \(unit.title), total: \(group.sum) \(unit.title), "
            + "count: \(count)")
      }
    }
  }
}
