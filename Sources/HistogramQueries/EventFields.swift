import EventFormats
import Tracefs

/// A field of an event, as far as histograms and synthetic events are concerned with it.
struct EventField: Equatable {
  enum Kind: Equatable {
    case number
    case text
    case stack
    /// The task's name, which only filters know of every event.
    case taskName
    /// An array, a bit mask, a structure: neither a number nor a text.
    case other
  }

  var name: String
  var kind: Kind
  /// As a field of a synthetic event is declared (kernel/trace/trace_events_synth.c).
  var type: String
  var length: SyntheticEvent.Field.Length = .one
}

/// The fields of an event, read from its `format` file.
struct EventFields: Equatable {
  let fields: [EventField]

  /// None where the format cannot be parsed: what is asked of the event is then refused.
  init(format: String) {
    var format = format
    let parsed = format.withUTF8 {
      try? EventFormat(parsing: UnsafeRawBufferPointer($0), system: "")
    }
    fields = parsed.map { ($0.commonFields + $0.fields).map(Self.field) } ?? []
  }

  /// The names, for finding what may have been meant.
  var names: [String] { fields.map(\.name) }

  /// Also those that all events answer to (Documentation/trace/histogram.rst).
  func field(named name: String) -> EventField? {
    if let field = fields.first(where: { $0.name == name }) { return field }
    switch name {
    case "common_cpu", "cpu", "CPU":
      return Self.cpu
    case "common_stacktrace", "stacktrace":
      return EventField(
        name: HistogramField.stacktrace.name, kind: .stack, type: "unsigned long", length: .dynamic)
    case "COMM", "comm": return EventField(name: name, kind: .taskName, type: "char")
    default: return nil
    }
  }

  /// The CPU on which an event happened; histograms and filters have different names for it.
  static let cpu = EventField(name: "common_cpu", kind: .number, type: "unsigned int")

  // MARK: Reading

  /// What a field of the format is for histograms.
  private static func field(_ field: Field) -> EventField {
    let words = field.type.split(separator: " ").filter { $0 != "const" && $0 != "volatile" }
    func text(_ length: SyntheticEvent.Field.Length) -> EventField {
      EventField(name: field.name, kind: .text, type: "char", length: length)
    }
    let other = EventField(name: field.name, kind: .other, type: field.type)
    switch field.kind {
    case .dynamic, .relative:
      return words.contains { $0 == "char" || $0.hasPrefix("char[") } ? text(.dynamic) : other
    case .text:
      return words == ["char"] && (1...textLimit).contains(field.size)
        ? text(.fixed(field.size)) : other
    case .array:
      return other
    case .pointer where words == ["char", "*"] || words == ["char*"]:
      // A kernel's string elsewhere: the histogram copies it.
      return text(.dynamic)
    case .pointer, .integer:
      // The kernel compares the words of the types, then size and sign: those it does not know for
      // synthetic events go by the latter.
      let plain = words.joined(separator: " ")
      let sized = "\(field.isSigned ? "s" : "u")\(field.size * 8)"
      return EventField(
        name: field.name, kind: .number,
        type: SyntheticEvent.types.contains(plain) ? plain : sized)
    }
  }

  /// The most bytes of a text in a synthetic event (`STR_VAR_LEN_MAX`).
  private static let textLimit = 256
}
