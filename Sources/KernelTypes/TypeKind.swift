/// What a type of BTF is (Documentation/bpf/btf.rst, "Type Encoding"); the numbers are the format's.
package enum TypeKind: UInt8, Sendable {
  case int = 1
  case pointer = 2
  case array = 3
  case structure = 4
  case union = 5
  case enumeration = 6
  case forward = 7
  case typedef = 8
  case volatile = 9
  case const = 10
  case restrict = 11
  case function = 12
  case prototype = 13
  case variable = 14
  case dataSection = 15
  case float = 16
  case declarationTag = 17
  case typeTag = 18
  case enumeration64 = 19

  /// The bytes that follow a type's first twelve; `count` is its number of members.
  func payloadSize(count: Int) -> Int {
    switch self {
    case .int, .variable, .declarationTag: 4
    case .array: 12
    case .structure, .union, .dataSection, .enumeration64: count * 12
    case .enumeration, .prototype: count * 8
    case .pointer, .forward, .typedef, .volatile, .const, .restrict, .function, .float, .typeTag: 0
    }
  }

  /// A name or property that is put on another type without changing how its values lie in memory.
  package var isTransparent: Bool {
    switch self {
    case .typedef, .volatile, .const, .restrict, .typeTag: true
    default: false
    }
  }

  /// The word of C before a type's name, where it has one: `struct`.
  package var keyword: String? {
    switch self {
    case .structure: "struct"
    case .union: "union"
    case .enumeration, .enumeration64: "enum"
    default: nil
    }
  }
}
