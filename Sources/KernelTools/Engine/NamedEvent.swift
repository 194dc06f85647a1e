/// An event as a person names it: `SYSTEM:EVENT`, or a probe in kscope's language, which makes one.
struct NamedEvent: Hashable {
  var system: String
  var name: String
  /// What makes it: `probe:vfs_read(count)`; nil for one of the kernel's own.
  var probe: String?

  var title: String { "\(system):\(name)" }

  /// What follows is kscope's own language.
  static let probePrefix = "probe:"
  /// The system of the events that it makes.
  private static let probeSystem = "kscope"

  init(system: String, name: String) {
    self.system = system
    self.name = name
  }

  /// - Parameter probe: whole, with its brackets.
  init(probe: String) {
    self.probe = probe
    system = Self.probeSystem
    let place = probe.dropFirst(Self.probePrefix.count).prefix { $0 != "(" }
    let function = place.split(separator: ":").last?.prefix { $0 != "+" && $0 != "%" } ?? ""
    // The kernel's limit is 64 with the NUL, and there may be a number behind the name.
    let whole = function + (place.hasSuffix("%return") ? "_return" : "")
    name = String(StreamWords.eventName(String(whole)).prefix(58))
  }
}

/// Reads what a person says about an event, from its begin.
struct NamedEventScanner {
  private(set) var rest: Substring

  init(_ text: String) { rest = Substring(text) }

  mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }

  mutating func take(_ prefix: String) -> Bool {
    guard rest.hasPrefix(prefix) else { return false }
    rest = rest.dropFirst(prefix.count)
    return true
  }

  mutating func takeName() -> String? {
    let name = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
    rest = rest.dropFirst(name.count)
    return name.isEmpty ? nil : String(name)
  }

  /// A field, which bcc writes with `args->` before it.
  mutating func takeField() -> String? {
    skipBlanks()
    _ = take("args->")
    return takeName()
  }

  /// Fields with commas between them; nil where one is missing.
  mutating func takeFields() -> [String]? {
    var fields: [String] = []
    repeat {
      guard let field = takeField() else { return nil }
      fields.append(field)
      skipBlanks()
    } while take(",")
    return fields
  }

  /// A text between quotes, in which \\ stands before a quote of its own.
  mutating func takeQuoted() -> String? {
    guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
    var text = ""
    var inner = rest.dropFirst()
    while let letter = inner.popFirst() {
      if letter == quote {
        rest = inner
        return text
      }
      text.append(letter)
      if letter == "\\", let next = inner.popFirst() { text.append(next) }
    }
    return nil
  }

  /// bcc's types of fields, which the kernel knows itself: `u32,char*`; up to the colon.
  mutating func takeFieldTypes() -> Bool {
    let types = rest.prefix { $0 != ":" }
    rest = rest.dropFirst(types.count)
    return !types.isEmpty
  }

  /// bcc's condition, which is all that is left; nil where nothing is.
  mutating func takeRest() -> String? {
    defer { rest = "" }
    return Self.condition(rest)
  }

  /// `SYSTEM:EVENT` or `probe:FUNCTION(…)`; nil where neither is there.
  mutating func takeEvent() -> NamedEvent? {
    if rest.hasPrefix(NamedEvent.probePrefix) { return takeProbe() }
    guard let system = takeName(), take(":"), let name = takeName() else { return nil }
    return NamedEvent(system: system, name: name)
  }

  private mutating func takeProbe() -> NamedEvent? {
    let head = rest.dropFirst(NamedEvent.probePrefix.count).prefix { !" (\t".contains($0) }
    // Without brackets a field stands behind the last colon, as a module stands before one.
    guard !head.isEmpty else { return nil }
    var length = NamedEvent.probePrefix.count + head.count
    if let brackets = Self.bracketed(rest.dropFirst(length)) { length += brackets.count }
    let probe = String(rest.prefix(length))
    rest = rest.dropFirst(length)
    return NamedEvent(probe: probe)
  }

  /// What begins with a bracket, up to the one that closes it; nil where it does not.
  static func bracketed(_ text: Substring) -> Substring? {
    guard text.first == "(" else { return nil }
    var depth = 0
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return text[...index] }
    }
    return nil
  }

  /// A condition after `if`, up to a text that no operator asks for; bcc's brackets in its place.
  mutating func takeFilter() -> String? {
    skipBlanks()
    if let brackets = Self.bracketed(rest) {
      rest = rest.dropFirst(brackets.count)
      return Self.condition(brackets.dropFirst().dropLast())
    }
    guard take("if ") else { return nil }
    var isAsked = true
    var quote: Character?
    var end = rest.startIndex
    for index in rest.indices {
      let letter = rest[index]
      if let open = quote {
        if letter == open { (quote, isAsked) = (nil, false) }
      } else if letter == "\"" || letter == "'" {
        if !isAsked { break }
        quote = letter
      } else if letter != " " {
        isAsked = "=~<>&|(!".contains(letter)
      }
      end = rest.index(after: index)
    }
    let text = rest[..<end]
    rest = rest[end...]
    return Self.condition(text)
  }

  private static func condition(_ text: Substring) -> String? {
    var condition = ""
    var rest = text
    while !rest.isEmpty {
      if rest.hasPrefix("args->") {
        rest = rest.dropFirst("args->".count)
      } else {
        condition.append(rest.removeFirst())
      }
    }
    while condition.last == " " { condition.removeLast() }
    condition = String(condition.drop { $0 == " " })
    return condition.isEmpty ? nil : condition
  }
}
