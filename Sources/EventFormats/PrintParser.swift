/// Reads a print format: the format string, then one expression an argument.
///
/// The grammar is that of C expressions (C11 6.5) without assignment, plus the statement
/// expressions and the brace lists that the kernel's macros leave behind.
struct PrintParser {
  /// How deep brackets may nest; formats of real kernels stay under 40.
  static let deepest = 200

  private var lexer: PrintLexer
  var token = PrintToken.end
  private var following: PrintToken? = nil
  private var depth = 0
  let longSize: Int

  private init(_ text: String, longSize: Int) throws(PrintFormatProblem) {
    lexer = PrintLexer(text, longSize: longSize)
    self.longSize = longSize
    token = try lexer.next()
  }

  /// The bytes of the format string and its arguments.
  static func parse(
    _ text: String, longSize: Int
  ) throws(PrintFormatProblem) -> (format: [UInt8], arguments: [Expression]) {
    do { return try parseStrictly(text, longSize: longSize) } catch {
      if let parsed = parseWithInnerQuotes(text, longSize: longSize) { return parsed }
      throw error
    }
  }

  /// Of a format that is written as C has it.
  static func parseStrictly(
    _ text: String, longSize: Int
  ) throws(PrintFormatProblem) -> (format: [UInt8], arguments: [Expression]) {
    var parser = try PrintParser(text, longSize: longSize)
    var isBracketed = false
    if parser.token == "(" {
      isBracketed = true
      try parser.advance()
    }
    guard case .string = parser.token else { throw parser.unexpected("a format string") }
    let format = try parser.strings()
    var arguments: [Expression] = []
    while parser.token == "," {
      try parser.advance()
      if parser.token == .end { break }
      arguments.append(try parser.conditional())
    }
    if isBracketed { try parser.expect(")") }
    guard parser.token == .end else { throw parser.unexpected("\",\" or the end") }
    return (format, arguments)
  }

  // MARK: Tokens

  mutating func advance() throws(PrintFormatProblem) {
    if let next = following {
      token = next
      following = nil
    } else {
      token = try lexer.next()
    }
  }

  mutating func peek() throws(PrintFormatProblem) -> PrintToken {
    if let following { return following }
    let next = try lexer.next()
    following = next
    return next
  }

  mutating func expect(_ symbol: String) throws(PrintFormatProblem) {
    guard token == symbol else { throw unexpected("\"\(symbol)\"") }
    try advance()
  }

  func unexpected(_ expected: String) -> PrintFormatProblem {
    let found =
      switch token {
      case .end: "the end"
      case .name(let name): "\"\(name)\""
      case .number(let value, _): "\(value)"
      case .string: "a string"
      case .symbol(let symbol): "\"\(symbol)\""
      }
    return PrintFormatProblem("found \(found), expected \(expected)", at: lexer.offset)
  }

  /// String literals that follow each other are one, as in C.
  private mutating func strings() throws(PrintFormatProblem) -> [UInt8] {
    var text: [UInt8] = []
    while case .string(let part) = token {
      text += part
      try advance()
    }
    return text
  }

  private mutating func deeper<T>(
    _ body: (inout PrintParser) throws(PrintFormatProblem) -> T
  ) throws(PrintFormatProblem) -> T {
    guard depth < Self.deepest else {
      throw PrintFormatProblem("brackets nest deeper than \(Self.deepest)", at: lexer.offset)
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  // MARK: Operators

  mutating func conditional() throws(PrintFormatProblem) -> Expression {
    try deeper { (parser) throws(PrintFormatProblem) in
      let condition = try parser.binary(1)
      guard parser.token == "?" else { return condition }
      try parser.advance()
      // GNU's `a ?: b` leaves the middle out.
      let middle = parser.token == ":" ? condition : try parser.conditional()
      try parser.expect(":")
      return .conditional(condition, middle, try parser.conditional())
    }
  }

  /// The operator at this token and how tightly it binds (1 loosest).
  private var binaryOperator: (BinaryOperator, Int)? {
    guard case .symbol(let symbol) = token else { return nil }
    switch symbol {
    case "||": return (.logicalOr, 1)
    case "&&": return (.logicalAnd, 2)
    case "|": return (.or, 3)
    case "^": return (.xor, 4)
    case "&": return (.and, 5)
    case "==": return (.equal, 6)
    case "!=": return (.notEqual, 6)
    case "<": return (.less, 7)
    case ">": return (.greater, 7)
    case "<=": return (.lessOrEqual, 7)
    case ">=": return (.greaterOrEqual, 7)
    case "<<": return (.shiftLeft, 8)
    case ">>": return (.shiftRight, 8)
    case "+": return (.add, 9)
    case "-": return (.subtract, 9)
    case "*": return (.multiply, 10)
    case "/": return (.divide, 10)
    case "%": return (.remainder, 10)
    default: return nil
    }
  }

  private mutating func binary(_ loosest: Int) throws(PrintFormatProblem) -> Expression {
    var left = try unary()
    // The tree leans to the left as long as the chain is; it must not outgrow the stack.
    var links = 0
    while let (operation, strength) = binaryOperator, strength >= loosest {
      links += 1
      guard links + depth < 4 * Self.deepest else {
        throw PrintFormatProblem("an expression is too long", at: lexer.offset)
      }
      try advance()
      let right = try deeper { (parser) throws(PrintFormatProblem) in
        try parser.binary(strength + 1)
      }
      left = .binary(operation, left, right)
    }
    return left
  }

  private mutating func unary() throws(PrintFormatProblem) -> Expression {
    try deeper { (parser) throws(PrintFormatProblem) in
      guard case .symbol(let symbol) = parser.token else { return try parser.postfix() }
      switch symbol {
      case "-", "~", "!", "+", "*", "&":
        try parser.advance()
        let operand = try parser.unary()
        switch symbol {
        case "-": return .unary(.negate, operand)
        case "~": return .unary(.complement, operand)
        case "!": return .unary(.not, operand)
        case "*": return .dereference(operand)
        case "&": return .address(operand)
        default: return operand
        }
      case "(":
        let next = try parser.peek()
        if next == "{" { return try parser.postfix() }
        guard case .name(let name) = next, parser.startsType(name) else {
          return try parser.postfix()
        }
        try parser.advance()
        let type = try parser.typeName()
        try parser.expect(")")
        return .cast(type, try parser.unary())
      default: return try parser.postfix()
      }
    }
  }

  private mutating func postfix() throws(PrintFormatProblem) -> Expression {
    var value = try primary()
    var links = 0
    while case .symbol(let symbol) = token {
      links += 1
      guard links < Self.deepest else {
        throw PrintFormatProblem("an expression is too long", at: lexer.offset)
      }
      switch symbol {
      case "[":
        try advance()
        value = .index(value, try conditional())
        try expect("]")
      case "->", ".":
        try advance()
        guard case .name(let member) = token else { throw unexpected("a field's name") }
        try advance()
        if case .name("REC") = value {
          value = .field(member)
        } else {
          value = .member(value, member)
        }
      default: return value
      }
    }
    return value
  }

  private mutating func primary() throws(PrintFormatProblem) -> Expression {
    switch token {
    case .number(let value, let type):
      try advance()
      return .number(value, type)
    case .string: return .string(try strings())
    case .name("sizeof"): return try sizeOf()
    case .name(let name):
      try advance()
      return token == "(" ? .call(name, try arguments(of: name)) : .name(name)
    case .symbol("("):
      try advance()
      if token == "{" { return try block() }
      let value = try conditional()
      try expect(")")
      return value
    case .symbol("{"): return try list()
    default: throw unexpected("a value")
    }
  }

  private mutating func sizeOf() throws(PrintFormatProblem) -> Expression {
    try advance()
    guard token == "(" else { return .sizeOfValue(try unary()) }
    try advance()
    if case .name(let name) = token, startsType(name) {
      let type = try typeName()
      try expect(")")
      return .sizeOf(type)
    }
    let value = try conditional()
    try expect(")")
    return .sizeOfValue(value)
  }

  /// What stands between the brackets of a call. Lists in braces may come bare or in a row.
  mutating func arguments(
    of function: String
  ) throws(PrintFormatProblem) -> [Expression] {
    try expect("(")
    var values: [Expression] = []
    // A field may have the name of a type: `__get_dynamic_array(u32)`.
    if case .name(let name) = token, Self.takesFieldName(function) {
      try advance()
      values.append(.name(name))
      if token == "," { try advance() }
    }
    while !(token == ")") {
      if case .name(let name) = token, startsType(name) {
        values.append(.sizeOf(try typeName()))
      } else {
        values.append(try conditional())
      }
      if token == "," {
        try advance()
      } else if !(token == ")") {
        throw unexpected("\",\" or \")\"")
      }
    }
    try advance()
    return values
  }

  private static func takesFieldName(_ function: String) -> Bool {
    function.hasPrefix("__get_") && function != "__get_buf"
      || function == "__print_dynamic_array"
  }

  private mutating func list() throws(PrintFormatProblem) -> Expression {
    try deeper { (parser) throws(PrintFormatProblem) in
      try parser.expect("{")
      var values: [Expression] = []
      while !(parser.token == "}") {
        values.append(try parser.conditional())
        if parser.token == "," {
          try parser.advance()
        } else if !(parser.token == "}") {
          throw parser.unexpected("\",\" or \"}\"")
        }
      }
      try parser.advance()
      return .list(values)
    }
  }
}
