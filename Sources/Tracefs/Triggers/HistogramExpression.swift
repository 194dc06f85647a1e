import ByteIO

/// A key, value or variable of a histogram: fields, variables and numbers, added and so on
/// (Documentation/trace/histogram.rst).
public struct HistogramExpression: Hashable, Sendable {
  public enum Operator: String, Hashable, Sendable, CaseIterable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
  }

  public indirect enum Operand: Hashable, Sendable {
    /// `prev_pid`, `call_site.sym`.
    case field(HistogramField)
    /// `$ts0`, or of one event alone: `sched.sched_waking.$ts0`.
    case variable(String, event: EventName? = nil)
    case number(UInt64)
    /// `-(…)`; the kernel reads no other parentheses.
    case negated(HistogramExpression)
  }

  public struct Term: Hashable, Sendable {
    public var `operator`: Operator
    public var operand: Operand

    public init(_ operator: Operator, _ operand: Operand) {
      self.operator = `operator`
      self.operand = operand
    }
  }

  public var first: Operand
  public var rest: [Term]

  public init(_ first: Operand, _ rest: [Term] = []) {
    self.first = first
    self.rest = rest
  }

  /// A field alone.
  public init(field name: String, _ modifier: HistogramField.Modifier? = nil) {
    self.init(.field(HistogramField(name, modifier)))
  }

  /// The field that this is, where it is no more than one.
  public var field: HistogramField? {
    if case .field(let field) = first, rest.isEmpty { return field }
    return nil
  }
}

/// A field of an event, and how a histogram treats it.
public struct HistogramField: Hashable, Sendable {
  public enum Modifier: Hashable, Sendable {
    case hex, symbol, symbolOffset, syscall, execname, log2, microseconds, percent, graph
    case stacktrace
    /// In groups of so many.
    case buckets(UInt64)
  }

  public var name: String
  public var modifier: Modifier?

  public init(_ name: String, _ modifier: Modifier? = nil) {
    self.name = name
    self.modifier = modifier
  }

  /// How often the key was seen; always among the values.
  public static let hitcount = HistogramField("hitcount")
  /// The kernel's stack; kernels before 6.3 call it `stacktrace`, which later ones take too.
  public static let stacktrace = HistogramField("common_stacktrace")
}

extension HistogramField: CustomStringConvertible {
  public var description: String {
    switch modifier {
    case nil: name
    case .buckets(let size): "\(name).buckets=\(size)"
    case .some(let modifier):
      "\(name).\(Self.words.first { $0.modifier == modifier }?.word ?? "")"
    }
  }

  fileprivate static let words: [(word: String, modifier: Modifier)] = [
    ("hex", .hex), ("sym", .symbol), ("sym-offset", .symbolOffset), ("syscall", .syscall),
    ("execname", .execname), ("log2", .log2), ("usecs", .microseconds), ("percent", .percent),
    ("graph", .graph), ("stacktrace", .stacktrace),
  ]

  /// The modifiers' words, for finding what may have been meant.
  static let modifierWords = words.map(\.word) + ["buckets"]

  fileprivate static func modifier(_ word: String) -> Modifier? {
    words.first { $0.word == word }?.modifier
  }
}

extension HistogramExpression: CustomStringConvertible {
  public var description: String {
    rest.reduce(first.description) { $0 + $1.operator.rawValue + $1.operand.description }
  }

  func check() throws(TracefsError) {
    for operand in [first] + rest.map(\.operand) { try operand.check() }
  }
}

extension HistogramExpression.Operand: CustomStringConvertible {
  public var description: String {
    switch self {
    case .field(let field): "\(field)"
    case .variable(let name, let event?): "\(event.system).\(event.name).$\(name)"
    case .variable(let name, nil): "$\(name)"
    case .number(let number): "\(number)"
    case .negated(let expression): "-(\(expression))"
    }
  }

  fileprivate func check() throws(TracefsError) {
    switch self {
    case .field(let field):
      try KernelName.check(field.name, "field of a histogram")
      if case .buckets(0) = field.modifier {
        throw .badValue(what: "buckets of \(field.name)", text: "0", expected: "1 or more")
      }
    case .variable(let name, let event):
      try KernelName.check(name, "variable of a histogram")
      if let event {
        try KernelName.check(event.system, "system of an event")
        try KernelName.check(event.name, "name of an event")
      }
    case .number: break
    case .negated(let expression): try expression.check()
    }
  }
}

// MARK: Reading

extension TextScanner {
  mutating func takeHistogramExpression() throws(TracefsError) -> HistogramExpression {
    var result = HistogramExpression(try takeOperand())
    while let next, let sign = HistogramExpression.Operator(rawValue: String(UnicodeScalar(next))) {
      advance()
      result.rest.append(HistogramExpression.Term(sign, try takeOperand()))
    }
    return result
  }

  private mutating func takeOperand() throws(TracefsError) -> HistogramExpression.Operand {
    if take("-") {
      guard take("(") else { throw failure("the kernel reads only -(…)") }
      let inner = try takeHistogramExpression()
      try expect(")")
      return .negated(inner)
    }
    if take("$") { return .variable(try expectIdentifier("the name of a variable")) }
    if let number = try takeNumber() { return .number(number) }
    let name = try expectIdentifier("a field, a variable ($NAME) or a number")
    if let variable = try takeForeignVariable(system: name) { return variable }
    return .field(try takeModifier(of: name))
  }

  /// `.event.$variable`, the system being read.
  private mutating func takeForeignVariable(
    system: String
  ) throws(TracefsError) -> HistogramExpression.Operand? {
    guard next == UInt8(ascii: ".") else { return nil }
    let part = look { Self.isNameByte($0) || $0 == UInt8(ascii: ".") }
    guard peek(part.utf8.count) == UInt8(ascii: "$"), part.hasSuffix(".") else { return nil }
    advance()
    let event = try expectIdentifier("the name of an event")
    try expect(".$")
    return .variable(
      try expectIdentifier("the name of a variable"), event: EventName(system: system, name: event))
  }

  private mutating func takeModifier(of name: String) throws(TracefsError) -> HistogramField {
    // The kernel's old name of the stack; listed it is the new one, where that is known.
    if name == "stacktrace", next != UInt8(ascii: ".") { return .stacktrace }
    guard take(".") else { return HistogramField(name) }
    let start = place
    let word = take("sym-offset") ? "sym-offset" : takeIdentifier()
    if word == "buckets" || word == "bucket" {
      try expect("=")
      return HistogramField(name, .buckets(try expectNumber("the size of the buckets")))
    }
    guard let modifier = HistogramField.modifier(word) else {
      throw failure(
        word.isEmpty ? "expected a modifier" : "no such modifier: \(word)", at: start,
        nearest: Nearest.names(to: word, among: HistogramField.modifierWords))
    }
    return HistogramField(name, modifier)
  }
}
