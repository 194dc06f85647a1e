import ByteIO

/// An event that histogram triggers put together of fields and variables of others
/// (Documentation/trace/histogram.rst, "Synthetic events").
///
/// Printed as `synthetic_events` takes it: `name type field; …`; read in that form, in the listed
/// one, where the length of an array stands behind the type, and with `s:` in front.
public struct SyntheticEvent: Hashable, Sendable {
  public struct Field: Hashable, Sendable {
    public enum Length: Hashable, Sendable {
      case one
      case fixed(Int)
      /// `char name[]`: a text; `unsigned long stack[]`: a stack.
      case dynamic
    }

    /// In the kernel's words: `u64`, `unsigned long`, `pid_t`.
    public var type: String
    public var name: String
    public var length: Length

    public init(_ type: String, _ name: String, _ length: Length = .one) {
      self.type = type
      self.name = name
      self.length = length
    }
  }

  public var name: String
  public var fields: [Field]

  public init(name: String, fields: [Field]) {
    self.name = name
    self.fields = fields
  }

  public static let group = "synthetic"

  public var eventName: EventName { EventName(system: Self.group, name: name) }
}

extension SyntheticEvent: CustomStringConvertible {
  public var description: String {
    "\(name) " + fields.map(\.description).joined(separator: "; ")
  }
}

extension SyntheticEvent.Field: CustomStringConvertible {
  public var description: String {
    switch length {
    case .one: "\(type) \(name)"
    case .fixed(let count): "\(type) \(name)[\(count)]"
    case .dynamic: "\(type) \(name)[]"
    }
  }
}

// MARK: Rules

extension SyntheticEvent {
  /// The most fields of a synthetic event.
  static let fieldLimit = 64
  /// The most bytes of a text in one.
  static let textLimit = 256

  /// The types of fields (kernel/trace/trace_events_synth.c, synth_field_size).
  public static let types = [
    "s64", "u64", "s32", "u32", "s16", "u16", "s8", "u8", "char", "unsigned char", "int",
    "unsigned int", "long", "unsigned long", "bool", "pid_t", "gfp_t",
  ]

  func check() throws(TracefsError) {
    try KernelName.check(name, "name of a synthetic event")
    guard !fields.isEmpty, fields.count <= Self.fieldLimit else {
      throw .badValue(
        what: "fields of \(name)", text: "\(fields.count)", expected: "from 1 to \(Self.fieldLimit)"
      )
    }
    var names: Set<String> = []
    for field in fields {
      try field.check()
      guard names.insert(field.name).inserted else {
        throw .badValue(what: "field of \(name)", text: field.name, expected: "used once only")
      }
    }
  }
}

extension SyntheticEvent.Field {
  func check() throws(TracefsError) {
    try KernelName.check(name, "field of a synthetic event")
    guard SyntheticEvent.types.contains(type) else {
      throw .badValue(
        what: "type of \(name)", text: type,
        expected: "a type of synthetic events (u8 … s64, [unsigned] char, int, long, bool, pid_t, "
          + "gfp_t)")
    }
    switch length {
    case .one: break
    case .fixed(let count):
      guard count > 0, type != "char" || count <= SyntheticEvent.textLimit else {
        throw .badValue(
          what: "length of \(name)", text: "\(count)",
          expected: "from 1 to \(SyntheticEvent.textLimit)")
      }
    case .dynamic:
      guard ["char", "long", "unsigned long"].contains(type) else {
        throw .badValue(
          what: "field of a synthetic event", text: "\(self)",
          expected: "a text (char \(name)[]) or a stack (unsigned long \(name)[])")
      }
    }
  }
}

// MARK: Reading

extension SyntheticEvent {
  public init(_ text: String) throws(TracefsError) {
    var scanner = TextScanner(text, what: "synthetic event")
    scanner.skipBlanks()
    if scanner.take("s:") { _ = scanner.take("\(Self.group)/") }
    let name = try scanner.expectIdentifier("a name: letters, digits and _, a digit not first")
    guard scanner.isAtBlank else { throw scanner.failure("expected a blank and fields") }
    var event = SyntheticEvent(name: name, fields: [])
    scanner.skipBlanks()
    while !scanner.isAtEnd {
      let start = scanner.place
      let field = try scanner.takeSyntheticField()
      event.fields.append(field)
      do throws(TracefsError) { try event.check() } catch {
        throw scanner.failure(
          error.message, at: start, nearest: Nearest.names(to: field.type, among: Self.types))
      }
      scanner.skipBlanks()
      guard scanner.isAtEnd || scanner.take(";") else {
        throw scanner.failure("expected ';' between fields")
      }
      scanner.skipBlanks()
    }
    guard !event.fields.isEmpty else {
      throw scanner.failure("a synthetic event has fields: TYPE NAME; …")
    }
    self = event
  }
}

extension TextScanner {
  fileprivate mutating func takeSyntheticField() throws(TracefsError) -> SyntheticEvent.Field {
    var words: [String] = []
    var length = SyntheticEvent.Field.Length.one
    let start = place
    while !isAtEnd, next != UInt8(ascii: ";") {
      if take("[") {
        guard length == .one, !words.isEmpty else {
          throw failure("an array has one length", at: place - 1)
        }
        length = next == UInt8(ascii: "]") ? .dynamic : .fixed(try expectInt("a length"))
        try expect("]")
      } else {
        words.append(try expectIdentifier("a type or a name"))
      }
      skipBlanks()
    }
    guard words.count >= 2, let name = words.popLast() else {
      throw failure("a field is a type and a name", at: start)
    }
    return SyntheticEvent.Field(words.joined(separator: " "), name, length)
  }
}
