/// A probe in the kernel's words.
package struct ProbeDefinition: Equatable, Sendable {
  /// The event's system: `kscope`.
  package var group: String
  package var event: String
  /// The function, for messages.
  package var function: String
  /// The line for `kprobe_events`: `p:kscope/do_filp_open do_filp_open dfd=$arg1:s32`.
  package var line: String
  /// What was left out, and why.
  package var notes: [String] = []

  /// The line that takes the event away.
  package var removal: String { "-:\(group)/\(event)" }
}
