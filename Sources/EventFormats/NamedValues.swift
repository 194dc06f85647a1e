/// The names that an event's print format has for the values of one of its fields.
package struct NamedValues: Equatable, Sendable {
  /// One value and its name.
  package struct Entry: Equatable, Sendable {
    package var value: UInt64
    package var name: String
  }

  /// Whether the values are bits, of which several may be set; else the field is one of them.
  package var areFlags: Bool
  /// In the order of the print format.
  package var entries: [Entry]
}

extension EventFormat {
  /// What `__print_symbolic` and `__print_flags` say of the fields, by the fields' names; of a field
  /// that is printed twice the longer list.
  ///
  /// Names whose value the format file does not give (enumerators of the kernel's) are left out.
  /// Empty where the print format is not understood.
  package func namedValues(longSize: Int = 8) -> [String: NamedValues] {
    guard let arguments = try? PrintParser.parse(printFormat, longSize: longSize).arguments else {
      return [:]
    }
    var found: [String: NamedValues] = [:]
    for argument in arguments {
      argument.visit { expression in
        guard case .call(let function, let arguments) = expression,
          let values = NamedValues(function, arguments),
          let name = arguments.first.flatMap(Self.onlyField)
        else { return }
        if found[name].map({ $0.entries.count < values.entries.count }) ?? true {
          found[name] = values
        }
      }
    }
    return found
  }

  /// The field of an expression that speaks of one: `REC->state & 0xff`.
  private static func onlyField(_ expression: Expression) -> String? {
    var names: Set<String> = []
    expression.visit { if case .field(let name) = $0 { names.insert(name) } }
    return names.count == 1 ? names.first : nil
  }
}

extension NamedValues {
  /// Takes a call of one of the kernel's helpers; nil for any other.
  init?(_ function: String, _ arguments: [Expression]) {
    let list: ArraySlice<Expression>
    switch function {
    case "__print_symbolic", "__print_symbolic_u64":
      areFlags = false
      list = arguments.dropFirst()
    case "__print_flags", "__print_flags_u64":
      areFlags = true
      // The text between two flags stands before the list.
      list = arguments.dropFirst(2)
    default: return nil
    }
    entries = list.compactMap { item in
      guard case .list(let parts) = item, parts.count == 2, let value = Self.number(parts[0]),
        case .string(let name) = parts[1]
      else { return nil }
      return Entry(value: value, name: String(decoding: name, as: UTF8.self))
    }
    if entries.isEmpty { return nil }
  }

  /// A constant's value, as the kernel's macros leave it: `1 << 3`, `(0x1 | 0x4)`, `-1`.
  private static func number(_ expression: Expression) -> UInt64? {
    switch expression {
    case .number(let value, _): return value
    case .cast(_, let inner): return number(inner)
    case .unary(let operation, let inner):
      guard let value = number(inner) else { return nil }
      switch operation {
      case .negate: return 0 &- value
      case .complement: return ~value
      case .not: return value == 0 ? 1 : 0
      }
    case .binary(let operation, let left, let right):
      guard let a = number(left), let b = number(right) else { return nil }
      switch operation {
      case .add: return a &+ b
      case .subtract: return a &- b
      case .or: return a | b
      case .and: return a & b
      case .shiftLeft: return b < 64 ? a << b : nil
      case .shiftRight: return b < 64 ? a >> b : nil
      default: return nil
      }
    default: return nil
    }
  }
}

extension Expression {
  /// Calls with this expression and all in it.
  fileprivate func visit(_ body: (Expression) -> Void) {
    body(self)
    switch self {
    case .number, .string, .field, .name, .sizeOf, .opaque: break
    case .unary(_, let inner), .cast(_, let inner), .dereference(let inner), .address(let inner),
      .sizeOfValue(let inner), .member(let inner, _):
      inner.visit(body)
    case .binary(_, let left, let right), .index(let left, let right):
      left.visit(body)
      right.visit(body)
    case .conditional(let condition, let left, let right):
      condition.visit(body)
      left.visit(body)
      right.visit(body)
    case .call(_, let arguments), .list(let arguments): for one in arguments { one.visit(body) }
    case .block(let names, let value):
      for one in names { one.value.visit(body) }
      value.visit(body)
    }
  }
}
