/// The fields of an event that a tool reads: an enum whose cases are named as the kernel names them.
///
///     enum Signal: Int, EventFields { case sig, pid, result }
package protocol EventFields: RawRepresentable<Int>, CaseIterable, Sendable {}

/// An event that a tool asks the kernel for, and what it reads of it.
package struct WantedEvent: Sendable {
  package let system: String
  package let name: String
  let fields: [String]
  /// What the kernel is to leave out, in its filter language; nil for nothing.
  package var filter: String?
  /// Whether the tool makes sense where the kernel, or the recording, has no such event.
  package var isOptional: Bool

  /// - Parameter title: `system:event`.
  package init<Fields: EventFields>(
    _ title: String, _: Fields.Type, filter: String? = nil, isOptional: Bool = false
  ) {
    let parts = title.split(separator: ":")
    system = String(parts.first ?? "")
    name = String(parts.last ?? "")
    fields = Fields.allCases.sorted { $0.rawValue < $1.rawValue }.map { "\($0)" }
    self.filter = filter
    self.isOptional = isOptional
  }

  package var title: String { "\(system):\(name)" }
}
