import ByteIO
import Glibc

/// The events that an argument of `-e` names: `all`, `sys`, `sys:ev`, `ev`, with `* ? [` as in a
/// shell.
public struct EventPattern: Hashable, Sendable, CustomStringConvertible {
  /// As it was given.
  public let text: String
  private let system: String?
  private let name: String?

  /// What an argument came to.
  public struct Match: Equatable, Sendable {
    /// Directories whose `enable` file switches everything below them; `nil` is all systems.
    public var scope: Scope
    /// The events, in the kernel's order.
    public var events: [EventName]
  }

  public enum Scope: Equatable, Sendable {
    case all
    case systems([String])
    case single
  }

  public init(_ text: String) throws(TracefsError) {
    self.text = text
    if text == "all" || text == "*" || text == "*:*" {
      system = nil
      name = nil
      return
    }
    let parts = text.split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == ":" || $0 == "/" })
    guard !text.isEmpty, !text.contains(where: \.isWhitespace), parts.count <= 2,
      !parts.allSatisfy(\.isEmpty),
      !parts.contains(where: { $0 == "." || $0 == ".." || $0.contains("/") })
    else {
      throw .badValue(what: "event", text: text, expected: "all, SYSTEM, SYSTEM:EVENT or EVENT")
    }
    if parts.count == 2 {
      system = parts[0].isEmpty ? "*" : String(parts[0])
      name = parts[1].isEmpty ? "*" : String(parts[1])
    } else {
      system = String(parts[0])
      name = nil
    }
  }

  public var description: String { text }

  /// The one event that it can name: `sys:ev` without signs of a pattern.
  var single: EventName? {
    guard let system, let name, !Self.isGlob(system), !Self.isGlob(name) else { return nil }
    return EventName(system: system, name: name)
  }

  /// Picks from the events of this kernel; throws `.unknown` with the nearest names when none
  /// matches.
  public func match(among events: [EventName]) throws(TracefsError) -> Match {
    guard let system else { return Match(scope: .all, events: events) }
    let found: [EventName]
    var scope = Scope.single
    if let name {
      found = events.filter { Self.glob(system, $0.system) && Self.glob(name, $0.name) }
      if name == "*" { scope = .systems(Self.systems(of: found)) }
    } else {
      // A word alone is a system, and an event of that name in any system.
      let whole = events.filter { Self.glob(system, $0.system) }
      let single = events.filter { !Self.glob(system, $0.system) && Self.glob(system, $0.name) }
      if single.isEmpty { scope = .systems(Self.systems(of: whole)) }
      found = single.isEmpty ? whole : whole + single
    }
    guard !found.isEmpty else { throw notFound(among: events) }
    return Match(scope: scope, events: found)
  }

  private static func systems(of events: [EventName]) -> [String] {
    var seen: Set<String> = []
    return events.map(\.system).filter { seen.insert($0).inserted }
  }

  private static func glob(_ pattern: String, _ text: String) -> Bool {
    if pattern == text { return true }
    return isGlob(pattern) && fnmatch(pattern, text, 0) == 0
  }

  private static func isGlob(_ pattern: String) -> Bool {
    pattern.utf8.contains { "*?[".utf8.contains($0) }
  }

  private func notFound(among events: [EventName]) -> TracefsError {
    var nearest: [String]
    if let name, let system {
      let inSystem = events.filter { $0.system == system }
      let names = Nearest.names(to: name, among: inSystem.map(\.name), limit: 5)
      nearest = names.map { "\(system):\($0)" }
      if inSystem.isEmpty {
        let elsewhere = events.filter { $0.name == name }.prefix(3)
        nearest =
          elsewhere.isEmpty
          ? Nearest.names(to: "\(system):\(name)", among: events.map(\.description), limit: 5)
          : elsewhere.map(\.description)
      }
    } else {
      // Systems and events are spelled alike: the best of both, events by their full names.
      let systems = Set(Self.systems(of: events))
      let words = Nearest.names(to: text, among: systems.union(events.map(\.name)), limit: 5)
      nearest = words.flatMap { word in
        (systems.contains(word) ? [word] : [])
          + events.filter { $0.name == word }.prefix(3).map(\.description)
      }
    }
    return .unknown(.event, name: text, nearest: nearest, requirement: nil)
  }
}
