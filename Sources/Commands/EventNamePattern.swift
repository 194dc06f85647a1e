import ByteIO
import Tracefs

/// What `list -e` takes: `SYSTEM:EVENT`, an expression for each, or one that either may match.
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

  func matches(_ event: EventName) -> Bool {
    if needsBoth { return system.matches(event.system) && name.matches(event.name) }
    return system.matches(event.system) || name.matches(event.name)
  }
}
