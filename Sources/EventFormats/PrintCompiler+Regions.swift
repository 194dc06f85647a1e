// Expressions as regions of the record, and the kernel's helper functions.
extension PrintCompiler {
  /// Elements of a region: their size in bytes and whether they have a sign.
  typealias Elements = (size: Int, isSigned: Bool)

  /// Emits steps that push a region of the record; nil, and no step, where the expression is none.
  mutating func region(_ expression: Expression) throws(PrintFormatProblem) -> Elements? {
    switch expression {
    case .field(let name):
      guard let field = format.field(name) else { return nil }
      switch field.kind {
      case .integer: return nil
      case .pointer: return nil
      case .text, .array: return try fixedRegion(field)
      case .dynamic, .relative: return try dynamicRegion(field)
      }
    case .address(let operand):
      if case .field(let name) = operand, let field = format.field(name) {
        return try fixedRegion(field)
      }
      if case .index(let base, let position) = operand {
        return try region(.binary(.add, base, position))
      }
      return nil
    case .cast(let target, let operand):
      guard var elements = try region(operand) else { return nil }
      if target.pointers > 1 {
        elements = (longSize, false)
      } else if target.pointers == 1, let size = target.size {
        elements = (size, target.isSigned)
      }
      return elements
    case .binary(.add, let base, let offset):
      guard let elements = try region(base) else { return nil }
      try number(offset)
      try emit(PrintOp(code: .regionAdvance, b: UInt16(clamping: elements.size)), stack: -1)
      return elements
    case .call(let name, let arguments):
      switch name {
      case "__get_dynamic_array", "__get_rel_dynamic_array", "__get_str", "__get_rel_str",
        "__get_bitmask", "__get_rel_bitmask", "__get_cpumask", "__get_rel_cpumask",
        "__get_sockaddr", "__get_rel_sockaddr", "__get_sockaddr_rel":
        guard let field = fieldNamed(by: arguments) else {
          throw PrintFormatProblem("\(name) names no field of this event", at: 0)
        }
        switch field.kind {
        case .dynamic, .relative: return try dynamicRegion(field)
        default: return try fixedRegion(field)
        }
      default: return nil
      }
    case .name(let name):
      if let variable = variables.last(where: { $0.name == name }) {
        return try region(variable.value)
      }
      return nil
    default: return nil
    }
  }

  private mutating func fixedRegion(_ field: Field) throws(PrintFormatProblem) -> Elements {
    // A size of 0 reaches to the record's end; the interpreter cuts every region there.
    let length = field.size == 0 ? 0xffff_ffff : field.size
    _ = reach(field.offset, field.size)
    try emitConstant(Self.pair(field.offset, length))
    return (field.elementSize, field.isSigned)
  }

  private mutating func dynamicRegion(_ field: Field) throws(PrintFormatProblem) -> Elements {
    try emit(
      PrintOp(
        code: .dynamicRegion, a: field.kind == .relative ? 1 : 0, b: UInt16(field.size),
        c: reach(field.offset, field.size)), stack: 1)
    return (field.elementSize, field.isSigned)
  }

  /// The field that `__get_str(name)` and its like speak of.
  func fieldNamed(by arguments: [Expression]) -> Field? {
    switch arguments.first {
    case .name(let name), .field(let name): return format.field(name)
    default: return nil
    }
  }

  // MARK: Functions that give numbers

  mutating func call(
    _ name: String, _ arguments: [Expression]
  ) throws(PrintFormatProblem) -> NumberType {
    switch name {
    case "__builtin_expect", "likely", "unlikely", "ERR_PTR", "PTR_ERR":
      if let first = arguments.first { return try number(first) }
    case "__builtin_constant_p": break
    case "__get_dynamic_array_len", "__get_rel_dynamic_array_len":
      guard let field = fieldNamed(by: arguments) else {
        throw PrintFormatProblem("\(name) names no field of this event", at: 0)
      }
      _ = try region(.call("__get_dynamic_array", [.name(field.name)]))
      try emit(PrintOp(code: .regionLength, c: 1))
      return .int
    case "__print_ns_to_secs", "__print_ns_without_secs":
      if let first = arguments.first {
        try number(first)
        try emitConstant(1_000_000_000)
        let isWhole = name == "__print_ns_to_secs"
        try emit(PrintOp(code: isWhole ? .divideUnsigned : .remainderUnsigned), stack: -1)
        return .unsignedLong
      }
    case "jiffies_to_msecs":
      if let first = arguments.first { return try number(first) }
    case "__le16_to_cpup", "__le16_to_cpu", "le16_to_cpu", "le16_to_cpup":
      if let first = arguments.first { return try littleEndian(first, size: 2) }
    case "__le32_to_cpup", "__le32_to_cpu", "le32_to_cpu", "le32_to_cpup":
      if let first = arguments.first { return try littleEndian(first, size: 4) }
    case "__le64_to_cpup", "__le64_to_cpu", "le64_to_cpu", "le64_to_cpup":
      if let first = arguments.first { return try littleEndian(first, size: 8) }
    default:
      // `pte_val(native_make_pte(x))` and others that only wrap and unwrap a number; and any
      // function of the kernel's that this program does not know, whose last argument stands in.
      if let last = arguments.last { return try number(last) }
    }
    try emitConstant(0)
    return .int
  }

  private mutating func littleEndian(
    _ argument: Expression, size: Int
  ) throws(PrintFormatProblem) -> NumberType {
    let type = NumberType(is64: size == 8, isSigned: size < 4)
    if try region(argument) != nil {
      try emitConstant(0)
      let isHostSwapped = swapped == (UInt16(littleEndian: 1) == 1)
      let kind = LoadKind(size: size, isSigned: false, swapped: isHostSwapped ? false : swapped)
      try emit(PrintOp(code: .element, a: kind.rawValue, b: UInt16(size)), stack: -1)
    } else {
      try number(argument)
    }
    return type
  }
}
