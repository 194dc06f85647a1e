/// One event's description, parsed from its `format` file.
///
/// The kernel writes one for every event in `events/<system>/<event>/format`; the layout is
/// described in the kernel's Documentation/trace/events.rst.
package struct EventFormat: Sendable, Equatable {
  package var system: String
  package var name: String
  /// The value of `common_type` in its records.
  package var id: Int
  /// The fields that every event has: type, flags, preempt count, pid.
  package var commonFields: [Field]
  package var fields: [Field]
  /// What stands after `print fmt:`: a C format string and its arguments.
  package var printFormat: String
  /// The line of the format file on which `print fmt:` stands, from 1.
  package var printFormatLine: Int

  /// A field by its name, own fields first.
  package func field(_ name: String) -> Field? {
    fields.first { $0.name == name } ?? commonFields.first { $0.name == name }
  }

  /// "system/name", for messages.
  package var title: String { system.isEmpty ? name : "\(system)/\(name)" }
}
