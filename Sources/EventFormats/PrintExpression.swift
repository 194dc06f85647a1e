/// The type of a number in a print format: how wide, and whether it has a sign.
///
/// Every type narrower than `int` counts as `int` in arithmetic, as C has it.
struct NumberType: Equatable {
  var is64: Bool
  var isSigned: Bool

  static let int = NumberType(is64: false, isSigned: true)
  static let unsigned = NumberType(is64: false, isSigned: false)
  static let long = NumberType(is64: true, isSigned: true)
  static let unsignedLong = NumberType(is64: true, isSigned: false)

  /// What two operands become before an operator joins them (C11 6.3.1.8).
  static func joined(_ a: NumberType, _ b: NumberType) -> NumberType {
    if a.is64 == b.is64 {
      return NumberType(is64: a.is64, isSigned: a.isSigned && b.isSigned)
    }
    return a.is64 ? a : b
  }
}

/// A type as it stands in a cast, a `sizeof` or a declaration.
struct TypeName: Equatable {
  /// Bytes; nil for a structure or an unknown name.
  var size: Int?
  var isSigned: Bool
  /// How many `*` follow.
  var pointers: Int

  static let unknown = TypeName(size: nil, isSigned: false, pointers: 0)
}

enum UnaryOperator { case negate, complement, not }

enum BinaryOperator {
  case add, subtract, multiply, divide, remainder
  case shiftLeft, shiftRight
  case and, or, xor
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case logicalAnd, logicalOr
}

/// An argument of a print format, as a tree.
indirect enum Expression {
  case number(UInt64, NumberType)
  case string([UInt8])
  /// `REC->name`
  case field(String)
  /// Any other identifier: a kernel symbol, an enumerator, a local variable.
  case name(String)
  case unary(UnaryOperator, Expression)
  case binary(BinaryOperator, Expression, Expression)
  case conditional(Expression, Expression, Expression)
  case cast(TypeName, Expression)
  case index(Expression, Expression)
  case dereference(Expression)
  case address(Expression)
  case sizeOf(TypeName)
  case sizeOfValue(Expression)
  /// A member of a structure that the format file does not describe.
  case member(Expression, String)
  case call(String, [Expression])
  /// `{ value, "text" }` in the lists of `__print_flags` and `__print_symbolic`.
  case list([Expression])
  /// `({ int x = a; x; })`: names and their values, then the value of the whole.
  case block([(name: String, value: Expression)], Expression)
  /// A statement that no tool without a C compiler can run.
  case opaque
}
