// Statement expressions, a GNU extension of C that the kernel's macros leave in print formats.
extension PrintParser {
  /// `({ int x = (REC->a); int y = (128); x < y ? x : y; })`, as `min()` leaves behind.
  ///
  /// Anything but declarations with a value and a last expression makes the whole opaque.
  mutating func block() throws(PrintFormatProblem) -> Expression {
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

  /// Passes over all up to the next statement, or up to the bracket that ends the last.
  private mutating func skipStatement() throws(PrintFormatProblem) {
    var nesting = 0
    while token != .end {
      if token == "{" || token == "(" { nesting += 1 }
      if token == "}" || token == ")" {
        if nesting == 0 {
          guard token == "}" else { throw unexpected("\";\" or \"}\"") }
          return
        }
        nesting -= 1
      }
      let isEnd = token == ";" && nesting == 0
      try advance()
      if isEnd { return }
    }
  }
}
