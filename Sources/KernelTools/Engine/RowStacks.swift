/// Which events' calls stand below a tool's rows, where `--stacks` asks for them: events by their
/// numbers among the wanted ones.
package struct RowStackPlan {
  /// A row is made of this event, and shows its calls; unless an earlier one's are kept for it.
  package var own: [Int] = []
  /// Its calls are kept for the row that a later event makes.
  package var earlier: [Int] = []
  /// The same where none are kept yet.
  package var firstOfEarlier: [Int] = []
  /// What the two have in common; nil for the thread.
  package var key: ((ToolEvent) -> (UInt64, UInt64))?

  /// No row is of an event.
  package static var none: RowStackPlan { RowStackPlan() }

  package var isEmpty: Bool { all.isEmpty }

  var all: [Int] { own + earlier + firstOfEarlier }
}

/// The calls of events whose rows are made by later ones. An event that is neither of a row nor an
/// earlier one, such as a call's begin, makes an end of what was kept before it.
struct RowStacks: ~Copyable {
  private enum Role { case other, own, earlier, firstOfEarlier }

  private let roles: [Role]
  private let key: ((ToolEvent) -> (UInt64, UInt64))?
  private var kept = PairTable<[String]>(capacity: 1 << 14)

  init(_ plan: RowStackPlan, count: Int) {
    roles = (0..<count).map { number in
      plan.own.contains(number)
        ? .own
        : plan.earlier.contains(number)
          ? .earlier : plan.firstOfEarlier.contains(number) ? .firstOfEarlier : .other
    }
    key = plan.key
  }

  /// What a row shows that is made of an event, if it is one.
  mutating func calls(for event: ToolEvent, own calls: [String]) -> [String] {
    let key =
      key?(event) ?? (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    switch roles[event.number] {
    case .own: return kept.end(key.0, key.1) ?? calls
    case .other: return kept.end(key.0, key.1) ?? []
    case .firstOfEarlier where kept.value(key.0, key.1) != nil: return []
    case .earlier, .firstOfEarlier:
      if calls.isEmpty {
        _ = kept.end(key.0, key.1)
      } else {
        kept.begin(key.0, key.1, calls)
      }
      return []
    }
  }

  mutating func forget() { kept.removeAll() }
}

extension ToolOption {
  /// For tools whose rows are of events.
  static let stacks = ToolOption(
    "S", "stacks", "The calls of the kernel that led to it, below its row.")

  static func stacks(_ help: String) -> ToolOption { ToolOption("S", "stacks", help) }
}

extension ToolOptions {
  /// Whether rows have the calls that led to them; `--kernel-stack` is bcc's name for it.
  package var showsStacks: Bool { has("stacks") || has("kernel-stack") }
}

extension KernelTool {
  /// What it wants of the kernel, and of which events the calls.
  package var wantedEvents: [WantedEvent] {
    var events = events
    guard options.showsStacks else { return events }
    for number in rowStacks.all where events.indices.contains(number) {
      events[number].hasCalls = true
    }
    return events
  }

  /// What of it the kernel is asked for: not what stands in for that in a recording.
  package var requestedEvents: [WantedEvent] { wantedEvents.filter { $0.insteadOf == nil } }
}
