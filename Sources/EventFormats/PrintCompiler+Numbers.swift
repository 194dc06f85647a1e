// Expressions as numbers, with C's types.
extension PrintCompiler {
  var longType: NumberType { longSize == 8 ? .unsignedLong : .unsigned }

  /// Emits steps that push the expression's value, extended to 64 bits as its type has it.
  @discardableResult
  mutating func number(_ expression: Expression) throws(PrintFormatProblem) -> NumberType {
    if let (value, type) = constant(expression) {
      try emitConstant(value)
      return type
    }
    switch expression {
    case .number(let value, let type):
      try emitConstant(value)
      return type
    case .field(let name):
      guard let field = format.field(name) else {
        throw PrintFormatProblem("REC->\(name) is no field of this event", at: 0)
      }
      switch field.kind {
      case .integer, .pointer:
        try emit(
          PrintOp(
            code: .load, a: loadKind(field).rawValue, c: reach(field.offset, field.size)), stack: 1)
        return NumberType(is64: field.size == 8, isSigned: field.isSigned || field.size < 4)
      default:
        // The address of something in the record: not zero, and nothing more is known.
        try emitConstant(1)
        return longType
      }
    case .name(let name):
      if let variable = variables.last(where: { $0.name == name }) {
        return try number(variable.value)
      }
      try emitConstant(symbolAddress(name) ?? 0)
      return longType
    case .unary(let operation, let operand): return try unary(operation, operand)
    case .binary(let operation, let left, let right): return try binary(operation, left, right)
    case .conditional(let condition, let first, let second):
      var type = NumberType.int
      try branch(condition, first, second) { (compiler, side) throws(PrintFormatProblem) in
        type = NumberType.joined(type, try compiler.number(side))
      }
      return type
    case .cast(let target, let operand): return try cast(target, operand)
    case .index, .dereference: return try element(expression)
    case .address: break
    case .sizeOf, .sizeOfValue: break
    case .call(let name, let arguments): return try call(name, arguments)
    case .block(let locals, let value):
      let outer = variables.count
      variables += locals
      defer { variables.removeSubrange(outer...) }
      return try number(value)
    case .string, .member, .list, .opaque: break
    }
    try emitConstant(0)
    return .int
  }

  private mutating func narrow(_ type: NumberType) throws(PrintFormatProblem) {
    if !type.is64 {
      try emit(PrintOp(code: type.isSigned ? .signExtend : .zeroExtend, a: 32))
    }
  }

  private mutating func unary(
    _ operation: UnaryOperator, _ operand: Expression
  ) throws(PrintFormatProblem) -> NumberType {
    let type = try number(operand)
    switch operation {
    case .not:
      try emit(PrintOp(code: .not))
      return .int
    case .negate: try emit(PrintOp(code: .negate))
    case .complement: try emit(PrintOp(code: .complement))
    }
    try narrow(type)
    return type
  }

  private mutating func binary(
    _ operation: BinaryOperator, _ left: Expression, _ right: Expression
  ) throws(PrintFormatProblem) -> NumberType {
    if operation == .logicalAnd || operation == .logicalOr {
      let zero = Expression.number(0, .int)
      let one = Expression.number(1, .int)
      let truth = Expression.unary(.not, .unary(.not, right))
      if operation == .logicalAnd {
        try branch(left, truth, zero) { (compiler, side) throws(PrintFormatProblem) in
          try compiler.number(side)
        }
      } else {
        try branch(left, one, truth) { (compiler, side) throws(PrintFormatProblem) in
          try compiler.number(side)
        }
      }
      return .int
    }
    if operation == .equal || operation == .notEqual, isUnknown(left) || isUnknown(right) {
      // An enumerator whose number nobody knows equals nothing: better no answer than a wrong one.
      try emitConstant(operation == .equal ? 0 : 1)
      return .int
    }
    let leftType = try number(left)
    let rightType = try number(right)
    let isShift = operation == .shiftLeft || operation == .shiftRight
    let type = isShift ? leftType : NumberType.joined(leftType, rightType)
    if !isShift, !type.is64, !type.isSigned {
      // A negative int meets an unsigned: it wraps (C11 6.3.1.3).
      if rightType.isSigned { try narrow(type) }
      if leftType.isSigned {
        try emit(PrintOp(code: .zeroExtend, a: 32 | 0x80))
      }
    }
    let code: PrintCode
    var result = type
    switch operation {
    case .add: code = .add
    case .subtract: code = .subtract
    case .multiply: code = .multiply
    case .divide: code = type.isSigned ? .divideSigned : .divideUnsigned
    case .remainder: code = type.isSigned ? .remainderSigned : .remainderUnsigned
    case .shiftLeft: code = .shiftLeft
    case .shiftRight: code = type.isSigned ? .shiftRightSigned : .shiftRightUnsigned
    case .and: code = .and
    case .or: code = .or
    case .xor: code = .xor
    case .equal: code = .equal
    case .notEqual: code = .notEqual
    case .less, .greater: code = type.isSigned ? .lessSigned : .lessUnsigned
    case .lessOrEqual, .greaterOrEqual:
      code = type.isSigned ? .lessOrEqualSigned : .lessOrEqualUnsigned
    case .logicalAnd, .logicalOr: code = .and
    }
    // `a > b` is `b < a`: the step takes its operands the other way round.
    let isSwapped = operation == .greater || operation == .greaterOrEqual
    try emit(PrintOp(code: code, a: isSwapped ? 1 : 0), stack: -1)
    switch operation {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: result = .int
    case .add, .subtract, .multiply, .shiftLeft: try narrow(type)
    default: break
    }
    return result
  }

  private func isUnknown(_ expression: Expression) -> Bool {
    guard case .name(let name) = expression else { return false }
    return !variables.contains { $0.name == name } && symbolAddress(name) == nil
  }

  private mutating func cast(
    _ target: TypeName, _ operand: Expression
  ) throws(PrintFormatProblem) -> NumberType {
    let type = try number(operand)
    guard target.pointers == 0, let size = target.size else {
      if target.pointers > 0, longSize == 4 { try emit(PrintOp(code: .zeroExtend, a: 32)) }
      return target.pointers > 0 ? longType : type
    }
    if size < 8 {
      try emit(
        PrintOp(code: target.isSigned ? .signExtend : .zeroExtend, a: UInt8(size * 8)))
    }
    return NumberType(is64: size == 8, isSigned: target.isSigned || size < 4)
  }

  /// `REC->a[i]`, `((u32 *)__get_dynamic_array(x))[i]`, `*(u8 *)REC->a`
  private mutating func element(
    _ expression: Expression
  ) throws(PrintFormatProblem) -> NumberType {
    let base: Expression
    let index: Expression
    switch expression {
    case .index(let array, let position): (base, index) = (array, position)
    case .dereference(let pointer): (base, index) = (pointer, .number(0, .int))
    default: (base, index) = (expression, .number(0, .int))
    }
    // A constant element of a fixed array is a plain load.
    if case .field(let name) = base, let field = format.field(name),
      field.kind == .array
        || field.kind == .text, let (position, _) = constant(index),
      [1, 2, 4, 8].contains(field.elementSize), position < UInt64(field.count)
    {
      let kind = LoadKind(
        size: field.elementSize, isSigned: elementIsSigned(field), swapped: swapped)
      let offset = field.offset + Int(position) * field.elementSize
      try emit(
        PrintOp(code: .load, a: kind.rawValue, c: reach(offset, field.elementSize)), stack: 1)
      return NumberType(
        is64: field.elementSize == 8, isSigned: elementIsSigned(field) || field.elementSize < 4)
    }
    guard let region = try region(base) else {
      // A member of an array that is no part of the record.
      try emitConstant(0)
      return .int
    }
    let size = [1, 2, 4, 8].contains(region.size) ? region.size : 1
    try number(index)
    let kind = LoadKind(size: size, isSigned: region.isSigned, swapped: swapped)
    try emit(PrintOp(code: .element, a: kind.rawValue, b: UInt16(size)), stack: -1)
    return NumberType(is64: size == 8, isSigned: region.isSigned || size < 4)
  }

  private func elementIsSigned(_ field: Field) -> Bool {
    // `signed:` speaks of the elements, but kernels before 5.x leave it 0 for arrays of char.
    field.isSigned
  }

  // MARK: Constants

  /// The value of an expression that needs no record.
  func constant(_ expression: Expression, depth: Int = 0) -> (UInt64, NumberType)? {
    guard depth < 4 * PrintParser.deepest else { return nil }
    switch expression {
    case .number(let value, let type): return (value, type)
    case .sizeOf(let type):
      return (UInt64(type.pointers > 0 ? longSize : type.size ?? 0), longType)
    case .sizeOfValue(.field(let name)):
      return (UInt64(format.field(name)?.size ?? 0), longType)
    case .sizeOfValue(.index(.field(let name), _)):
      return (UInt64(format.field(name)?.elementSize ?? 0), longType)
    case .cast(let target, let operand):
      guard let (value, type) = constant(operand, depth: depth + 1) else { return nil }
      guard target.pointers == 0, let size = target.size else {
        return (value, target.pointers > 0 ? longType : type)
      }
      let result = NumberType(is64: size == 8, isSigned: target.isSigned || size < 4)
      return (Self.extended(value, bits: size * 8, isSigned: target.isSigned), result)
    case .unary(let operation, let operand):
      guard let (value, type) = constant(operand, depth: depth + 1) else { return nil }
      switch operation {
      case .not: return (value == 0 ? 1 : 0, .int)
      case .negate: return (Self.extended(0 &- value, type), type)
      case .complement: return (Self.extended(~value, type), type)
      }
    case .binary(let operation, let left, let right):
      guard let a = constant(left, depth: depth + 1), let b = constant(right, depth: depth + 1)
      else { return nil }
      let isShift = operation == .shiftLeft || operation == .shiftRight
      let type = isShift ? a.1 : NumberType.joined(a.1, b.1)
      let x = isShift ? a.0 : Self.extended(a.0, type)
      let y = isShift ? b.0 : Self.extended(b.0, type)
      let value = Self.fold(operation, x, y, isSigned: type.isSigned)
      switch operation {
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .logicalAnd,
        .logicalOr:
        return (value, .int)
      default: return (Self.extended(value, type), type)
      }
    case .conditional(let condition, let first, let second):
      guard let (value, _) = constant(condition, depth: depth + 1) else { return nil }
      return constant(value != 0 ? first : second, depth: depth + 1)
    default: return nil
    }
  }

  static func extended(_ value: UInt64, _ type: NumberType) -> UInt64 {
    type.is64 ? value : extended(value, bits: 32, isSigned: type.isSigned)
  }

  static func extended(_ value: UInt64, bits: Int, isSigned: Bool) -> UInt64 {
    guard bits < 64, bits > 0 else { return value }
    let shift = UInt64(64 - bits)
    let raised = value << shift
    return isSigned
      ? UInt64(bitPattern: Int64(bitPattern: raised) >> Int64(shift)) : raised >> shift
  }

  /// One operator on two numbers, as the interpreter's steps do it.
  static func fold(
    _ operation: BinaryOperator, _ x: UInt64, _ y: UInt64, isSigned: Bool
  ) -> UInt64 {
    let a = Int64(bitPattern: x)
    let b = Int64(bitPattern: y)
    return switch operation {
    case .add: x &+ y
    case .subtract: x &- y
    case .multiply: x &* y
    case .divide: isSigned ? Arithmetic.divide(x, y) : y == 0 ? 0 : x / y
    case .remainder: isSigned ? Arithmetic.remainder(x, y) : y == 0 ? 0 : x % y
    case .shiftLeft: x &<< y
    case .shiftRight: isSigned ? UInt64(bitPattern: a &>> b) : x &>> y
    case .and: x & y
    case .or: x | y
    case .xor: x ^ y
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .less: (isSigned ? a < b : x < y) ? 1 : 0
    case .lessOrEqual: (isSigned ? a <= b : x <= y) ? 1 : 0
    case .greater: (isSigned ? a > b : x > y) ? 1 : 0
    case .greaterOrEqual: (isSigned ? a >= b : x >= y) ? 1 : 0
    case .logicalAnd: x != 0 && y != 0 ? 1 : 0
    case .logicalOr: x != 0 || y != 0 ? 1 : 0
    }
  }
}

/// Signed division that cannot trap: by zero it gives 0, and the one overflow wraps.
enum Arithmetic {
  @inline(__always)
  static func divide(_ x: UInt64, _ y: UInt64) -> UInt64 {
    y == 0
      ? 0
      : UInt64(
        bitPattern: Int64(bitPattern: x).dividedReportingOverflow(
          by: Int64(bitPattern: y)
        ).partialValue)
  }

  @inline(__always)
  static func remainder(_ x: UInt64, _ y: UInt64) -> UInt64 {
    y == 0
      ? 0
      : UInt64(
        bitPattern: Int64(bitPattern: x).remainderReportingOverflow(
          dividingBy: Int64(bitPattern: y)
        ).partialValue)
  }
}
