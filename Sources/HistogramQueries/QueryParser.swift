import ByteIO
import Tracefs

/// Reads `SELECT … FROM … [JOIN … ON …] [WHERE …]`.
struct QueryParser {
  let query: QueryText
  private let tokens: [QueryToken]
  private var at = 0
  private var depth = 0

  /// More brackets within one another than anybody writes.
  private static let depthLimit = 40

  static func parse(_ text: String) throws(TracefsError) -> QuerySyntax {
    var parser = try QueryParser(QueryText(text: text))
    return try parser.takeQuery()
  }

  private init(_ query: QueryText) throws(TracefsError) {
    self.query = query
    tokens = try QueryToken.list(of: query)
  }

  private mutating func takeQuery() throws(TracefsError) -> QuerySyntax {
    try expectKeyword("SELECT")
    var selections: [QuerySyntax.Selection] = []
    repeat { selections.append(try takeSelection()) } while take(",")
    try expectKeyword("FROM")
    let from = try takeEvent()
    var result = QuerySyntax(selections: selections, from: from, matches: [])
    if takeKeyword("JOIN") {
      result.join = try takeEvent()
      try expectKeyword("ON")
      repeat { result.matches.append(try takeMatch()) } while takeKeyword("AND") || take("&&")
    }
    if takeKeyword("WHERE") { result.condition = try takeCondition() }
    _ = take(";")
    guard next.kind == .end else {
      throw misread(
        "nothing was expected here", among: result.join == nil ? ["JOIN", "WHERE"] : ["WHERE"])
    }
    return result
  }

  // MARK: What is selected

  private mutating func takeSelection() throws(TracefsError) -> QuerySyntax.Selection {
    let place = next.place
    if isAt("*") {
      throw failure("the fields must be named, there is no *")
    }
    var selection = QuerySyntax.Selection(terms: [], place: place)
    if takeKeyword("CAST") {
      try expect("(")
      selection.terms = try takeSum()
      try expectKeyword("AS")
      selection.cast = try takeCastWord()
      try expect(")")
    } else {
      selection.terms = try takeSum()
    }
    if takeKeyword("AS") { selection.label = try takeLabel() }
    return selection
  }

  private mutating func takeCastWord() throws(TracefsError) -> QuerySyntax.Label {
    var word = try takeLabel("a kind of field: \(HistogramCast.words.joined(separator: ", "))")
    // The only word with a sign in it.
    if word.text.uppercased() == "SYM", take("-") {
      word.text += "-" + (try takeLabel("OFFSET").text)
    }
    return word
  }

  private mutating func takeSum() throws(TracefsError) -> [QuerySyntax.Term] {
    try enter()
    defer { depth -= 1 }
    var terms = try takePart()
    while isAt("+") || isAt("-") {
      let isSubtracted = take("-")
      if !isSubtracted { advance() }
      for term in try takePart() {
        terms.append(
          QuerySyntax.Term(
            isSubtracted: term.isSubtracted != isSubtracted, operand: term.operand))
      }
    }
    return terms
  }

  private mutating func takePart() throws(TracefsError) -> [QuerySyntax.Term] {
    if take("(") {
      let terms = try takeSum()
      try expect(")")
      return terms
    }
    let place = next.place
    if case .number(let number) = next.kind {
      advance()
      return [QuerySyntax.Term(isSubtracted: false, operand: .number(number, place: place))]
    }
    return [
      QuerySyntax.Term(isSubtracted: false, operand: .name(try takeName("a field or a number")))
    ]
  }

  // MARK: Events

  private mutating func takeEvent() throws(TracefsError) -> QuerySyntax.Event {
    var event = QuerySyntax.Event(name: try takeName("the name of an event"))
    if takeKeyword("AS") { event.label = try takeLabel() }
    return event
  }

  private mutating func takeMatch() throws(TracefsError) -> QuerySyntax.Match {
    let left = try takeName("a field of one of the events")
    guard take("=") || take("==") else {
      throw failure("expected =: the events belong together where two fields are equal")
    }
    return QuerySyntax.Match(left: left, right: try takeName("a field of the other event"))
  }

  // MARK: Conditions

  private mutating func takeCondition() throws(TracefsError) -> QuerySyntax.Condition {
    try enter()
    defer { depth -= 1 }
    var parts = [try takeConjunction()]
    while takeKeyword("OR") || take("||") { parts.append(try takeConjunction()) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func takeConjunction() throws(TracefsError) -> QuerySyntax.Condition {
    var parts = [try takeFactor()]
    while takeKeyword("AND") || take("&&") { parts.append(try takeFactor()) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func takeFactor() throws(TracefsError) -> QuerySyntax.Condition {
    if takeKeyword("NOT") || take("!") {
      try enter()
      defer { depth -= 1 }
      return .not(try takeFactor())
    }
    if take("(") {
      let inner = try takeCondition()
      try expect(")")
      return inner
    }
    return .comparison(try takeComparison())
  }

  private static let comparisons = ["==", "!=", "<=", ">=", "=", "<", ">", "~", "&"]

  private mutating func takeComparison() throws(TracefsError) -> QuerySyntax.Comparison {
    let field = try takeName("a field to compare")
    let signPlace = next.place
    guard let sign = Self.comparisons.first(where: isAt) else {
      throw failure("expected a comparison: \(Self.comparisons.joined(separator: " "))")
    }
    advance()
    let valuePlace = next.place
    let isNegative = take("-")
    let value: QuerySyntax.Literal
    switch next.kind {
    case .number(let number): value = .number(number, isNegative: isNegative && number != 0)
    case .text(let text) where !isNegative: value = .text(text)
    default: throw failure("expected a number or a 'text'")
    }
    advance()
    return QuerySyntax.Comparison(
      field: field, sign: sign == "=" ? "==" : sign, signPlace: signPlace, value: value,
      valuePlace: valuePlace)
  }

  // MARK: Words

  private mutating func takeName(_ what: String) throws(TracefsError) -> QuerySyntax.Name {
    guard case .word(let first) = next.kind, !next.isAnyKeyword || peek == .sign(".") else {
      throw failure("expected \(what)")
    }
    var name = QuerySyntax.Name(parts: [first], place: next.place)
    advance()
    while take(".") { name.parts.append(try takeLabel("a name behind the dot").text) }
    return name
  }

  private mutating func takeLabel(
    _ what: String = "a name"
  ) throws(TracefsError) -> QuerySyntax.Label {
    guard case .word(let word) = next.kind else { throw failure("expected \(what)") }
    let label = QuerySyntax.Label(text: word, place: next.place)
    advance()
    return label
  }

  private mutating func expectKeyword(_ keyword: String) throws(TracefsError) {
    if takeKeyword(keyword) { return }
    throw misread("expected \(keyword)", among: [keyword])
  }

  /// Names the keyword that a misspelled word may have been.
  private func misread(_ problem: String, among keywords: [String]) -> TracefsError {
    guard case .word(let word) = next.kind else { return failure(problem) }
    return query.failure(
      problem, at: next.place, nearest: Nearest.names(to: word.uppercased(), among: keywords))
  }

  // MARK: Tokens

  /// The last token is the end, and stays.
  private var next: QueryToken { tokens[min(at, tokens.count - 1)] }

  private var peek: QueryToken.Kind { tokens[min(at + 1, tokens.count - 1)].kind }

  private mutating func advance() { at += 1 }

  private func isAt(_ sign: String) -> Bool { next.kind == .sign(sign) }

  private mutating func take(_ sign: String) -> Bool {
    guard isAt(sign) else { return false }
    advance()
    return true
  }

  private mutating func takeKeyword(_ keyword: String) -> Bool {
    guard next.isKeyword(keyword) else { return false }
    advance()
    return true
  }

  private mutating func expect(_ sign: String) throws(TracefsError) {
    guard take(sign) else { throw failure("expected \(sign)") }
  }

  private mutating func enter() throws(TracefsError) {
    depth += 1
    if depth > Self.depthLimit { throw failure("more brackets than can be") }
  }

  private func failure(_ problem: String) -> TracefsError {
    query.failure(problem, at: next.place)
  }
}
