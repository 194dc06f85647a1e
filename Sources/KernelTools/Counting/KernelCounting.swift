import ByteIO
package import EventFormats
package import Tracefs

/// What the kernel is asked to count for a tool, so that no event has to be brought out: events made
/// for the run, and histogram triggers (Documentation/trace/histogram.rst).
///
/// A million events a second then cost what the kernel's own counting costs, and nothing is lost that
/// it does not say itself (`dropped`).
package struct KernelCounting: Sendable {
  package struct Placed: Sendable {
    var event: EventName
    var trigger: HistogramTrigger
    /// The tool's number of the table, where it is read.
    var table: Int?
    /// What makes the event, in kscope's language; nil for one that is there.
    var probe: String?
  }

  /// An event that is brought out all the same.
  package struct Shown: Sendable {
    var event: EventName
    var filter: String?
  }

  /// Made before the triggers, in this order; several probes may share an event.
  package private(set) var definitions: [DynamicEvent] = []
  /// In the order in which the kernel takes them: one whose variables another uses comes before it.
  package private(set) var placed: [Placed] = []
  /// What the triggers make that the tool takes one by one.
  package private(set) var shown: [Shown] = []
  /// What no other run's names have.
  let suffix: String

  /// The functions of the kernel that a glob names and that can be traced, each name once.
  let functions: @Sendable (_ glob: String) -> [String]
  /// Whether a field of an event of the kernel's own is an address, which the kernel would take for
  /// that of a text, be it a program's.
  let isAddress: @Sendable (_ field: String, _ event: EventName) -> Bool

  /// Of this kernel's tasks that leave a processor: looked up by the tools that want them.
  let states: @Sendable () -> SwitchStates

  /// How many rows tables have that are kept by task.
  let rowsByTask: Int

  /// - Parameters:
  ///   - run: of this process alone, such as its number.
  ///   - rowsByTask: a `TableSize`.
  package init(
    run: Int32, rowsByTask: Int = 1 << 14,
    functions: @escaping @Sendable (_ glob: String) -> [String] = { _ in [] },
    isAddress: @escaping @Sendable (_ field: String, _ event: EventName) -> Bool = { _, _ in false
    },
    states: @escaping @Sendable () -> SwitchStates = { .usual }
  ) {
    suffix = "\(run)"
    self.rowsByTask = rowsByTask
    self.states = states
    self.functions = functions
    self.isAddress = isAddress
  }

  /// A group for events of this run.
  var group: String { "kscope_\(suffix)" }

  mutating func define(_ event: DynamicEvent) { definitions.append(event) }

  /// So many functions are counted one by one; for more, the function tracer is better.
  static let functionLimit = 500

  /// An event of the entry, or of the return, of functions.
  mutating func probe(
    _ name: String, _ functions: [String], atReturn: Bool = false
  ) -> EventName {
    for function in functions {
      let place = KernelPlace.symbol(function)
      define(
        .probe(
          ProbeEvent(
            group: group, name: name, at: atReturn ? .kernelReturn(place) : .kernel(place))))
    }
    return EventName(system: group, name: name)
  }

  /// Counts an event by keys.
  ///
  /// - Parameter table: where it is read, how the tool knows it.
  mutating func add(
    _ event: EventName, _ trigger: HistogramTrigger, table: Int? = nil
  ) {
    placed.append(Placed(event: event, trigger: trigger, table: table))
  }

  /// Counts an event that a person named by fields of it, as they are.
  ///
  /// - Returns: false where the kernel cannot: it takes three keys, and no address.
  mutating func add(_ wish: FieldWish, size: Int, table: Int) -> Bool {
    let event = EventName(system: wish.event.system, name: wish.event.name)
    guard wish.fields.count <= 3, Set(wish.fields).count == wish.fields.count,
      wish.event.probe != nil || !wish.fields.contains(where: { isAddress($0, event) })
    else { return false }
    let trigger = HistogramTrigger(
      keys: wish.fields.map { HistogramExpression(field: $0) }, size: size, filter: wish.filter)
    placed.append(
      Placed(event: event, trigger: trigger, table: table, probe: wish.event.probe))
    return true
  }

  /// Brings an event out, where a condition holds.
  mutating func show(_ event: EventName, if filter: String?) {
    shown.append(Shown(event: event, filter: filter))
  }
}

/// A tool that can leave the counting to the kernel.
///
/// What it takes one by one from a recording, or where the kernel cannot count, comes to the same.
package protocol CountingTool: KernelTool {
  /// What is to be counted; nil where what is asked for can only be told from the events themselves.
  func counting(_ counting: KernelCounting) -> KernelCounting?

  /// Whether its rows are about tasks: how they are called, and whose threads they are, is then told by
  /// a few events.
  var countsByTask: Bool { get }

  /// What a row of a table has counted since it was last looked at.
  func take(_ row: CountedRow, table: Int, _ context: ToolContext)
}

extension CountingTool {
  package var countsByTask: Bool { false }
}

/// A row of a histogram of the kernel, what was counted before taken off.
package struct CountedRow: Sendable {
  package var keys: [HistogramKey]
  package var count: Int
  /// The sums of the trigger's values.
  package var sums: [UInt64]

  /// A key that is a number, in whatever form; 0 for one that is not.
  func number(_ index: Int) -> Int {
    switch keys[index] {
    case .number(let number), .power(let number): Int(truncatingIfNeeded: number)
    case .task(_, let pid): Int(truncatingIfNeeded: pid)
    case .syscall(_, let number): Int(truncatingIfNeeded: number)
    case .range(let from, _): Int(truncatingIfNeeded: from)
    case .text, .symbol, .stack: 0
    }
  }

  /// A key that is a stack, the innermost function first; empty for one that is not.
  func stack(_ index: Int) -> [String] {
    guard case .stack(let symbols) = keys[index] else { return [] }
    return TracerFrames.removed(
      from: symbols.map { symbol in
        symbol.name.isEmpty ? "0x" + String(symbol.address ?? 0, radix: 16) : symbol.name
      })
  }

  /// A key that is a name; empty for one that is not.
  func text(_ index: Int) -> String {
    switch keys[index] {
    case .text(let text): text
    case .symbol(let symbol): symbol.name
    case .task(let name, _): name
    case .syscall(let name, _): name
    default: ""
    }
  }
}

/// What the kernel's tables have counted since they were last looked at.
///
/// They are never emptied while they count: between a look and an emptying, something would be lost.
struct CountedTables {
  private struct Seen {
    var count: UInt64
    var sums: [UInt64]
  }

  private let instance: Instance
  private let placed: [KernelCounting.Placed]
  private var seen: [[[HistogramKey]: Seen]]
  /// Events that the kernel had no room to count, of each table.
  private var dropped: [UInt64]
  /// Rows that could not be told apart, of each table that is read.
  private var unread: [UInt64]

  /// - Parameter names: what the events of the triggers are called in the kernel, in their order.
  init(_ counting: KernelCounting, names: [String], in instance: Instance) {
    self.instance = instance
    placed = zip(counting.placed, names).map { placed, name in
      var placed = placed
      placed.event = EventName(name) ?? placed.event
      return placed
    }
    seen = placed.map { _ in [:] }
    dropped = placed.map { _ in 0 }
    unread = placed.map { _ in 0 }
  }

  var totalDropped: UInt64 { dropped.reduce(0, +) }

  /// What the rows do not tell, in sentences.
  var notes: [String] {
    var notes: [String] = []
    for (index, placed) in placed.enumerated() where dropped[index] > 0 {
      notes.append(
        "\(dropped[index]) of \(placed.event) were not counted: the kernel's table was full "
          + "(\(placed.trigger.size ?? HistogramTrigger.defaultSize) rows, which it never frees); "
          + "a shorter run needs fewer")
    }
    let rows = unread.reduce(0, +)
    if rows > 0 {
      notes.append(
        "\(rows) of the rows in the kernel's tables could not be told: names there have ends of lines"
      )
    }
    return notes
  }

  /// Reads all tables that are read.
  mutating func read(_ take: (_ row: CountedRow, _ table: Int) -> Void) throws(TracefsError) {
    for (index, placed) in placed.enumerated() {
      let tables = try instance.histograms(of: placed.event)
      // An event may have several: the keys and the filter tell which.
      guard
        let table = tables.first(where: {
          $0.trigger.keys == placed.trigger.keys && $0.trigger.filter == placed.trigger.filter
            && $0.trigger.variables.map(\.name) == placed.trigger.variables.map(\.name)
        })
      else { continue }
      dropped[index] = table.dropped
      guard let number = placed.table else { continue }
      let read = UInt64(table.rows.count)
      unread[index] = table.entries > read ? table.entries - read : read - table.entries
      for row in table.rows {
        let sums = row.values.map(Self.sum)
        let count = row.hitcount ?? 0
        let before = seen[index][row.keys]
        guard count != before?.count else { continue }
        seen[index][row.keys] = Seen(count: count, sums: sums)
        take(
          CountedRow(
            keys: row.keys, count: Int(count &- (before?.count ?? 0)),
            sums: zip(sums, before?.sums ?? sums.map { _ in 0 }).map { $0 &- $1 }),
          number)
      }
    }
  }

  private static func sum(_ value: HistogramValue) -> UInt64 {
    if case .number(let sum) = value { sum } else { 0 }
  }
}
