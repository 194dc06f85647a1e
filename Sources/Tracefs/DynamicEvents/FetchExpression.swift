/// What an argument of a probe reads (Documentation/trace/kprobetrace.rst, uprobetracer.rst,
/// eprobetrace.rst, fprobetrace.rst).
public indirect enum FetchExpression: Hashable, Sendable {
  /// `%ax`: a register, by the architecture's name.
  case register(String)
  /// `$stack`: the address of the stack.
  case stack
  /// `$stack2`: an entry of the stack, from 0.
  case stackEntry(Int)
  /// `$retval`.
  case returnValue
  /// `$comm`: the task's name.
  case comm
  /// `$arg1`: an argument of the function, from 1.
  case argument(Int)
  /// `$arg*`: all arguments of the function, by BTF.
  case allArguments
  /// `$prev_pid`: a field of the event that an event probe is attached to.
  case eventField(String)
  /// `@0xffffffff81000000`: the memory there.
  case address(UInt64)
  /// `@jiffies+4`: the memory at a symbol of the kernel.
  case symbol(String, offset: Int64)
  /// `@+0x1000`: the memory at an offset of the probed file.
  case fileOffset(UInt64)
  /// `+8(…)`, `+u8(…)`: the memory at an address that is read, in the kernel or in user space.
  case dereference(offset: Int64, isUser: Bool, FetchExpression)
  /// `\42`.
  case number(Int128)
  /// `\"text"`.
  case text(String)
  /// `path`: a parameter of the function or tracepoint, by BTF.
  case parameter(String)
  /// `…->field` (through a pointer) or `….field`, by BTF.
  case member(FetchExpression, isPointer: Bool, String)
}

extension FetchExpression: CustomStringConvertible {
  public var description: String {
    switch self {
    case .register(let name): "%\(name)"
    case .stack: "$stack"
    case .stackEntry(let index): "$stack\(index)"
    case .returnValue: "$retval"
    case .comm: "$comm"
    case .argument(let number): "$arg\(number)"
    case .allArguments: "$arg*"
    case .eventField(let name): "$\(name)"
    case .address(let address): "@0x\(String(address, radix: 16))"
    case .symbol(let name, let offset): "@\(name)" + (offset == 0 ? "" : Self.signed(offset))
    case .fileOffset(let offset): "@+0x\(String(offset, radix: 16))"
    case .dereference(let offset, let isUser, let base):
      (offset < 0 ? "-" : "+") + (isUser ? "u" : "") + "\(offset.magnitude)(\(base))"
    case .number(let number): "\\\(number)"
    case .text(let text): "\\\"\(text)\""
    case .parameter(let name): name
    case .member(let base, let isPointer, let name): "\(base)\(isPointer ? "->" : ".")\(name)"
    }
  }

  private static func signed(_ offset: Int64) -> String {
    offset < 0 ? "\(offset)" : "+\(offset)"
  }
}

extension FetchExpression {
  /// Calls with this and all that it is made of.
  func forEach(_ body: (FetchExpression) -> Void) {
    body(self)
    switch self {
    case .dereference(_, _, let base), .member(let base, _, _): base.forEach(body)
    default: break
    }
  }

  /// The name that the kernel gives an argument without one, where it takes it from the expression.
  var impliedName: String? {
    switch self {
    case .parameter(let name): name
    default: nil
    }
  }
}

extension TextScanner {
  mutating func takeFetchExpression() throws(TracefsError) -> FetchExpression {
    let start = place
    switch next {
    case UInt8(ascii: "%"):
      advance()
      return .register(try expectIdentifier("the name of a register"))
    case UInt8(ascii: "$"):
      advance()
      return try takeMembers(of: try takeVariable())
    case UInt8(ascii: "@"):
      advance()
      return try takeMemory()
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      return try takeDereference()
    case UInt8(ascii: "\\"):
      advance()
      return try takeImmediate()
    default:
      let name = takeIdentifier()
      guard !name.isEmpty else {
        throw failure(
          "expected what to read: %REGISTER, $VARIABLE, @ADDRESS, +OFFSET(…), \\VALUE or a "
            + "parameter's name", at: start)
      }
      return try takeMembers(of: .parameter(name))
    }
  }

  private mutating func takeVariable() throws(TracefsError) -> FetchExpression {
    if take("arg*") { return .allArguments }
    let start = place
    let name = try expectIdentifier("the name of a variable")
    switch name {
    case "stack": return .stack
    case "retval": return .returnValue
    case "comm": return .comm
    default: break
    }
    if name.hasPrefix("stack"), let index = Int(name.dropFirst(5)), "\(index)" == name.dropFirst(5)
    {
      return .stackEntry(index)
    }
    if name.hasPrefix("arg"), let number = Int(name.dropFirst(3)), "\(number)" == name.dropFirst(3)
    {
      guard number > 0 else { throw failure("arguments are counted from 1", at: start) }
      return .argument(number)
    }
    return .eventField(name)
  }

  private mutating func takeMembers(of base: FetchExpression) throws(TracefsError)
    -> FetchExpression
  {
    var result = base
    while true {
      let isPointer = take("->")
      guard isPointer || take(".") else { return result }
      result = .member(result, isPointer: isPointer, try expectIdentifier("the name of a field"))
    }
  }

  private mutating func takeMemory() throws(TracefsError) -> FetchExpression {
    if take("+") { return .fileOffset(try expectNumber("an offset in the file")) }
    if let address = try takeNumber() { return .address(address) }
    let name = take { Self.isNameByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "$") }
    guard !name.isEmpty else { throw failure("expected an address or a symbol") }
    guard next == UInt8(ascii: "+") || next == UInt8(ascii: "-") else {
      return .symbol(name, offset: 0)
    }
    return .symbol(name, offset: try takeOffset())
  }

  /// A sign, perhaps `u`, and a number.
  private mutating func takeOffset(isUser: inout Bool) throws(TracefsError) -> Int64 {
    let start = place
    let isNegative = next == UInt8(ascii: "-")
    advance()
    isUser = take("u")
    let magnitude = try expectNumber("an offset")
    let offset = isNegative ? -Int128(magnitude) : Int128(magnitude)
    guard let result = Int64(exactly: offset) else { throw failure("too far an offset", at: start) }
    return result
  }

  private mutating func takeOffset() throws(TracefsError) -> Int64 {
    var isUser = false
    let start = place
    let offset = try takeOffset(isUser: &isUser)
    guard !isUser else { throw failure("expected an offset", at: start + 1) }
    return offset
  }

  private mutating func takeDereference() throws(TracefsError) -> FetchExpression {
    var isUser = false
    let offset = try takeOffset(isUser: &isUser)
    try expect("(")
    let base = try takeFetchExpression()
    try expect(")")
    return .dereference(offset: offset, isUser: isUser, base)
  }

  private mutating func takeImmediate() throws(TracefsError) -> FetchExpression {
    if take("\"") {
      let text = take { !Self.isBlank($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: ":") }
      guard take("\"") else {
        throw failure("a text ends with \" and has no blank and no colon")
      }
      return .text(text)
    }
    let isNegative = take("-")
    let number = Int128(try expectNumber("a number, or a text in quotes"))
    return .number(isNegative ? -number : number)
  }
}
