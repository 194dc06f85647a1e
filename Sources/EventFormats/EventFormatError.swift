import ByteIO

/// An event's description that cannot be understood.
package struct EventFormatError: ExplainedError, Equatable {
  /// "system/event", as far as it is known.
  package var event: String
  /// The line of the format file, from 1.
  package var line: Int
  /// What is wrong there and what was expected.
  package var problem: String

  package init(event: String, line: Int, problem: String) {
    self.event = event
    self.line = line
    self.problem = problem
  }

  package var message: String { "format of event \(event), line \(line): \(problem)" }
  package var hint: String? {
    "its records can only be shown as bytes; the other events are not affected"
  }
}
