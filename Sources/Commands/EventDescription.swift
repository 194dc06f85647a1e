import ByteIO
import EventFormats
import Tracefs

/// What is in one event, for `list --describe`: a line for each field, and the names of its values.
struct EventDescription {
  private let event: EventName
  private let format: EventFormat
  private let values: [String: NamedValues]

  init(_ event: EventName, _ format: EventFormat) {
    self.event = event
    self.format = format
    values = format.namedValues(longSize: MemoryLayout<Int>.size)
  }

  /// Names of values go over to the next line here.
  private static let width = 96

  func write(to sink: inout ByteSink) {
    sink.append(event.description)
    if let meaning = EventGlossary.meaning(of: event) { sink.append(": \(meaning)") }
    sink.append("\n")
    let names = format.fields.map(\.name.count).max() ?? 0
    let types = format.fields.map(\.cType.count).max() ?? 0
    for field in format.fields {
      sink.append("  \(Self.padded(field.name, names))  \(Self.padded(field.cType, types))  ")
      sink.append(Self.shape(of: field))
      if let meaning = EventGlossary.meaning(ofField: field.name) { sink.append("; \(meaning)") }
      sink.append("\n")
      if let values = values[field.name] { write(values, of: field, to: &sink) }
    }
    if format.fields.isEmpty { sink.append("  no fields of its own\n") }
    sink.append(
      "  every event also has: \(format.commonFields.map(\.name).joined(separator: ", "))\n")
  }

  private func write(_ values: NamedValues, of field: Field, to sink: inout ByteSink) {
    var line = values.areFlags ? "      flags:" : "      values:"
    for entry in values.entries {
      let word = " \(Self.value(entry.value, values.areFlags, field))=\(entry.name)"
      if line.count + word.count > Self.width {
        sink.append("\(line)\n")
        line = "       "
      }
      line += word
    }
    sink.append("\(line)\n")
  }

  static func value(_ value: UInt64, _ areFlags: Bool, _ field: Field) -> String {
    if areFlags { return "0x" + String(value, radix: 16) }
    return field.isSigned ? "\(Int64(bitPattern: value))" : "\(value)"
  }

  /// What the field's bytes are, in words.
  static func shape(of field: Field) -> String {
    let place = "\(field.size) bytes at \(field.offset)"
    switch field.kind {
    case .integer:
      let bytes = field.size == 1 ? "1 byte at \(field.offset)" : place
      return (field.isSigned ? "signed number, " : "unsigned number, ") + bytes
    case .pointer: return "address, \(place)"
    case .text:
      return field.size > 0
        ? "text, \(place)" : "text to the end of the event, from \(field.offset)"
    case .array:
      return field.size > 0
        ? "\(field.count) × \(field.elementSize) bytes at \(field.offset)"
        : "list to the end of the event, from \(field.offset)"
    case .dynamic, .relative:
      let what = field.type.contains("char") ? "text" : "list"
      return "\(what) of any length, told at \(field.offset)"
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
