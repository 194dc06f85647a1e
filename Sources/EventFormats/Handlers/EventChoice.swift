/// Some of a recording's events: which print without their handler (`report -N`, `-n REGEX`), or as
/// raw fields (`-R`, `-r REGEX`).
package enum EventChoice: Sendable {
  case none
  case all
  /// Those that the predicate takes. It is asked from any thread, once or twice an event.
  ///
  /// trace-cmd 3.1.6 lets one REGEX of `-n` and `-r` match the whole of the event's name or the
  /// whole of its system's, with capitals the same as small letters; a comma or a slash is nothing
  /// special (observed).
  case matching(@Sendable (_ system: String, _ event: String) -> Bool)

  /// Whether an event is among them.
  package func contains(system: String, event: String) -> Bool {
    switch self {
    case .none: false
    case .all: true
    case .matching(let takes): takes(system, event)
    }
  }
}
