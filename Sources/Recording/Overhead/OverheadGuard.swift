import Glibc
import RingBuffer
import Tracefs

/// Watches what a recording costs while it is made, and acts where it costs more than it may.
///
/// What it costs is estimated: events a second, as the kernel counts them, times the price of one.
/// Which are the hottest is read from the pages that were written to the file last; no page is read
/// a second time from the kernel.
struct OverheadGuard {
  /// What is allowed: `--max-overhead` and `--when-over`.
  let budget: OverheadBudget
  private let prices: PriceList
  private let cpuCount: Int
  private var names: SpotNames?
  /// Of each buffer that is recorded, emptied for every look.
  private var hotSpots: [HotSpots] = []
  private var last: (time: UInt64, counts: [UInt64])?
  private(set) var log = OverheadLog()
  private var warnedAt: UInt64?

  /// Between two looks, in milliseconds.
  static let interval: Int32 = 250
  /// Thinning aims below the budget, so as not to be at it again at once.
  private static let aim = 0.8
  private static let pagesPerCPU = 16
  /// Between two warnings, in nanoseconds.
  private static let patience: UInt64 = 10_000_000_000

  init(_ budget: OverheadBudget, prices: PriceList, cpuCount: Int) {
    self.budget = budget
    self.prices = prices
    self.cpuCount = max(cpuCount, 1)
  }

  /// What a look came to.
  enum Finding: Equatable {
    case within
    /// To be said at once.
    case said(String)
    /// To be said; the recording ends.
    case stop(String)
  }

  /// Looks at the buffers; to be called every `interval`.
  ///
  /// - Parameter time: since tracing began, in nanoseconds.
  mutating func look(
    at time: UInt64, _ buffers: [RecordedBuffer], saving state: SavedState
  ) throws(TracefsError) -> Finding {
    let recorded = buffers.filter(\.isRecorded)
    let counts = recorded.map { buffer in
      buffer.statistics().reduce(UInt64(0)) { $0 &+ $1.events &+ $1.lost }
    }
    defer { last = (time, counts) }
    guard let last, time > last.time, counts.count == last.counts.count else { return .within }
    if hotSpots.isEmpty {
      for buffer in recorded { hotSpots.append(try HotSpots(of: buffer.instance)) }
    }
    let seconds = Double(time - last.time) / 1e9
    var loads: [Load] = []
    for (index, buffer) in recorded.enumerated() {
      let rate = Double(counts[index] &- min(counts[index], last.counts[index])) / seconds
      loads += self.loads(of: buffer, index, rate)
    }
    let share = loads.reduce(0) { $0 + $1.share }
    log.note(share)
    guard share > budget.share else { return .within }
    return try act(share, loads, at: time, recorded, saving: state)
  }

  // MARK: Loads

  /// A hot spot of one buffer and the share of all CPUs' time that it takes.
  struct Load: Equatable {
    var buffer: Int
    /// nil where no page has come yet, so that nobody knows what it is.
    var spot: HotSpots.Spot?
    var share: Double
  }

  private mutating func loads(
    of buffer: RecordedBuffer, _ index: Int, _ rate: Double
  ) -> [Load] {
    let plan = buffer.settings.buffer
    func share(_ rate: Double, _ kind: EventPrice.Kind) -> Double {
      rate * (prices[kind] ?? prices[.function] ?? prices[.event] ?? 0) / 1e9 / Double(cpuCount)
    }
    let ofFunction: EventPrice.Kind = plan.tracer == "function_graph" ? .graph : .function
    let ofEvent: EventPrice.Kind = plan.savesStacks ? .eventWithStack : .event
    hotSpots[index].clear()
    buffer.readLatestPages(Self.pagesPerCPU, of: hotSpots[index].pageSize) { page in
      hotSpots[index].add(page: page)
    }
    guard hotSpots[index].events > 0 else {
      let isFunctions = plan.tracer.map { $0 != "nop" } ?? false
      return [
        Load(buffer: index, spot: nil, share: share(rate, isFunctions ? ofFunction : ofEvent))
      ]
    }
    return hotSpots[index].ranked.map { spot, part in
      var kind = ofEvent
      if case .function = spot { kind = ofFunction }
      return Load(buffer: index, spot: spot, share: share(rate * part, kind))
    }
  }

  // MARK: Acting

  private mutating func act(
    _ share: Double, _ loads: [Load], at time: UInt64, _ buffers: [RecordedBuffer],
    saving state: SavedState
  ) throws(TracefsError) -> Finding {
    let found =
      "tracing takes \(OverheadLog.percent(share)) of the CPUs' time, "
      + "\(OverheadLog.percent(budget.share)) are allowed"
    switch budget.reaction {
    case .stop:
      log.add(time, "stopped", share)
      return .stop("\(found): the recording ends")
    case .warn:
      if let warnedAt, time - warnedAt < Self.patience { return .within }
      warnedAt = time
      log.add(time, "over", share)
      return .said(found)
    case .thin:
      let excess = Self.excess(loads, down: budget.share * Self.aim)
      let removed = try thin(excess, at: time, buffers, saving: state)
      guard !removed.isEmpty else { return .within }
      return .said("\(found): no longer traced: \(removed.joined(separator: ", "))")
    }
  }

  /// The hottest spots without which the rest takes no more than `aim`.
  static func excess(_ loads: [Load], down aim: Double) -> [Load] {
    var left = loads.reduce(0) { $0 + $1.share }
    var excess: [Load] = []
    for load in loads.sorted(by: { $0.share > $1.share }) where left > aim && load.spot != nil {
      left -= load.share
      excess.append(load)
    }
    return excess
  }

  private mutating func thin(
    _ excess: [Load], at time: UInt64, _ buffers: [RecordedBuffer], saving state: SavedState
  ) throws(TracefsError) -> [String] {
    if names == nil { names = try SpotNames(buffers.map(\.instance)) }
    guard let names else { return [] }
    var removed: [String] = []
    for (index, buffer) in buffers.enumerated() {
      var functions: [String] = []
      for load in excess where load.buffer == index {
        switch load.spot {
        case .function(let address):
          guard let name = names.function(address), !functions.contains(name) else { continue }
          functions.append(name)
          log.add(time, "function \(name)", load.share)
        case .event(let id):
          // Those of tracers (stacks, marks) come with others.
          guard let event = names.event(id), event.system != "ftrace" else { continue }
          try buffer.instance.disableEvents(event.description, saving: state)
          removed.append(event.description)
          log.add(time, "event \(event)", load.share)
        case nil: continue
        }
      }
      if !functions.isEmpty {
        try buffer.instance.excludeFunctions(functions, saving: state)
        removed += functions
      }
    }
    return removed
  }
}

/// How much of the CPUs' time a recording may take, and what happens where it takes more.
package struct OverheadBudget: Equatable, Sendable {
  /// Of all CPUs together, 0…1.
  package var share: Double
  package var reaction = Reaction.thin

  package init(share: Double) { self.share = share }

  package enum Reaction: String, CaseIterable, Sendable {
    /// The hottest functions are taken out of the filter, the hottest events are switched off.
    case thin
    case stop
    case warn
  }
}

/// What a recording cost and what was done about it, as the file keeps it.
struct OverheadLog: Equatable {
  private var shares = 0.0
  private var looks = 0
  private var highest = 0.0
  private var lines: [String] = []

  mutating func note(_ share: Double) {
    shares += share
    looks += 1
    highest = max(highest, share)
  }

  /// - Parameter time: since tracing began, in nanoseconds.
  mutating func add(_ time: UInt64, _ what: String, _ share: Double) {
    let seconds = Double(time / 1_000_000) / 1000
    lines.append("thinned: \(seconds) s: \(what), \(Self.percent(share))")
  }

  /// The text of the option `cost`: `name: value` on each line.
  func text(_ budget: OverheadBudget) -> String {
    let mean = looks > 0 ? shares / Double(looks) : 0
    let head = [
      "budget: \(Self.percent(budget.share)), \(budget.reaction.rawValue)",
      "mean: \(Self.percent(mean))", "highest: \(Self.percent(highest))",
    ]
    return (head + lines).joined(separator: "\n") + "\n"
  }

  /// `1.25 %`
  static func percent(_ share: Double) -> String {
    let hundredths = Int((max(share, 0) * 10_000).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }
}
