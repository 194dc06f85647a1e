/// An argument of a probe: `name=expression:type`.
public struct FetchArgument: Hashable, Sendable, CustomStringConvertible {
  /// The field's name; where nil, the kernel takes the parameter's, or `argN`.
  public var name: String?
  public var expression: FetchExpression
  /// Where nil, an unsigned word in hexadecimal, or what BTF says.
  public var type: FetchType?

  public init(_ name: String? = nil, _ expression: FetchExpression, _ type: FetchType? = nil) {
    self.name = name
    self.expression = expression
    self.type = type
  }

  public var description: String {
    (name.map { "\($0)=" } ?? "") + "\(expression)" + (type.map { ":\($0)" } ?? "")
  }

  /// Names that every event has (kernel/trace/trace_probe.c).
  static let reservedNames: Set<String> = [
    "common_type", "common_flags", "common_preempt_count", "common_pid", "common_tgid",
    "__probe_ip", "__probe_ret_ip", "__probe_func",
  ]

  func check() throws(TracefsError) {
    if let name {
      try KernelName.check(name, "argument of a probe", limit: KernelName.argumentLimit)
      guard !Self.reservedNames.contains(name) else {
        throw .badValue(
          what: "argument of a probe", text: name, expected: "free: every event has such a field")
      }
    }
    var problem: TracefsError?
    expression.forEach { part in if problem == nil { problem = Self.problem(with: part) } }
    if let problem { throw problem }
    try type?.check()
  }

  private static func problem(with part: FetchExpression) -> TracefsError? {
    func bad(_ expected: String) -> TracefsError {
      .badValue(what: "argument of a probe", text: "\(part)", expected: expected)
    }
    switch part {
    case .register(let name), .eventField(let name), .parameter(let name), .member(_, _, let name):
      return KernelName.isIdentifier(name) ? nil : bad("a name of letters, digits and _")
    case .symbol(let name, _):
      return KernelPlace.isSymbol(name) ? nil : bad("a symbol of the kernel")
    case .argument(let number): return number > 0 ? nil : bad("counted from 1")
    case .stackEntry(let index): return index >= 0 ? nil : bad("counted from 0")
    case .number(let number):
      let limits = Int128(Int64.min)...Int128(UInt64.max)
      return limits.contains(number) ? nil : bad("a number of 64 bits")
    case .text(let text):
      let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"\":#".utf8.contains($0) }
      return isPlain ? nil : bad("a text without blanks, quotes, colons and #")
    case .dereference(_, _, let base):
      return base == .allArguments ? bad("the memory at one address") : nil
    default: return nil
    }
  }
}

extension TextScanner {
  mutating func takeFetchArgument() throws(TracefsError) -> FetchArgument {
    var name: String?
    // Only a name can stand before the first sign of equality.
    let head = look { !Self.isBlank($0) && !"=%$@+\\(\"".utf8.contains($0) }
    if peek(head.utf8.count) == UInt8(ascii: "=") {
      guard KernelName.isIdentifier(head) else {
        throw failure("an argument's name has letters, digits and _, a digit not first")
      }
      name = head
      advance(head.utf8.count + 1)
    }
    let expression = try takeFetchExpression()
    let type = take(":") ? try takeFetchType() : nil
    guard isAtEnd || isAtBlank else { throw failure("expected a blank, or a colon and a type") }
    return FetchArgument(name, expression, type)
  }

  /// Arguments up to the end, or up to `if`.
  mutating func takeFetchArguments() throws(TracefsError) -> [FetchArgument] {
    var arguments: [FetchArgument] = []
    skipBlanks()
    while !isAtEnd, word != "if" {
      let start = place
      let argument = try takeFetchArgument()
      if let name = argument.name, arguments.contains(where: { $0.name == name }) {
        throw failure("two arguments have this name", at: start)
      }
      arguments.append(argument)
      skipBlanks()
    }
    return arguments
  }
}
