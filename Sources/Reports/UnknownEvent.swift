import ByteIO
import EventFormats

/// An event that was asked for and that no recording has a format of.
package struct UnknownEvent: ExplainedError, Equatable {
  package var name: String
  /// Names that may have been meant, the best first.
  package var nearest: [String]

  /// - Parameter events: those that there are, as `system:name`.
  package init(_ name: String, among events: some Sequence<String>) {
    self.name = name
    let known = Set(events)
    let isWhole = name.contains(":")
    nearest = Nearest.names(
      to: name,
      among: isWhole
        ? known : Set(known.map { $0.split(separator: ":").last.map(String.init) ?? $0 }))
  }

  package var message: String { "no event '\(name)' in the recording" }

  package var hint: String? {
    nearest.isEmpty
      ? "'kscope report -E' lists the events that it has formats of"
      : "did you mean \(nearest.joined(separator: " or "))?"
  }
}
