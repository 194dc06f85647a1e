/// What makes a flight recorder save what it holds.
package enum FlightTrigger: Equatable, Sendable {
  /// An event for which a condition of the kernel's filter language holds; nil is every such event.
  case event(pattern: String, condition: String?)
  /// More time than the limit between two events of the same key.
  case latency(from: Place, to: Place, microseconds: UInt64)

  /// An event and the field that tells which ones belong together.
  package struct Place: Equatable, Sendable {
    /// `sched_waking` or `sched:sched_waking`.
    package var event: String
    package var field: String

    package init(event: String, field: String) {
      self.event = event
      self.field = field
    }
  }

  /// Reads `EVENT` or `EVENT: CONDITION`, as `--save-when` takes it.
  ///
  /// The event may be named with its system: `sched:sched_switch: prev_prio < 100`.
  package init?(event text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(Self.trimmed)
    guard let first = parts.first, Self.isName(first) else { return nil }
    guard parts.count > 1 else {
      self = .event(pattern: first, condition: nil)
      return
    }
    // A second name is the event of the system before it; a condition holds more than a name.
    let isWhole = Self.isName(parts[1])
    let pattern = isWhole ? "\(first):\(parts[1])" : first
    let start = isWhole ? 2 : 1
    let condition = Self.trimmed(parts[start...].joined(separator: ":")[...])
    if condition.isEmpty, parts.count > start { return nil }
    self = .event(pattern: pattern, condition: condition.isEmpty ? nil : condition)
  }

  /// Reads `EVENT.FIELD = EVENT.FIELD > TIME`, as `--save-latency` takes it; the time has a unit: µs
  /// (or us), ms or s.
  package init?(latency text: String) {
    let sides = text.split(separator: ">", omittingEmptySubsequences: false).map(Self.trimmed)
    guard sides.count == 2, let limit = Self.microseconds(sides[1]) else { return nil }
    let places = sides[0].split(separator: "=", omittingEmptySubsequences: true)
      .map { Self.place(Self.trimmed($0)) }
    guard places.count == 2, let from = places[0], let to = places[1] else { return nil }
    self = .latency(from: from, to: to, microseconds: limit)
  }

  private static func place(_ text: String) -> Place? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, isName(String(parts[1])),
      parts[0].split(separator: ":", omittingEmptySubsequences: false)
        .allSatisfy({ isName(String($0)) })
    else { return nil }
    return Place(event: String(parts[0]), field: String(parts[1]))
  }

  static func microseconds(_ text: String) -> UInt64? {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    guard let number = Double(digits), number > 0 else { return nil }
    let factor: Double
    switch trimmed(text[digits.endIndex...]) {
    case "us", "µs", "μs": factor = 1
    case "ms": factor = 1000
    case "s": factor = 1_000_000
    default: return nil
    }
    let value = number * factor
    return value >= 1 && value < 1e15 ? UInt64(value) : nil
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-*?".contains($0)) }
  }

  private static func trimmed<S: StringProtocol>(_ text: S) -> String {
    var rest = Substring(text)
    while rest.first?.isWhitespace ?? false { rest.removeFirst() }
    while rest.last?.isWhitespace ?? false { rest.removeLast() }
    return String(rest)
  }
}
