/// What is done when an event is hit: a line of its `trigger` file.
public enum Trigger: Hashable, Sendable {
  case action(CountedAction, filter: String? = nil)
  case histogram(HistogramTrigger)

  /// Reads what a person writes, `stacktrace:5 if pid > 3`, and what the kernel lists.
  public init(_ text: String) throws(TracefsError) {
    var scanner = TextScanner(text, what: "trigger")
    scanner.skipBlanks()
    if scanner.take("hist:") {
      self = .histogram(try scanner.takeHistogram())
      return
    }
    let action = try scanner.takeAction(among: TriggeredAction.eventWords)
    self = .action(action, filter: try scanner.takeFilterAtEnd())
  }

  public var filter: String? {
    switch self {
    case .action(_, let filter): filter
    case .histogram(let histogram): histogram.filter
    }
  }

  /// The line that takes it away.
  public var removal: String { "!\(self)" }

  /// Throws where the kernel would refuse it whatever kernel and event it is.
  public func check() throws(TracefsError) {
    switch self {
    case .action(let action, _):
      guard action.action.isForEvents else {
        throw .badValue(what: "trigger", text: "\(action)", expected: "one that events have")
      }
      try action.check()
    case .histogram(let histogram): try histogram.check()
    }
    if let filter {
      try KernelName.checkLine(filter, "filter of a trigger")
      guard !filter.trimmed.isEmpty else {
        throw .badValue(what: "filter of a trigger", text: filter, expected: "a condition")
      }
    }
  }
}

extension Trigger: CustomStringConvertible {
  public var description: String {
    switch self {
    case .action(let action, let filter): "\(action)" + (filter.map { " if \($0)" } ?? "")
    case .histogram(let histogram): histogram.description
    }
  }
}

extension Trigger {
  /// Whether the kernel, told to remove this one, removes another: of actions it looks at what is
  /// done, not at count and condition (kernel/trace/trace_events_trigger.c, unregister_trigger); of
  /// histograms at all of it.
  func removes(_ listed: Trigger) -> Bool {
    switch (self, listed) {
    case (.action(let own, _), .action(let other, _)):
      return own.action == other.action
    case (.histogram(var own), .histogram(var other)):
      own.control = nil
      other.control = nil
      return own == other
    default: return false
    }
  }

  /// The line that takes a trigger away again, as a person wrote it; for a removal, the line that
  /// adds it.
  static func removal(of text: String) -> String {
    text.hasPrefix("!") ? String(text.dropFirst()) : "!" + text
  }
}

extension TextScanner {
  /// ` if CONDITION` up to the end; nil where nothing is left.
  mutating func takeFilterAtEnd() throws(TracefsError) -> String? {
    let start = place
    skipBlanks()
    if isAtEnd { return nil }
    guard place > start, takeWord() == "if" else {
      throw failure("expected 'if' and a condition, or the end", at: start)
    }
    skipBlanks()
    guard !isAtEnd else { throw failure("expected a condition after 'if'") }
    return takeRest().trimmed
  }
}
