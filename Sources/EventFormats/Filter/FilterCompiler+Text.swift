import ByteIO

// Texts and kernel symbols.
extension FilterCompiler {
  /// A step that takes a text.
  struct TextSource {
    var op: FilterOp
    /// Bytes that the step loads itself: a dynamic field's word.
    var loadedSize = 0
    var isTaskName = false
  }

  /// The text that a name is, nil where it is none.
  func textSource(_ expression: FilterExpression) throws(FilterProblem) -> TextSource? {
    guard case .name(let name) = expression.kind else { return nil }
    guard let field = field(name) else {
      return name == "COMM" ? TextSource(op: FilterOp(code: .textTask), isTaskName: true) : nil
    }
    guard field.offset >= 0 else { return nil }
    let offset = UInt32(truncatingIfNeeded: field.offset)
    switch field.kind {
    case .text, .array:
      guard field.isByteArray else { return nil }
      let size = field.size > 0 ? UInt64(field.size) : .max
      return TextSource(op: FilterOp(code: .textField, c: offset, d: size))
    case .dynamic, .relative:
      guard field.isByteArray, field.size == 4 || field.size == 2 else { return nil }
      let op = FilterOp(
        code: .textLocated, a: field.kind == .relative ? 1 : 0, b: UInt16(field.size), c: offset)
      return TextSource(op: op, loadedSize: field.size)
    case .integer, .pointer: return nil
    }
  }

  private mutating func take(_ source: TextSource) {
    if source.isTaskName { takeTaskName() }
    if source.loadedSize > 0 { _ = reach(Int(source.op.c), source.loadedSize) }
    emit(source.op)
  }

  /// Whether the expression is a field that may hold an address of the kernel's.
  private func isAddress(_ expression: FilterExpression) -> Bool {
    guard case .name(let name) = expression.kind, let field = field(name) else { return false }
    return (field.kind == .integer || field.kind == .pointer) && field.size >= events.longSize
      && [4, 8].contains(field.size)
  }

  // MARK: Comparisons

  /// A comparison of whatever stands on its sides.
  mutating func compare(
    _ operation: BinaryOperator, _ left: FilterExpression, _ right: FilterExpression,
    _ place: Range<Int>
  ) throws(FilterProblem) {
    if let source = try textSource(left) {
      try compare(source, operation, left, with: right, place)
    } else if let source = try textSource(right) {
      try compare(source, operation, right, with: left, place)
    } else if isAddress(left), let name = symbolName(right), operation.isEquality {
      try compareSymbol(left, name, right.place, isNegated: operation == .notEqual)
    } else if isAddress(right), let name = symbolName(left), operation.isEquality {
      try compareSymbol(right, name, left.place, isNegated: operation == .notEqual)
    } else {
      try refuseText(left, comparedWith: right)
      try refuseText(right, comparedWith: left)
      try compareNumbers(operation, left, right)
    }
  }

  /// A kernel symbol: in quotes, as trace-cmd wants it, or a name that is no field.
  private func symbolName(_ expression: FilterExpression) -> [UInt8]? {
    switch expression.kind {
    case .text(let bytes, _) where constant(expression) == nil: bytes
    case .name(let name) where isForeign(name) && !assets.fieldNames.contains(name):
      Array(name.utf8)
    default: nil
    }
  }

  private func refuseText(
    _ expression: FilterExpression, comparedWith other: FilterExpression
  ) throws(FilterProblem) {
    guard case .text = expression.kind, constant(expression) == nil else { return }
    if case .name(let name) = other.kind, isForeign(name) { throw missing(name, other.place) }
    throw FilterProblem(
      "'\(other)' is a number in \(format.name), and this is a text", at: expression.place,
      hint: "numbers stand without quotes")
  }

  private mutating func compare(
    _ source: TextSource, _ operation: BinaryOperator, _ named: FilterExpression,
    with other: FilterExpression, _ place: Range<Int>
  ) throws(FilterProblem) {
    guard operation.isEquality else {
      throw FilterProblem(
        "'\(named)' is a text, and texts have no order", at: place,
        hint: "texts are compared by ==, !=, =~ and !~")
    }
    let isNegated: UInt16 = operation == .notEqual ? 1 : 0
    if case .text(let bytes, _) = other.kind {
      take(source)
      emit(
        FilterOp(
          code: .textEqual, b: isNegated, d: Self.pair(assets.intern(Self.unescaped(bytes)))))
    } else if let second = try textSource(other) {
      take(source)
      emit(FilterOp(code: .textKeep))
      take(second)
      emit(FilterOp(code: .textSame, b: isNegated))
    } else if case .name(let name) = other.kind, isForeign(name) {
      var problem = missing(name, other.place)
      problem.hint = "a text stands in quotes: \(named) \(operation.spelling) \"\(name)\""
      throw problem
    } else {
      throw FilterProblem(
        "'\(named)' is a text in \(format.name), and this is none", at: other.place,
        hint: "a text stands in quotes")
    }
  }

  /// `\\` means `\`; patterns keep both.
  private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var isEscaped = false
    for byte in bytes {
      if byte == UInt8(ascii: "\\"), isEscaped {
        isEscaped = false
        continue
      }
      isEscaped = byte == UInt8(ascii: "\\")
      text.append(byte)
    }
    return text
  }

  private mutating func compareSymbol(
    _ address: FilterExpression, _ name: [UInt8], _ place: Range<Int>, isNegated: Bool
  ) throws(FilterProblem) {
    let ranges = try regexProblem(place) { () throws(POSIXRegexError) in
      try assets.addresses(name, isPattern: false, in: events.symbols)
    }
    guard !ranges.isEmpty else {
      let name = String(decoding: name, as: UTF8.self)
      let known = events.symbols.symbolCount > 0
      throw FilterProblem(
        "no field" + (known ? " and no kernel symbol" : "") + " is named '\(name)'", at: place,
        nearest: known ? nearestSymbols(name) : [],
        hint: known ? nil : "the recording has no kernel symbols: compare with a number",
        missingField: known ? nil : name)
    }
    try inRanges(address, ranges, isNegated: isNegated)
  }

  private func nearestSymbols(_ name: String) -> [String] {
    let length = name.utf8.count
    let allowed = max(2, length / 3)
    let first = name.utf8.first
    let similar = events.symbols.names { $0.first == first && abs($0.count - length) <= allowed }
    return Array(Set(Nearest.names(to: name, among: similar, limit: 8))).sorted {
      (Nearest.editDistance($0.utf8, name.utf8, atMost: 64) ?? 64, $0)
        < (Nearest.editDistance($1.utf8, name.utf8, atMost: 64) ?? 64, $1)
    }.prefix(4).map { $0 }
  }

  private mutating func inRanges(
    _ address: FilterExpression, _ ranges: Range<Int>, isNegated: Bool
  ) throws(FilterProblem) {
    _ = try number(address)
    pop(1, FilterOp(code: .inRanges, b: isNegated ? 1 : 0, d: Self.pair(ranges)))
  }

  // MARK: Patterns

  /// `left =~ "pattern"`
  mutating func match(
    _ left: FilterExpression, _ right: FilterExpression, isNegated: Bool
  ) throws(FilterProblem) {
    guard case .text(let bytes, _) = right.kind else {
      throw FilterProblem(
        "=~ and !~ need a regular expression in quotes", at: right.place,
        hint: "write it as \(left) =~ \"…\"")
    }
    let negation: UInt16 = isNegated ? 1 : 0
    if let source = try textSource(left) {
      let pattern = try regexProblem(right.place) { () throws(POSIXRegexError) in
        try assets.pattern(bytes)
      }
      take(source)
      switch pattern {
      case .literal(let text, let atStart, let atEnd):
        emit(
          FilterOp(
            code: .textContains, a: (atStart ? 1 : 0) | (atEnd ? 2 : 0), b: negation,
            d: Self.pair(assets.intern(text))))
      case .regex(let regex):
        let number = assets.number(of: regex) ?? 0
        emit(FilterOp(code: .textMatches, b: negation, c: UInt32(truncatingIfNeeded: number)))
      }
    } else if isAddress(left) {
      let ranges = try regexProblem(right.place) { () throws(POSIXRegexError) in
        try assets.addresses(bytes, isPattern: true, in: events.symbols)
      }
      try inRanges(left, ranges, isNegated: isNegated)
    } else {
      if case .name(let name) = left.kind, isForeign(name) { throw missing(name, left.place) }
      throw FilterProblem(
        "'\(left)' is no text in \(format.name)", at: left.place,
        hint: "=~ and !~ look at texts, and at addresses for the names of their symbols")
    }
  }

  private func regexProblem<T>(
    _ place: Range<Int>, _ body: () throws(POSIXRegexError) -> T
  ) throws(FilterProblem) -> T {
    do throws(POSIXRegexError) {
      return try body()
    } catch {
      throw FilterProblem("this regular expression is malformed: \(error.reason)", at: place)
    }
  }
}

extension BinaryOperator {
  fileprivate var isEquality: Bool { self == .equal || self == .notEqual }
}
