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

  init(format: String) {
    fields = format.split(separator: "\n").compactMap(Self.field)
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

  /// `field:char comm[16];	offset:8;	size:16;	signed:0;`
  private static func field(_ line: Substring) -> EventField? {
    let parts = line.split(separator: ";").map { $0.drop { $0 == "\t" || $0 == " " } }
    guard let first = parts.first, first.hasPrefix("field:") else { return nil }
    func number(_ sign: String) -> Int? {
      parts.first { $0.hasPrefix(sign) }.flatMap { Int($0.dropFirst(sign.count)) }
    }
    let declaration = first.dropFirst("field:".count)
    guard let size = number("size:"), let (type, name, isArray) = split(declaration) else {
      return nil
    }
    let isSigned = number("signed:") == 1
    let words = type.split(separator: " ").filter { $0 != "const" && $0 != "volatile" }
    let isText = words.contains { $0 == "char" || $0.hasPrefix("char[") }
    if words.first == "__data_loc" || words.first == "__rel_loc" {
      return isText
        ? EventField(name: name, kind: .text, type: "char", length: .dynamic)
        : EventField(name: name, kind: .other, type: type)
    }
    // A kernel's string elsewhere: the histogram copies it.
    if words == ["char", "*"] || words == ["char*"] {
      return EventField(name: name, kind: .text, type: "char", length: .dynamic)
    }
    if isArray {
      return words == ["char"] && size > 0 && size <= textLimit
        ? EventField(name: name, kind: .text, type: "char", length: .fixed(size))
        : EventField(name: name, kind: .other, type: type)
    }
    guard [1, 2, 4, 8].contains(size) else {
      return EventField(name: name, kind: .other, type: type)
    }
    // The kernel compares the words of the types, then size and sign: those it does not know for
    // synthetic events go by the latter.
    let plain = words.joined(separator: " ")
    let word =
      SyntheticEvent.types.contains(plain) ? plain : "\(isSigned ? "s" : "u")\(size * 8)"
    return EventField(name: name, kind: .number, type: word)
  }

  /// The most bytes of a text in a synthetic event (`STR_VAR_LEN_MAX`).
  private static let textLimit = 256

  /// Parts `char comm[16]`: the name is the last word.
  private static func split(
    _ declaration: Substring
  ) -> (type: String, name: String, isArray: Bool)? {
    var declaration = declaration
    let isArray = declaration.last == "]"
    if isArray, let open = declaration.lastIndex(of: "[") { declaration = declaration[..<open] }
    guard let border = declaration.lastIndex(where: { $0 == " " || $0 == "*" }) else { return nil }
    let name = declaration[declaration.index(after: border)...]
    guard !name.isEmpty else { return nil }
    var type = String(declaration[...border])
    while type.last == " " { type.removeLast() }
    return (type, String(name), isArray)
  }
}
