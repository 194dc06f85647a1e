import ByteIO
import Tracefs

/// What `hardirqs` and `softirqs` share: handlers that begin and end on a CPU, their times summed up by
/// name or counted in histograms.
struct InterruptTimes: ~Copyable {
  struct Total {
    var count = 0
    var nanoseconds: UInt64 = 0
  }
  /// Handlers that share a line have one number: the name is that of the one that runs.
  struct Begun {
    var time: UInt64
    var name: String
  }

  let isDistribution: Bool
  let countsOnly: Bool
  private let usesNanoseconds: Bool
  /// What handlers are called, such as `HARDIRQ`.
  private let title: String
  private var begun = PairTable<Begun>(capacity: 1 << 12)
  private var totals = CountTable<String, Total>()
  private var tables: LatencyTables

  init(_ options: ToolOptions, _ title: String) {
    isDistribution = options.has("dist")
    countsOnly = options.has("count")
    usesNanoseconds = options.has("nanoseconds")
    self.title = title
    tables = LatencyTables(.microseconds, by: title.lowercased())
  }

  static let options = [
    ToolOption("C", "count", "How often, not how long."),
    ToolOption("d", "dist", "A histogram of times for each."),
    ToolOption("N", "nanoseconds", "Sums in nanoseconds, not microseconds."),
  ]

  var dropped: Int { begun.dropped }
  var leftOut: [String] { totals.leftOut("handlers") + tables.leftOut }
  var unit: SpanUnit { isDistribution ? .microseconds : .sum }

  func columns(_ options: ToolOptions) -> [Column] {
    if isDistribution { return tables.columns(options) }
    let name = Column.timeInRows(options) + [Column(title, title.lowercased(), width: 26)]
    if countsOnly {
      return name + [Column("TOTAL_count", "count", width: 11, isLeft: false)]
    }
    return name + [
      usesNanoseconds
        ? Column("TOTAL_nsecs", "total_ns", width: 11, isLeft: false)
        : Column("TOTAL_usecs", "total_us", width: 11, isLeft: false)
    ]
  }

  // MARK: One by one

  private func place(_ source: Int, _ cpu: Int) -> UInt64 { UInt64(source) << 32 | UInt64(cpu) }

  /// - Parameter number: of the handler; one of a number runs on a CPU at a time.
  mutating func begin(_ event: ToolEvent, _ number: UInt64, named name: String) {
    begun.begin(place(event.source, event.cpu), number, Begun(time: event.time, name: name))
  }

  mutating func end(_ event: ToolEvent, _ number: UInt64) {
    guard let began = begun.end(place(event.source, event.cpu), number),
      let time = event.time(since: began.time)
    else { return }
    if isDistribution { return tables.add(nanoseconds: time, to: .text(began.name)) }
    totals.count(began.name, from: Total()) {
      $0.count += 1
      $0.nanoseconds.addUp(time)
    }
  }

  mutating func forget(_ source: Int, _ cpu: Int) {
    begun.removeAll(beginning: place(source, cpu))
  }

  // MARK: From the kernel

  mutating func add(_ row: CountedRow, named name: String) {
    if isDistribution { return tables.add(row, to: .text(name)) }
    let span = SpanRow(row, .sum)
    totals.count(name, from: Total()) {
      $0.count += span.count
      $0.nanoseconds.addUp(span.sum)
    }
  }

  // MARK: How they are shown

  mutating func show(_ rows: inout RowWriter, _ context: ToolContext) {
    rows.beginTable(context.clockLine)
    if isDistribution {
      tables.write(to: &rows, context)
      return tables.removeAll()
    }
    func value(_ total: Total) -> UInt64 {
      countsOnly ? UInt64(total.count) : total.nanoseconds / (usesNanoseconds ? 1 : 1000)
    }
    let sorted = totals.entries.sorted { (value($0.value), $0.key) < (value($1.value), $1.key) }
    for (name, total) in sorted {
      context.addTimeInRows(to: &rows)
      rows.add(name)
      rows.add(Int(clamping: value(total)))
      rows.endRow()
    }
    totals.removeAll()
  }
}

/// `hardirqs`: how much time interrupt handlers take.
package final class HardIRQs: CountingTool, IntervalTool {
  package static let about = ToolDescription(
    name: "hardirqs",
    abstract: "How much time interrupt handlers take, by handler.",
    discussion: """
      A handler's time is that of its own function (irq_handler_entry to irq_handler_exit), by the name
      that it was registered with.
      """,
    arguments: "[INTERVAL [COUNT]]", options: InterruptTimes.options,
    examples: [
      ("kscope hardirqs", "until Ctrl-C, then the sums"),
      ("kscope hardirqs 1 10", "ten times a second's sums"),
      ("kscope hardirqs -d", "a histogram for each handler"),
    ],
    common: ToolOption.commonOfInterrupts)

  private enum Entry: Int, EventFields { case irq, name }
  private enum Exit: Int, EventFields { case irq }

  package let options: ToolOptions
  private var times: InterruptTimes
  /// By number, what the kernel counted; handlers that share a line are not told apart there.
  private var names: [Int: [String]] = [:]

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readInterval()
    self.options = options
    times = InterruptTimes(options, "HARDIRQ")
  }

  package var events: [WantedEvent] {
    [
      WantedEvent("irq:irq_handler_entry", Entry.self),
      WantedEvent("irq:irq_handler_exit", Exit.self),
    ]
  }

  package var showsTables: Bool { true }
  package var isAboutInterrupts: Bool { true }
  package var droppedPairs: Int { times.dropped }
  package var leftOut: [String] { times.leftOut }
  package var columns: [Column] { times.columns(options) }
  package var banner: String { "Tracing hard irq event time... Hit Ctrl-C to end." }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    if event.number == 0 {
      let name = String(decoding: event.text(Entry.name), as: UTF8.self)
      times.begin(event, event.key(Entry.irq), named: name)
    } else {
      times.end(event, event.key(Exit.irq))
    }
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    var counting = counting
    // What the numbers are called; read before the times.
    counting.add(
      EventName(system: "irq", name: "irq_handler_entry"),
      HistogramTrigger(
        keys: [HistogramExpression(field: "irq"), HistogramExpression(field: "name")]),
      table: 1)
    counting.addSpans(
      "hardirqs", from: [.init("irq:irq_handler_entry", key: "irq", "common_cpu")],
      to: .init("irq:irq_handler_exit", key: "irq", "common_cpu"),
      carrying: [.init("int", "irq", of: "irq")], unit: times.unit, table: 0)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    let irq = row.number(0)
    if table == 1 {
      let name = row.text(1)
      if names[irq]?.contains(name) != true { names[irq, default: []].append(name) }
    } else {
      times.add(row, named: names[irq]?.sorted().joined(separator: "/") ?? "irq \(irq)")
    }
  }

  /// No handler moves to another CPU.
  package var pairsStayOnTheirCPU: Bool { true }
  package func forget(source: Int, cpu: Int) { times.forget(source, cpu) }
  package func show(_ context: ToolContext, _ rows: inout RowWriter) { times.show(&rows, context) }
}
