/// Reads a print format: the format string, then one expression an argument.
///
/// The grammar is that of C expressions (C11 6.5) without assignment, plus the statement
/// expressions and the brace lists that the kernel's macros leave behind.
struct PrintParser {
  /// How deep brackets may nest; formats of real kernels stay under 40.
  static let deepest = 200

  private var lexer: PrintLexer
  private var token = PrintToken.end
  private var following: PrintToken? = nil
  private var depth = 0
  private let longSize: Int

  private init(_ text: String, longSize: Int) throws(PrintFormatProblem) {
    lexer = PrintLexer(text, longSize: longSize)
    self.longSize = longSize
    token = try lexer.next()
  }

  /// The bytes of the format string and its arguments.
  static func parse(
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

  private mutating func advance() throws(PrintFormatProblem) {
    if let next = following {
      token = next
      following = nil
    } else {
      token = try lexer.next()
    }
  }

  private mutating func peek() throws(PrintFormatProblem) -> PrintToken {
    if let following { return following }
    let next = try lexer.next()
    following = next
    return next
  }

  private mutating func expect(_ symbol: String) throws(PrintFormatProblem) {
    guard token == symbol else { throw unexpected("\"\(symbol)\"") }
    try advance()
  }

  private func unexpected(_ expected: String) -> PrintFormatProblem {
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

  private mutating func conditional() throws(PrintFormatProblem) -> Expression {
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
  private mutating func arguments(
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

  // MARK: Statements

  /// `({ int x = (REC->a); int y = (128); x < y ? x : y; })`, as `min()` leaves behind.
  ///
  /// Anything but declarations with a value and a last expression makes the whole opaque.
  private mutating func block() throws(PrintFormatProblem) -> Expression {
    try expect("{")
    var variables: [(name: String, value: Expression)] = []
    var value = Expression.opaque
    var understood = true
    while !(token == "}") {
      guard understood, token != .end else {
        if token == .end { throw unexpected("\"})\"") }
        try skipStatement()
        value = .opaque
        continue
      }
      if case .name(let first) = token, startsType(first) {
        let type = try typeName()
        guard case .name(let name) = token, try peek() == "=" else {
          understood = false
          continue
        }
        try advance()
        try advance()
        if token == "{" {
          understood = false
          continue
        }
        variables.append((name, .cast(type, try conditional())))
      } else {
        if case .name = token, case .name = try peek() {
          understood = false
          continue
        }
        value = try conditional()
      }
      if token == ";" { try advance() } else { understood = false }
    }
    try advance()
    try expect(")")
    return understood ? .block(variables, value) : .opaque
  }

  private mutating func skipStatement() throws(PrintFormatProblem) {
    var nesting = 0
    while token != .end {
      if token == "{" || token == "(" { nesting += 1 }
      if token == "}" || token == ")" {
        if nesting == 0 { return }
        nesting -= 1
      }
      let isEnd = token == ";" && nesting == 0
      try advance()
      if isEnd { return }
    }
  }

  // MARK: Types

  /// Whether a name that follows "(" begins a type.
  private func startsType(_ name: String) -> Bool {
    switch name {
    case "unsigned", "signed", "int", "long", "short", "char", "void", "bool", "_Bool", "struct",
      "union", "enum", "const", "volatile", "static", "size_t", "ssize_t", "uintptr_t", "intptr_t",
      "typeof", "__typeof__":
      return true
    default:
      if FieldDeclaration.sizeOf(words: [name[...]], isPointer: false, longSize: longSize) != nil {
        return true
      }
      return name.hasSuffix("_t") && !name.hasPrefix("__get")
    }
  }

  private mutating func typeName() throws(PrintFormatProblem) -> TypeName {
    var words: [Substring] = []
    var pointers = 0
    loop: while true {
      switch token {
      case .name(let name):
        if let last = words.last, last == "struct" || last == "union" || last == "enum" {
          words.append(name[...])
          try advance()
          continue
        }
        // The name of a variable follows: the type is over.
        if !words.isEmpty, !startsType(name), name != "__attribute__", name != "__user",
          name != "__force"
        {
          break loop
        }
        try advance()
        if name == "typeof" || name == "__typeof__" || name == "__attribute__" {
          if token == "(" { _ = try arguments(of: name) }
          words.append("unknown")
        } else if name != "__user", name != "__force" {
          words.append(name[...])
        }
      case .symbol("*"):
        pointers += 1
        try advance()
      default: break loop
      }
    }
    let isPlain = !words.contains { $0 == "struct" || $0 == "union" || $0 == "unknown" }
    let size =
      isPlain
      ? FieldDeclaration.sizeOf(words: words, isPointer: false, longSize: longSize) : nil
    return TypeName(size: size, isSigned: Self.isSigned(words), pointers: pointers)
  }

  private static func isSigned(_ words: [Substring]) -> Bool {
    if words.contains("unsigned") { return false }
    return words.contains { word in
      switch word {
      case "int", "long", "short", "char", "signed", "s8", "s16", "s32", "s64", "__s8", "__s16",
        "__s32", "__s64", "int8_t", "int16_t", "int32_t", "int64_t", "pid_t", "ssize_t", "loff_t",
        "off_t", "ktime_t", "intptr_t", "enum":
        true
      default: false
      }
    }
  }
}
