/// An event's full name: `sched:sched_switch`.
public struct EventName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var system: String
  public var name: String

  public init(system: String, name: String) {
    self.system = system
    self.name = name
  }

  /// Takes `system:name`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let name = text[text.index(after: colon)...]
    guard colon != text.startIndex, !name.isEmpty,
      name.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") })
    else { return nil }
    system = String(text[..<colon])
    self.name = String(name)
  }

  public var description: String { "\(system):\(name)" }

  public static func < (left: EventName, right: EventName) -> Bool {
    (left.system, left.name) < (right.system, right.name)
  }

  /// The lines of `available_events` or `set_event`.
  static func list(in text: String) -> [EventName] {
    text.split(separator: "\n").compactMap { EventName($0.trimmed) }
  }
}
