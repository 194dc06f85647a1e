import ByteIO

/// What a trigger of an event or a command of a function does when it is hit
/// (Documentation/trace/events.rst, "Event triggers"; ftrace.rst, "Filter commands").
public enum TriggeredAction: Hashable, Sendable {
  case traceon, traceoff, snapshot, stacktrace
  /// Print the ring buffer, of all CPUs or of this one, to the console. Functions only.
  case dump, cpudump
  case enableEvent(EventName), disableEvent(EventName)
  /// Continue and pause the histograms of an event. Triggers only.
  case enableHistogram(EventName), disableHistogram(EventName)
}

extension TriggeredAction: CustomStringConvertible {
  public var description: String {
    event.map { "\(word):\($0.system):\($0.name)" } ?? word
  }

  var word: String {
    switch self {
    case .traceon: "traceon"
    case .traceoff: "traceoff"
    case .snapshot: "snapshot"
    case .stacktrace: "stacktrace"
    case .dump: "dump"
    case .cpudump: "cpudump"
    case .enableEvent: "enable_event"
    case .disableEvent: "disable_event"
    case .enableHistogram: "enable_hist"
    case .disableHistogram: "disable_hist"
    }
  }

  /// The event that is switched.
  public var event: EventName? {
    switch self {
    case .enableEvent(let event), .disableEvent(let event), .enableHistogram(let event),
      .disableHistogram(let event):
      event
    default: nil
    }
  }

  /// Whether functions have it.
  public var isForFunctions: Bool {
    switch self {
    case .enableHistogram, .disableHistogram: false
    default: true
    }
  }

  /// Whether events have it.
  public var isForEvents: Bool { self != .dump && self != .cpudump }

  /// Whether it may be told to do it so many times only.
  var counts: Bool { isForEvents }

  fileprivate static let words = [
    "traceon", "traceoff", "snapshot", "stacktrace", "enable_event", "disable_event",
  ]
  static let eventWords = words + ["enable_hist", "disable_hist", "hist"]
  static let functionWords = words + ["dump", "cpudump"]
}

/// An action, and how often it is done.
public struct CountedAction: Hashable, Sendable {
  public var action: TriggeredAction
  /// Only as many times as this; as a listed one, so many more.
  public var count: Int?

  public init(_ action: TriggeredAction, count: Int? = nil) {
    self.action = action
    self.count = count
  }
}

extension CountedAction: CustomStringConvertible {
  public var description: String { "\(action)" + (count.map { ":\($0)" } ?? "") }

  func check() throws(TracefsError) {
    if let event = action.event {
      // A slash would lead to another file, a colon ends the name.
      for name in [event.system, event.name] {
        guard !name.isEmpty,
          name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !":/".utf8.contains($0) })
        else { throw .badValue(what: "event of a trigger", text: name, expected: "a name") }
      }
    }
    if let count {
      guard count >= 0, action.counts else {
        throw .badValue(
          what: "count of \(action.word)", text: "\(count)",
          expected: action.counts ? "0 or more" : "known to it: it is done once")
      }
    }
  }
}

extension TextScanner {
  /// `traceoff`, `traceoff:3`, `enable_event:sys:ev:3`; listed, `:unlimited` or `:count=3` is behind.
  mutating func takeAction(among known: [String]) throws(TracefsError) -> CountedAction {
    let start = place
    let word = takeIdentifier()
    guard known.contains(word), let action = try takeAction(word) else {
      throw failure(
        word.isEmpty ? "expected what to do" : "no such trigger: \(word)", at: start,
        nearest: Nearest.names(to: word, among: known))
    }
    var result = CountedAction(action)
    guard take(":") else { return result }
    if take("unlimited") { return result }
    _ = take("count=")
    let count = try expectInt("a count")
    // `dump` is done once whatever is asked; the listed count says whether that was.
    if action.counts { result.count = count }
    return result
  }

  private mutating func takeAction(_ word: String) throws(TracefsError) -> TriggeredAction? {
    switch word {
    case "traceon": return .traceon
    case "traceoff": return .traceoff
    case "snapshot": return .snapshot
    case "stacktrace": return .stacktrace
    case "dump": return .dump
    case "cpudump": return .cpudump
    case "enable_event": return .enableEvent(try takeSwitchedEvent())
    case "disable_event": return .disableEvent(try takeSwitchedEvent())
    case "enable_hist": return .enableHistogram(try takeSwitchedEvent())
    case "disable_hist": return .disableHistogram(try takeSwitchedEvent())
    default: return nil
    }
  }

  private mutating func takeSwitchedEvent() throws(TracefsError) -> EventName {
    func isPart(_ byte: UInt8) -> Bool { !Self.isBlank(byte) && !":/".utf8.contains(byte) }
    try expect(":")
    let system = take(while: isPart)
    guard !system.isEmpty else { throw failure("expected SYSTEM:EVENT") }
    try expect(":")
    let name = take(while: isPart)
    guard !name.isEmpty else { throw failure("expected the name of an event") }
    return EventName(system: system, name: name)
  }
}
