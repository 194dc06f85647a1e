/// An expression of a filter, as a tree, with the places of its parts.
struct FilterExpression {
  indirect enum Kind {
    case number(UInt64, isUnsigned: Bool)
    case text([UInt8], quote: UInt8)
    /// A field, a pseudo field (`COMM`, `CPU`, `PID`, `TIME`) or a kernel symbol.
    case name(String)
    /// `name[3]`
    case element(String, Int)
    /// `-` and `~`.
    case unary(UnaryOperator, FilterExpression)
    /// Arithmetic and comparisons.
    case binary(BinaryOperator, FilterExpression, FilterExpression)
    /// `=~` and `!~`.
    case match(FilterExpression, FilterExpression, isNegated: Bool)
    case not(FilterExpression)
    /// All of several conditions; never fewer than two.
    case all([FilterExpression])
    /// Any of several conditions; never fewer than two.
    case any([FilterExpression])
  }

  var kind: Kind
  /// Bytes from the filter's start, without brackets around it.
  var place: Range<Int>
  /// How deep the tree is.
  var depth = 1
  /// Whether it stood in brackets.
  var isBracketed = false
}

extension BinaryOperator {
  /// How strongly it binds, as in C; 0 for those that join conditions.
  var strength: Int {
    switch self {
    case .logicalAnd, .logicalOr: 0
    case .or: 1
    case .xor: 2
    case .and: 3
    case .equal, .notEqual: 4
    case .less, .lessOrEqual, .greater, .greaterOrEqual: 5
    case .shiftLeft, .shiftRight: 6
    case .add, .subtract: 7
    case .multiply, .divide, .remainder: 8
    }
  }

  var isComparison: Bool { strength == 4 || strength == 5 }
  var isBitwise: Bool { (1...3).contains(strength) }

  var spelling: String {
    switch self {
    case .logicalAnd: "&&"
    case .logicalOr: "||"
    case .or: "|"
    case .xor: "^"
    case .and: "&"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .shiftLeft: "<<"
    case .shiftRight: ">>"
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .remainder: "%"
    }
  }
}

extension FilterExpression: CustomStringConvertible {
  /// The expression with brackets around every part, as `report -T` prints it.
  var description: String {
    switch kind {
    case .number(let value, let isUnsigned):
      isUnsigned ? "\(value)" : "\(Int64(bitPattern: value))"
    case .text(let bytes, let quote): Self.quoted(bytes, quote)
    case .name(let name): name
    case .element(let name, let index): "\(name)[\(index)]"
    case .unary(let operation, let operand):
      (operation == .negate ? "-" : "~") + operand.inBrackets
    case .binary(let operation, let left, let right):
      "\(left.inBrackets) \(operation.spelling) \(right.inBrackets)"
    case .match(let left, let right, let isNegated):
      "\(left.inBrackets) \(isNegated ? "!~" : "=~") \(right.inBrackets)"
    case .not(let operand): "!" + operand.inBrackets
    case .all(let parts): parts.map(\.inBrackets).joined(separator: " && ")
    case .any(let parts): parts.map(\.inBrackets).joined(separator: " || ")
    }
  }

  var inBrackets: String {
    switch kind {
    case .number, .text, .name, .element: description
    default: "(\(description))"
    }
  }

  private static func quoted(_ bytes: [UInt8], _ quote: UInt8) -> String {
    var text = [quote]
    var isEscaped = false
    for byte in bytes {
      if byte == quote, !isEscaped { text.append(UInt8(ascii: "\\")) }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      text.append(byte)
    }
    return String(decoding: text + [quote], as: UTF8.self)
  }
}
