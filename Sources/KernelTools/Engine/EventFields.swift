/// The fields of an event that a tool reads: an enum whose cases are named as the kernel names them.
///
///     enum Signal: Int, EventFields { case sig, pid, result }
///
/// As a `CodingKey` a case knows its name. `"\(Signal.sig)"` would find it by reflection, which takes
/// each tool longer at its start than all its events' formats.
package protocol EventFields: RawRepresentable<Int>, CaseIterable, CodingKey, Sendable {}

extension EventFields {
  /// In the order of their numbers.
  fileprivate static var names: [String] {
    allCases.sorted { $0.rawValue < $1.rawValue }.map(\.stringValue)
  }
}

/// An event that a tool asks the kernel for, and what it reads of it.
package struct WantedEvent: Sendable {
  package let system: String
  package let name: String
  let fields: [String]
  /// Conditions in the language of reports: `ToolContext.holds` says which of them an event meets.
  var conditions: [String] = []
  /// Without all of its fields the event is of no use.
  var needsFields = false
  /// Made for a run, with a number behind its name.
  var isNumbered = false
  /// What the kernel is to leave out, in its filter language; nil for nothing.
  package var filter: String?
  /// What makes it, in the language of `kscope record -e 'probe:…'`; nil for one of the kernel's own.
  package let probe: String?
  /// Whether the tool makes sense where the kernel, or the recording, has no such event.
  package var isOptional: Bool
  /// Where the kernel has one of several that do: those of the same name stand for each other.
  package var alternative: String?
  /// The number of the wanted event that it stands for in a recording that lacks that one; the kernel
  /// is never asked for it. A name may end in `*` then.
  package var insteadOf: Int?
  /// Whether the calls that led to it are wanted: `ToolContext.calls`.
  package var hasCalls = false

  /// - Parameter title: `system:event`.
  package init<Fields: EventFields>(
    _ title: String, _: Fields.Type, filter: String? = nil, isOptional: Bool = false
  ) {
    let parts = title.split(separator: ":")
    system = String(parts.first ?? "")
    name = String(parts.last ?? "")
    fields = Fields.names
    self.filter = filter
    self.isOptional = isOptional
    probe = nil
  }

  /// What a recording may have that was made for something else.
  package init<Fields: EventFields>(
    recorded title: String, _: Fields.Type, insteadOf number: Int
  ) {
    self.init(title, Fields.self, isOptional: true)
    insteadOf = number
  }

  /// An event of a function of the kernel.
  ///
  /// - Parameters:
  ///   - function: which names the event, in the system `kscope`; `FUNCTION%return` for its return.
  ///   - values: a value for each field, in order: `pathname->name` for `name`.
  package init<Fields: EventFields>(
    probeOf function: String, _: Fields.Type, values: [String], isOptional: Bool = false
  ) {
    system = "kscope"
    let isReturn = function.hasSuffix("%return")
    name = isReturn ? function.dropLast("%return".count) + "_return" : function
    fields = Fields.names
    filter = nil
    self.isOptional = isOptional
    let list = zip(fields, values).map { "\($0)=\($1)" }.joined(separator: ", ")
    probe = "probe:\(function)(\(list))"
  }

  /// An event that a person named, and fields of it.
  init(_ event: NamedEvent, fields: [String]) {
    system = event.system
    name = event.name
    self.fields = fields
    probe = event.probe
    isOptional = false
    needsFields = true
  }

  /// An event of a function of the kernel that fills some of an enum's fields.
  ///
  /// - Parameters:
  ///   - function: which names the event; with `_return` behind it where that is `atReturn`.
  ///   - values: a field, and its value: `(.name, "pathname->name")`.
  ///   - filter: in the kernel's filter language, over the fields.
  package init<Fields: EventFields>(
    probeOf function: String, atReturn: Bool = false, _ values: [(Fields, String)],
    filter: String? = nil, isOptional: Bool = false
  ) {
    system = "kscope"
    name = function + (atReturn ? "_return" : "")
    fields = Fields.names
    self.filter = filter
    self.isOptional = isOptional
    let list = values.map { "\($0.0.stringValue)=\($0.1)" }.joined(separator: ", ")
    probe = "probe:\(function)\(atReturn ? "%return" : "")(\(list))"
  }

  /// What `kscope record -e` takes for it.
  package var request: String { probe ?? title }

  package var title: String { "\(system):\(name)" }
}
