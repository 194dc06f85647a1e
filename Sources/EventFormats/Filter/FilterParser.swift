/// Reads the expression of a filter: C's operators with C's strength, `=~` and `!~` beside `==`.
///
/// One thing differs from C: `!` is weaker than a comparison, so that `! pid == 5` is `!(pid == 5)`,
/// as it is to trace-cmd. And what C's strength makes a trap of is refused: in `flags & 8 == 8` the
/// comparison would come first.
struct FilterParser {
  /// How deep brackets, signs and operators may nest.
  static let deepest = 64
  /// How many conditions `&&` or `||` may join at one level.
  static let mostConditions = 1024

  private var lexer: FilterLexer
  private var token = FilterToken(kind: .end, place: 0..<0)
  private var nesting = 0

  /// The expression that begins at an offset of a filter's bytes and ends with them.
  static func parse(_ bytes: [UInt8], from start: Int) throws(FilterProblem) -> FilterExpression {
    var parser = FilterParser(lexer: FilterLexer(bytes, from: start))
    try parser.advance()
    let expression = try parser.anyOf()
    guard parser.token.kind == .end else { throw parser.unexpected("an operator") }
    return expression
  }

  private init(lexer: FilterLexer) { self.lexer = lexer }

  private mutating func advance() throws(FilterProblem) { token = try lexer.next() }

  private func unexpected(_ expected: String) -> FilterProblem {
    switch token.kind {
    case .end: return FilterProblem("\(expected) is missing at the end", at: token.place)
    case .symbol("="):
      return FilterProblem(
        "found '=' where \(expected) was expected", at: token.place, hint: "compare with ==")
    case .symbol(let text):
      return FilterProblem("found '\(text)' where \(expected) was expected", at: token.place)
    case .name, .number, .text:
      return FilterProblem("\(expected) is missing before this", at: token.place)
    }
  }

  private func tooDeep(_ place: Range<Int>) -> FilterProblem {
    FilterProblem("this is nested too deeply (more than \(Self.deepest) levels)", at: place)
  }

  private func checked(_ expression: FilterExpression) throws(FilterProblem) -> FilterExpression {
    guard expression.depth <= Self.deepest else { throw tooDeep(expression.place) }
    return expression
  }

  // MARK: Conditions

  private mutating func anyOf() throws(FilterProblem) -> FilterExpression {
    var parts = [try allOf()]
    while token.isSymbol("||") {
      try advance()
      parts.append(try allOf())
      guard parts.count <= Self.mostConditions else { throw tooMany(parts) }
    }
    return try joined(parts) { .any($0) }
  }

  private mutating func allOf() throws(FilterProblem) -> FilterExpression {
    var parts = [try negation()]
    while token.isSymbol("&&") {
      try advance()
      parts.append(try negation())
      guard parts.count <= Self.mostConditions else { throw tooMany(parts) }
    }
    return try joined(parts) { .all($0) }
  }

  private func tooMany(_ parts: [FilterExpression]) -> FilterProblem {
    FilterProblem(
      "more than \(Self.mostConditions) conditions in one row",
      at: parts.last?.place ?? token.place)
  }

  private func joined(
    _ parts: [FilterExpression], _ make: ([FilterExpression]) -> FilterExpression.Kind
  ) throws(FilterProblem) -> FilterExpression {
    guard parts.count > 1, let first = parts.first, let last = parts.last else { return parts[0] }
    let depth = parts.reduce(0) { max($0, $1.depth) } + 1
    return try checked(
      FilterExpression(
        kind: make(parts), place: first.place.lowerBound..<last.place.upperBound, depth: depth))
  }

  private mutating func negation() throws(FilterProblem) -> FilterExpression {
    guard token.isSymbol("!") else { return try binary(1) }
    let start = token.place.lowerBound
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.deepest else { throw tooDeep(token.place) }
    try advance()
    let operand = try negation()
    return try checked(
      FilterExpression(
        kind: .not(operand), place: start..<operand.place.upperBound, depth: operand.depth + 1))
  }

  // MARK: Comparisons and arithmetic

  private func operation() -> BinaryOperator? {
    guard case .symbol(let symbol) = token.kind else { return nil }
    return switch symbol {
    case "|": .or
    case "^": .xor
    case "&": .and
    case "==", "=~", "!~": .equal
    case "!=": .notEqual
    case "<": .less
    case "<=": .lessOrEqual
    case ">": .greater
    case ">=": .greaterOrEqual
    case "<<": .shiftLeft
    case ">>": .shiftRight
    case "+": .add
    case "-": .subtract
    case "*": .multiply
    case "/": .divide
    case "%": .remainder
    default: nil
    }
  }

  private mutating func binary(_ weakest: Int) throws(FilterProblem) -> FilterExpression {
    var left = try operand()
    while let operation = operation(), operation.strength >= weakest {
      let symbol = token
      try advance()
      let right = try binary(operation.strength + 1)
      let place = left.place.lowerBound..<right.place.upperBound
      let depth = max(left.depth, right.depth) + 1
      let kind: FilterExpression.Kind
      if symbol.isSymbol("=~") || symbol.isSymbol("!~") {
        kind = .match(left, right, isNegated: symbol.isSymbol("!~"))
      } else {
        try refuseTrap(operation, left, right)
        kind = .binary(operation, left, right)
      }
      left = try checked(FilterExpression(kind: kind, place: place, depth: depth))
    }
    return left
  }

  /// C reads `flags & 8 == 8` as `flags & (8 == 8)` and `1 < a < 5` as `(1 < a) < 5`.
  private func refuseTrap(
    _ operation: BinaryOperator, _ left: FilterExpression, _ right: FilterExpression
  ) throws(FilterProblem) {
    for (side, other) in [(left, right), (right, left)] where !side.isBracketed {
      switch side.kind {
      case .binary(let inner, let first, let second) where inner.isComparison:
        if operation.isComparison {
          throw FilterProblem(
            "two comparisons in one",
            at: side.place
              .lowerBound..<max(
                side.place.upperBound, other.place.upperBound),
            hint: "join them with &&: \(first.inBrackets) \(inner.spelling) \(second.inBrackets)"
              + " && \(second.inBrackets) \(operation.spelling) \(other.inBrackets)")
        }
        guard operation.isBitwise else { continue }
        let isLeft = side.place.lowerBound < other.place.lowerBound
        let meant =
          isLeft
          ? "\(first.inBrackets) \(inner.spelling) (\(second.inBrackets) \(operation.spelling)"
            + " \(other.inBrackets))"
          : "(\(other.inBrackets) \(operation.spelling) \(first.inBrackets)) \(inner.spelling)"
            + " \(second.inBrackets)"
        throw FilterProblem(
          "'\(operation.spelling)' is weaker than '\(inner.spelling)' here, as in C, so that this"
            + " comparison would come first", at: side.place, hint: "if that is meant: \(meant)")
      case .match where operation.isBitwise || operation.isComparison:
        throw FilterProblem("a match has no number", at: side.place, hint: "join them with &&")
      default: continue
      }
    }
  }

  private mutating func operand() throws(FilterProblem) -> FilterExpression {
    let start = token
    switch start.kind {
    case .number(let value, let isUnsigned):
      try advance()
      return FilterExpression(kind: .number(value, isUnsigned: isUnsigned), place: start.place)
    case .text(let bytes, let quote):
      try advance()
      return FilterExpression(kind: .text(bytes, quote: quote), place: start.place)
    case .name(let name):
      try advance()
      return token.isSymbol("[")
        ? try element(of: name, start) : FilterExpression(kind: .name(name), place: start.place)
    case .symbol("("), .symbol("-"), .symbol("~"), .symbol("+"):
      nesting += 1
      defer { nesting -= 1 }
      guard nesting <= Self.deepest else { throw tooDeep(start.place) }
      try advance()
      return start.isSymbol("(") ? try brackets(start) : try signed(start)
    case .symbol("!"):
      throw FilterProblem(
        "'!' turns a whole condition round, not a number", at: start.place,
        hint: "put brackets around it: (!…)")
    case .symbol, .end: throw unexpected("a field or a value")
    }
  }

  private mutating func brackets(_ start: FilterToken) throws(FilterProblem) -> FilterExpression {
    var inner = try anyOf()
    guard token.isSymbol(")") else {
      if token.kind == .end {
        throw FilterProblem("this bracket is not closed", at: start.place)
      }
      throw unexpected("an operator or ')'")
    }
    try advance()
    inner.isBracketed = true
    return inner
  }

  private mutating func signed(_ sign: FilterToken) throws(FilterProblem) -> FilterExpression {
    let operand = try operand()
    if sign.isSymbol("+") { return operand }
    let place = sign.place.lowerBound..<operand.place.upperBound
    if sign.isSymbol("-"), case .number(let value, _) = operand.kind, value <= 1 << 63 {
      return FilterExpression(kind: .number(0 &- value, isUnsigned: false), place: place)
    }
    return try checked(
      FilterExpression(
        kind: .unary(sign.isSymbol("-") ? .negate : .complement, operand), place: place,
        depth: operand.depth + 1))
  }

  private mutating func element(
    of name: String, _ start: FilterToken
  ) throws(FilterProblem) -> FilterExpression {
    try advance()
    guard case .number(let index, _) = token.kind, index < 1 << 20 else {
      throw unexpected("an element's number")
    }
    try advance()
    guard token.isSymbol("]") else { throw unexpected("']'") }
    let place = start.place.lowerBound..<token.place.upperBound
    try advance()
    return FilterExpression(kind: .element(name, Int(index)), place: place)
  }
}
