import ByteIO
import Tracefs

/// What `list -e` and `report --event` take: `SYSTEM:EVENT`, an expression for each, or one that either may match.
struct EventNamePattern {
  private let system: POSIXRegex
  private let name: POSIXRegex
  private let needsBoth: Bool

  init(_ text: String) throws(POSIXRegexError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    needsBoth = parts.count == 2
    system = try POSIXRegex(String(parts[0]))
    name = needsBoth ? try POSIXRegex(String(parts[1])) : system
  }

  func matches(_ event: EventName) -> Bool { matches(system: event.system, name: event.name) }

  func matches(system: String, name: String) -> Bool {
    let isSystem = self.system.matches(system)
    return needsBoth ? isSystem && self.name.matches(name) : isSystem || self.name.matches(name)
  }
}
