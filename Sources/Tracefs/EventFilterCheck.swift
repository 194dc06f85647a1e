import ByteIO

/// Looks at the fields that an event's filter names, before the kernel does
/// (Documentation/trace/events.rst, "Event filtering").
///
/// The kernel's own caret stands behind an unknown field, and it knows no similar names. What else
/// may be wrong with a filter is the kernel's to judge: this goes no further than it understands.
public struct EventFilterCheck: Sendable {
  /// The event's own fields, in the order of its format.
  public let fields: [String]

  /// Names that every event answers to (kernel/trace/trace_events.c, trace_define_generic_fields);
  /// kernels differ in them.
  static let generic = [
    "CPU", "cpu", "common_cpu", "COMM", "comm", "common_comm", "STACKTRACE", "stacktrace",
    "common_stacktrace",
  ]

  /// Takes the text of the event's `format` file.
  public init(format: String) {
    fields = format.split(separator: "\n").compactMap { line in
      let line = line.drop { $0 == "\t" || $0 == " " }
      guard line.hasPrefix("field:"), let end = line.firstIndex(of: ";") else { return nil }
      // `char comm[16]`, `__data_loc char[] name`: the name is the last word.
      var declaration = line[..<end].dropFirst("field:".count)
      if declaration.last == "]", let open = declaration.lastIndex(of: "[") {
        declaration = declaration[..<open]
      }
      let name = declaration.split { $0 == " " || $0 == "*" }.last ?? ""
      return KernelName.isIdentifier(name) ? String(name) : nil
    }
  }

  /// Throws `.malformed` for the first field that the event does not have.
  ///
  /// - Parameters:
  ///   - start: where the filter stands in `text`, in bytes, where it is part of a longer one.
  public func check(
    _ filter: String, of event: EventName, at start: Int = 0, in text: String? = nil
  ) throws(TracefsError) {
    guard !fields.isEmpty else { return }
    var scanner = TextScanner(filter, what: "filter of \(event)")
    while let (name, place) = scanner.takeFilterField() {
      let isKnown = fields.contains(name) || Self.generic.contains(name)
      guard isKnown || name.hasPrefix("common_") && !looksMisspelled(name) else {
        // All of a small event's fields are more use than none.
        var nearest = Nearest.names(to: name, among: fields)
        if nearest.isEmpty { nearest = fields.filter { !$0.hasPrefix("common_") } }
        throw .malformed(
          MalformedText(
            what: "filter of \(event)", text: text ?? filter, place: start + place,
            problem: "the event has no field \(name)", nearest: Array(nearest.prefix(8))))
      }
    }
  }

  /// A kernel may know more names that begin with `common_`.
  private func looksMisspelled(_ name: String) -> Bool {
    (fields + Self.generic).contains {
      $0.hasPrefix("common_") && Nearest.editDistance(name.utf8, $0.utf8, atMost: 2) != nil
    }
  }
}

extension TextScanner {
  /// Goes to the next comparison and takes the field at its left; nil at the end, and where the
  /// text is not understood.
  fileprivate mutating func takeFilterField() -> (name: String, place: Int)? {
    if place > 0, !skipFilterValue() { return nil }
    _ = take { Self.isBlank($0) || $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "!") }
    let start = place
    let name = takeIdentifier()
    // `name.ustring`, `name.function`.
    if take(".") { _ = takeIdentifier() }
    return name.isEmpty ? nil : (name, start)
  }

  /// From behind a field to behind the next `&&` or `||`.
  private mutating func skipFilterValue() -> Bool {
    skipBlanks()
    let sign = take { "=!<>~&".utf8.contains($0) }
    guard !sign.isEmpty else { return false }
    skipBlanks()
    if let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      advance()
      _ = take { $0 != quote }
      guard take(String(UnicodeScalar(quote))) else { return false }
    } else if isAt("CPUS{") {
      _ = take { $0 != UInt8(ascii: "}") }
      guard take("}") else { return false }
    } else {
      let value = take { Self.isNameByte($0) || "+-.:".utf8.contains($0) }
      guard !value.isEmpty else { return false }
    }
    _ = take { Self.isBlank($0) || $0 == UInt8(ascii: ")") }
    return take("&&") || take("||")
  }
}
