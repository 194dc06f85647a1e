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

  /// What a group is known by.
  package enum Name: Hashable {
    case all
    case number(Int)
    case text(String)

    var text: String {
      switch self {
      case .all: ""
      case .number(let number): String(number)
      case .text(let text): text
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
  private var groups = CountTable<Name, Group>()

  package init(_ unit: Unit, by groupName: String? = nil) {
    self.unit = unit
    self.groupName = groupName
  }

  package mutating func add(nanoseconds: UInt64, to group: Name = .all) {
    let length = nanoseconds / unit.nanoseconds
    groups.count(group, from: Group()) {
      $0.histogram.add(length)
      $0.sum.addUp(length)
    }
  }

  /// - Parameter row: of a table that `KernelCounting.addSpans` made.
  mutating func add(_ row: CountedRow, to group: Name = .all) {
    let row = SpanRow(row, unit.spans)
    groups.count(group, from: Group()) {
      $0.histogram.add(bits: row.bits, count: row.count)
      $0.sum.addUp(row.sum)
    }
  }

  package mutating func removeAll() { groups.removeAll() }

  /// What was not counted, in a sentence.
  package var leftOut: [String] { groups.leftOut("values of \(groupName ?? "one")") }

  // MARK: How they are shown

  /// Of JSON and CSV: a row a bucket.
  func columns(_ options: ToolOptions) -> [Column] {
    guard options.format != .text else { return [] }
    return Column.timeInRows(options) + (groupName.map { [Column("", $0)] } ?? []) + [
      Column("", "from_\(unit.suffix)"), Column("", "to_\(unit.suffix)"), Column("", "count"),
    ]
  }

  /// Groups by the number that begins their name, then by name.
  private var ordered: [(name: Name, group: Group)] {
    func number(_ name: Name) -> Int {
      switch name {
      case .all: 0
      case .number(let number): number
      case .text(let text): Int(text.prefix { $0.isNumber }) ?? .max
      }
    }
    return groups.entries.map { (number: number($0.key), text: $0.key.text, entry: $0) }
      .sorted { ($0.number, $0.text) < ($1.number, $1.text) }
      .map { ($0.entry.key, $0.entry.value) }
  }

  /// - Parameter showsAverage: a line with the average, the sum and the count below each.
  func write(to rows: inout RowWriter, _ context: ToolContext, showsAverage: Bool = false) {
    let ordered = groupName == nil && groups.entries.isEmpty ? [(.all, Group())] : ordered
    for (name, group) in ordered {
      guard rows.format == .text else {
        for bucket in group.histogram.buckets where bucket.count > 0 {
          context.addTimeInRows(to: &rows)
          switch name {
          case .all: break
          case .number(let number): rows.add(number)
          case .text(let text): rows.add(text)
          }
          rows.add(bounds: bucket.from, bucket.to)
          rows.add(bucket.count)
          rows.endRow()
        }
        continue
      }
      if let groupName {
        rows.separate()
        rows.say("\(groupName) = \(name.text)")
      }
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
