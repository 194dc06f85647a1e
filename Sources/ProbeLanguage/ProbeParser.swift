/// Reads the text of a probe.
struct ProbeParser {
  private let text: String
  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0

  static let prefix = "probe:"

  static func parse(_ text: String) throws(ProbeError) -> ProbeSyntax {
    var parser = ProbeParser(text)
    return try parser.probe()
  }

  private init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  // MARK: The probe

  private mutating func probe() throws(ProbeError) -> ProbeSyntax {
    if bytes.starts(with: Self.prefix.utf8) { at = Self.prefix.utf8.count }
    var place = at
    var function = try name("the name of a function", isFunction: true)
    var module: String?
    if peek == ":" {
      at += 1
      module = function
      place = at
      function = try name("the name of a function", isFunction: true)
    }
    var offset: Int?
    if peek == "+" {
      at += 1
      offset = try number("how many bytes into the function")
    }
    var isReturn = false
    if bytes[at...].starts(with: "%return".utf8) {
      isReturn = true
      at += "%return".utf8.count
    }
    var arguments: [ProbeSyntax.Argument]?
    if take("(") {
      arguments = try list()
      guard take(")") else { throw wrong(at, "expected , or )") }
    }
    skipBlanks()
    guard at == bytes.count else {
      throw wrong(
        at, "nothing was expected here", hint: "the form is probe:FUNCTION(name=EXPRESSION:TYPE, …)"
      )
    }
    return ProbeSyntax(
      module: module, function: function, place: place, offset: offset, isReturn: isReturn,
      arguments: arguments)
  }

  private mutating func list() throws(ProbeError) -> [ProbeSyntax.Argument] {
    var list: [ProbeSyntax.Argument] = []
    skipBlanks()
    if peek == ")" { return list }
    repeat { list.append(try argument()) } while take(",")
    return list
  }

  private mutating func argument() throws(ProbeError) -> ProbeSyntax.Argument {
    skipBlanks()
    let place = at
    var called: String?
    if isNameStart(peek) {
      let word = try name("a name")
      if take("=") { called = word } else { at = place }
    }
    let value = try expression()
    var type: ProbeSyntax.WrittenType?
    if take(":") {
      skipBlanks()
      let start = at
      while let byte = peekByte, Self.isTypeByte(byte) { at += 1 }
      let word = String(decoding: bytes[start..<at], as: UTF8.self)
      guard !word.isEmpty else {
        throw wrong(start, "a type is missing", hint: "for example u32, x64, string or u8[16]")
      }
      type = .init(text: word, place: start)
    }
    return .init(name: called, value: value, type: type, place: place)
  }

  // MARK: Expressions

  private mutating func expression() throws(ProbeError) -> ProbeSyntax.Expression {
    skipBlanks()
    depth += 1
    defer { depth -= 1 }
    if depth > 40 { throw wrong(at, "more brackets than can be") }
    let place = at
    if take("*") { return .init(form: .dereference(try expression()), place: place) }
    if peek == "&" {
      throw wrong(at, "an address cannot be computed, only what lies at it can be recorded")
    }
    if peek == "(", let (words, stars) = try castType() {
      return .init(form: .cast(words, stars: stars, try expression()), place: place)
    }
    var value = try primary()
    // As many steps as anybody writes, so that what follows them need not be deep.
    for _ in 0..<100 {
      skipBlanks()
      if take(".") {
        let place = placeOfNext
        value = .init(form: .member(value, try name("the name of a member")), place: place)
      } else if bytes[at...].starts(with: "->".utf8) {
        at += 2
        let place = placeOfNext
        value = .init(form: .arrow(value, try name("the name of a member")), place: place)
      } else if take("[") {
        let place = placeOfNext
        value = .init(form: .index(value, try number("a number")), place: place)
        guard take("]") else { throw wrong(at, "expected ]") }
      } else {
        return value
      }
    }
    throw wrong(at, "more steps than can be")
  }

  private mutating func primary() throws(ProbeError) -> ProbeSyntax.Expression {
    let place = at
    switch peek {
    case "(":
      at += 1
      let inner = try expression()
      guard take(")") else { throw wrong(at, "expected )") }
      return inner
    case "$": return .init(form: try variable(), place: place)
    case "%":
      at += 1
      return .init(form: .raw("%" + (try name("the name of a register"))), place: place)
    case "@":
      at += 1
      let start = at
      _ = try name("a symbol or address", isFunction: true)
      if peek == "+" || peek == "-" {
        at += 1
        _ = try number("bytes from the symbol")
      }
      return .init(
        form: .raw("@" + String(decoding: bytes[start..<at], as: UTF8.self)), place: place)
    case "+", "-":
      let sign = peek == "-" ? -1 : 1
      at += 1
      let isUser = peek == "u"
      if isUser { at += 1 }
      let offset = try number("a number of bytes")
      guard take("(") else { throw wrong(at, "expected ( and what the address is taken from") }
      let inner = try expression()
      guard take(")") else { throw wrong(at, "expected )") }
      return .init(form: .fetch(sign * offset, isUser: isUser, inner), place: place)
    default:
      guard isNameStart(peek) else {
        throw wrong(
          at, "a value is missing",
          hint: "for example $arg1, $retval, $comm, a parameter's name, or (struct file *)$arg1")
      }
      return .init(form: .parameter(try name("a name")), place: place)
    }
  }

  private mutating func variable() throws(ProbeError) -> ProbeSyntax.Form {
    let place = at
    at += 1
    let word = try name("arg1, retval, comm or stack after the $")
    switch word {
    case "retval": return .result
    case "comm": return .comm
    case "stack": return .stack(nil)
    default:
      if word.hasPrefix("arg"), let number = Int(word.dropFirst(3)), number >= 1 {
        return .argument(number)
      }
      if word.hasPrefix("stack"), let number = Int(word.dropFirst(5)), number >= 0 {
        return .stack(number)
      }
      throw wrong(
        place, "there is no $\(word)",
        hint: "there are $arg1 …, $retval, $comm, $stack and $stack0 …")
    }
  }

  // MARK: Casts

  private static let typeWords: Set<String> = [
    "struct", "union", "enum", "const", "volatile", "unsigned", "signed", "int", "long", "short",
    "char", "bool", "_Bool", "void",
  ]

  /// `(struct file *)` before a value; nil, and nothing is read, where brackets mean something else.
  private mutating func castType() throws(ProbeError) -> (words: [String], stars: Int)? {
    let start = at
    at += 1
    var words: [String] = []
    var stars = 0
    while true {
      skipBlanks()
      if peek == "*" {
        stars += 1
        at += 1
      } else if stars == 0 || peek == "c", isNameStart(peek) {
        let word = try name("a type")
        if word != "const", word != "volatile" { words.append(word) }
      } else {
        break
      }
    }
    let isType = words.count > 1 || stars > 0 || words.first.map(Self.typeWords.contains) ?? false
    if !words.isEmpty, take(")") {
      skipBlanks()
      let begins = isNameStart(peek) || ["$", "%", "@", "("].contains(peek)
      if isType || begins {
        return (words, stars)
      }
    }
    at = start
    return nil
  }

  // MARK: Letters

  /// The next character, a NUL at the end.
  private var peek: Unicode.Scalar { at < bytes.count ? Unicode.Scalar(bytes[at]) : "\0" }
  private var peekByte: UInt8? { at < bytes.count ? bytes[at] : nil }

  private var placeOfNext: Int {
    mutating get {
      skipBlanks()
      return at
    }
  }

  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
  }

  private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard peek == wanted else { return false }
    at += 1
    return true
  }

  private func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar >= "a" && scalar <= "z" || scalar >= "A" && scalar <= "Z"
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x30 && byte <= 0x39
      || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a
  }

  private static func isTypeByte(_ byte: UInt8) -> Bool {
    isNameByte(byte) || "@/%[]".utf8.contains(byte)
  }

  /// - Parameter isFunction: a dot belongs to the name: `do_thing.isra.0`.
  private mutating func name(
    _ what: String, isFunction: Bool = false
  ) throws(ProbeError) -> String {
    skipBlanks()
    let start = at
    while let byte = peekByte,
      Self.isNameByte(byte) || isFunction && byte == UInt8(ascii: ".")
    {
      at += 1
    }
    guard at > start else { throw wrong(start, "\(what) is missing") }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  /// Decimal, or hexadecimal after 0x; below 2^31, as the kernel takes it.
  private mutating func number(_ what: String) throws(ProbeError) -> Int {
    skipBlanks()
    let start = at
    while let byte = peekByte, Self.isNameByte(byte) { at += 1 }
    let word = String(decoding: bytes[start..<at], as: UTF8.self)
    let number = word.hasPrefix("0x") ? Int(word.dropFirst(2), radix: 16) : Int(word)
    guard let number, number >= 0, number <= Int(Int32.max) else {
      throw wrong(start, "expected \(what)")
    }
    return number
  }

  private func wrong(_ place: Int, _ problem: String, hint: String? = nil) -> ProbeError {
    .wrong(text: text, offset: place, problem: problem, hint: hint)
  }
}
