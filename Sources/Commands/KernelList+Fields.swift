import ByteIO
import EventFormats
import Tracefs

/// Events by what is in them.
extension KernelList {
  /// Every field of the events whose name matches, an event a line: `sched:sched_switch: long prev_state`.
  func writeFields(
    matching field: String, ofEvents events: String, isJSON: Bool, to sink: inout ByteSink
  ) throws {
    let regex = try POSIXRegex(field)
    for event in try self.events(matching: events) {
      // What cannot be read (a module's event that has just gone) is passed over.
      guard let format = try? self.format(of: event) else { continue }
      for field in format.fields where regex.matches(field.name) {
        if isJSON {
          var object = JSONObject()
          object.add("event", event.description)
          Self.add(field, nil, to: &object)
          object.write(to: &sink)
        } else {
          sink.append("\(event): \(field.declaration)\n")
        }
      }
    }
  }

  /// What is in the events, field by field.
  func writeDescriptions(matching pattern: String, to sink: inout ByteSink) throws {
    for (index, event) in try events(matching: pattern).enumerated() {
      if index > 0 { sink.append("\n") }
      EventDescription(event, try format(of: event)).write(to: &sink)
    }
  }

  func format(of event: EventName) throws -> EventFormat {
    try directory.top.format(of: event).withUnsafeBytes {
      try EventFormat(parsing: $0, system: event.system, longSize: MemoryLayout<Int>.size)
    }
  }

  static func add(_ field: Field, _ values: NamedValues?, to object: inout JSONObject) {
    object.add("name", field.name)
    object.add("type", field.cType)
    object.add("size", field.size)
    object.add("offset", field.offset)
    object.add("signed", field.isSigned)
    guard let values else { return }
    object.add(values.areFlags ? "flags" : "values", values.entries) { entry, object in
      object.add("value", entry.value)
      object.add("name", entry.name)
    }
  }
}

extension Field {
  /// The type as C writes it, bounds and all: `char[16]`.
  var cType: String {
    switch kind {
    case .text, .array: size > 0 ? "\(type)[\(count)]" : "\(type)[]"
    default: type
    }
  }

  /// `char prev_comm[16]`.
  var declaration: String {
    switch kind {
    case .text, .array: "\(type) \(name)[\(size > 0 ? "\(count)" : "")]"
    default: "\(type) \(name)"
    }
  }
}
