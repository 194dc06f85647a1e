import ByteIO

// Numbers, and comparisons of them.
extension FilterCompiler {
  /// A number of the record that one step can load.
  struct NumberField {
    var kind: LoadKind
    var offset: Int
    var size: Int
    var isSigned: Bool
    /// How many bytes its declared type has: a system call's `int fd` lies in 8, as a register.
    var declaredSize: Int

    func op(
      _ code: FilterCode, _ constant: UInt64, isNegated: Bool, _ compiler: inout FilterCompiler
    ) -> FilterOp {
      FilterOp(
        code: code, a: kind.rawValue, b: isNegated ? 1 : 0, c: compiler.reach(offset, size),
        d: constant)
    }
  }

  struct Constant {
    var bits: UInt64
    var isSigned: Bool
  }

  // MARK: Names

  /// A field of the event; `PID` is one of the common ones.
  func field(_ name: String) -> Field? {
    format.field(name) ?? (name == "PID" ? format.field("common_pid") : nil)
  }

  /// Whether a name is neither a field nor one that every event has.
  func isForeign(_ name: String) -> Bool {
    field(name) == nil && !FilterVocabulary.pseudoFields.contains(name)
  }

  func missing(_ name: String, _ place: Range<Int>) -> FilterProblem {
    FilterProblem(
      "no field '\(name)' in \(format.name)", at: place, missingField: name)
  }

  /// The number that a name or an element is, nil where it is none.
  func numberField(_ expression: FilterExpression) throws(FilterProblem) -> NumberField? {
    switch expression.kind {
    case .name(let name):
      guard let field = field(name), field.kind == .integer || field.kind == .pointer,
        [1, 2, 4, 8].contains(field.size), field.offset >= 0
      else { return nil }
      let words = field.type.split(separator: " ")
      let declared =
        field.kind == .pointer
        ? nil
        : FieldDeclaration.sizeOf(words: words, isPointer: false, longSize: events.longSize)
      return numberField(
        field.offset, field.size, field.isSigned, declared: min(declared ?? field.size, field.size))
    case .element(let name, let index):
      guard let field = field(name) else { throw missing(name, expression.place) }
      guard field.kind == .array || field.kind == .text, field.size > 0,
        [1, 2, 4, 8].contains(field.elementSize), field.offset >= 0
      else {
        throw FilterProblem("'\(name)' is no array of a fixed size", at: expression.place)
      }
      guard index < field.count else {
        throw FilterProblem(
          "'\(name)' has only \(field.count) elements", at: expression.place,
          hint: "the last is \(name)[\(field.count - 1)]")
      }
      let size = field.elementSize
      return numberField(field.offset + index * size, size, field.isSigned, declared: size)
    default: return nil
    }
  }

  private func numberField(
    _ offset: Int, _ size: Int, _ isSigned: Bool, declared: Int
  ) -> NumberField {
    NumberField(
      kind: LoadKind(size: size, isSigned: isSigned, swapped: swapped), offset: offset, size: size,
      isSigned: isSigned, declaredSize: declared)
  }

  /// A number that needs no record.
  func constant(_ expression: FilterExpression) -> Constant? {
    switch expression.kind {
    case .number(let bits, let isUnsigned): return Constant(bits: bits, isSigned: !isUnsigned)
    case .text(let bytes, UInt8(ascii: "'")) where bytes.count == 1:
      return Constant(bits: UInt64(bytes[0]), isSigned: true)
    case .name(let name) where isForeign(name):
      return assets.address(ofSymbol: name, in: events.symbols).map {
        Constant(bits: $0, isSigned: false)
      }
    default: return nil
    }
  }

  func fieldAndConstant(
    _ left: FilterExpression, _ right: FilterExpression
  ) -> (field: NumberField, constant: Constant)? {
    guard let field = (try? numberField(left)) ?? nil, let constant = constant(right) else {
      return nil
    }
    return (field, constant)
  }

  // MARK: Values

  /// Emits steps that push the expression's value; tells whether it is signed.
  mutating func number(_ expression: FilterExpression) throws(FilterProblem) -> Bool {
    if let constant = constant(expression) {
      try push(FilterOp(code: .constant, d: constant.bits), expression.place)
      return constant.isSigned
    }
    if let field = try numberField(expression) {
      try push(field.op(.load, 0, isNegated: false, &self), expression.place)
      return field.isSigned || field.size < 8
    }
    switch expression.kind {
    case .text:
      throw FilterProblem("a text, where a number was expected", at: expression.place)
    case .name(let name):
      try pushName(name, expression.place)
      return true
    case .unary(let operation, let operand):
      let isSigned = try number(operand)
      emit(FilterOp(code: operation == .negate ? .negate : .complement))
      return isSigned
    case .binary(let operation, let left, let right) where !operation.isComparison:
      return try arithmetic(operation, left, right)
    default:
      try condition(expression)
      try push(FilterOp(code: .answer), expression.place)
      return true
    }
  }

  private mutating func pushName(_ name: String, _ place: Range<Int>) throws(FilterProblem) {
    if field(name) != nil {
      throw FilterProblem(
        "'\(name)' is no number in \(format.name)", at: place,
        hint: "texts are compared by ==, !=, =~ and !~, arrays by element: name[0]")
    }
    switch name {
    case "CPU": try push(FilterOp(code: .cpu), place)
    case "TIME": try push(FilterOp(code: .time), place)
    case "COMM": throw FilterProblem("COMM is a text, not a number", at: place)
    default: throw missing(name, place)
    }
  }

  private mutating func arithmetic(
    _ operation: BinaryOperator, _ left: FilterExpression, _ right: FilterExpression
  ) throws(FilterProblem) -> Bool {
    let leftIsSigned = try number(left)
    let rightIsSigned = try number(right)
    let isShift = operation == .shiftLeft || operation == .shiftRight
    let isSigned = leftIsSigned && (isShift || rightIsSigned)
    let code: FilterCode
    switch operation {
    case .add: code = .add
    case .subtract: code = .subtract
    case .multiply: code = .multiply
    case .divide: code = isSigned ? .divideSigned : .divideUnsigned
    case .remainder: code = isSigned ? .remainderSigned : .remainderUnsigned
    case .shiftLeft: code = .shiftLeft
    case .shiftRight: code = isSigned ? .shiftRightSigned : .shiftRightUnsigned
    case .or: code = .or
    case .xor: code = .xor
    default: code = .and
    }
    pop(1, FilterOp(code: code))
    return isSigned
  }

  // MARK: Comparisons

  /// A comparison, where neither side is a text.
  mutating func compareNumbers(
    _ operation: BinaryOperator, _ left: FilterExpression, _ right: FilterExpression
  ) throws(FilterProblem) {
    if let (field, constant) = fieldAndConstant(left, right) {
      compare(field, operation, constant)
      return
    }
    if let (field, constant) = fieldAndConstant(right, left) {
      compare(field, operation.turned, constant)
      return
    }
    let leftIsSigned = try number(left)
    let rightIsSigned = try number(right)
    let isSigned = leftIsSigned && rightIsSigned
    let (code, isNegated) = Self.test(operation, isSigned: isSigned, ofField: false)
    pop(2, FilterOp(code: code, b: isNegated ? 1 : 0))
  }

  private mutating func compare(
    _ field: NumberField, _ operation: BinaryOperator, _ constant: Constant
  ) {
    var field = field
    var constant = constant
    let isEquality = operation == .equal || operation == .notEqual
    let bits = UInt64(field.declaredSize) * 8
    let value = Int64(bitPattern: constant.bits)
    if isEquality, !field.isSigned, constant.isSigned, value < 0, bits < 64,
      value >= -(Int64(1) << (Int64(bits) - 1))
    {
      // No unsigned number is negative; what is meant is the one with these bits.
      constant.bits &= (1 << bits) - 1
      if events.byteOrder == .big { field.offset += field.size - field.declaredSize }
      field.size = field.declaredSize
      field.kind = LoadKind(size: field.size, isSigned: false, swapped: swapped)
    }
    let isSigned = (field.isSigned || field.size < 8) && constant.isSigned
    let (code, isNegated) = Self.test(operation, isSigned: isSigned, ofField: true)
    emit(field.op(code, constant.bits, isNegated: isNegated, &self))
  }

  /// `a > b` is not `a <= b`, and so on.
  private static func test(
    _ operation: BinaryOperator, isSigned: Bool, ofField: Bool
  ) -> (code: FilterCode, isNegated: Bool) {
    switch operation {
    case .less, .greaterOrEqual:
      let code: FilterCode =
        ofField
        ? (isSigned ? .fieldLessSigned : .fieldLessUnsigned)
        : (isSigned ? .lessSigned : .lessUnsigned)
      return (code, operation == .greaterOrEqual)
    case .lessOrEqual, .greater:
      let code: FilterCode =
        ofField
        ? (isSigned ? .fieldLessOrEqualSigned : .fieldLessOrEqualUnsigned)
        : (isSigned ? .lessOrEqualSigned : .lessOrEqualUnsigned)
      return (code, operation == .greater)
    default: return (ofField ? .fieldEqual : .equal, operation == .notEqual)
    }
  }
}

extension BinaryOperator {
  /// The comparison that says the same with the sides exchanged.
  fileprivate var turned: BinaryOperator {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: self
    }
  }
}

/// The names that a filter has beside an event's fields.
enum FilterVocabulary {
  static let pseudoFields = ["COMM", "CPU", "PID", "TIME"]
}
