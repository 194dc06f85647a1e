/// Types and declarations in the spelling of C.
struct Declaration {
  let store: TypeStore
  /// Steps that are left, so that broken types that contain each other come to an end.
  private var budget = 4000
  /// Prototypes inside prototypes.
  private var depth = 0

  init(_ store: TypeStore) { self.store = store }

  /// A declaration of `name`, which may be empty: `const char *name`, `int (*open)(struct inode *)`.
  mutating func text(_ type: TypeID, _ name: String) throws(KernelTypeError) -> String {
    depth += 1
    defer { depth -= 1 }
    var id = type
    var declarator = name
    // Qualifiers that were met and belong before what comes next.
    var qualifiers: [String] = []
    var tags: [String] = []
    // The last thing put round the name was a star: an array or function after it needs brackets.
    var isPointer = false
    while true {
      budget -= 1
      if budget < 0 || depth > 20 { throw .tooDeep(file: store.path, id: id.rawValue) }
      if id == .void { return Self.join(qualifiers + ["void"] + tags, declarator) }
      let record = try store.record(id)
      switch record.kind {
      case .const, .volatile, .restrict:
        qualifiers.append(
          record.kind == .const ? "const" : record.kind == .volatile ? "volatile" : "restrict")
      case .typeTag: tags.append("__\(try record.name)")
      case .pointer:
        let words = (qualifiers + tags).joined(separator: " ")
        let gap = words.isEmpty || declarator.isEmpty ? "" : " "
        declarator = "*" + words + gap + declarator
        qualifiers = []
        tags = []
        isPointer = true
      case .array:
        declarator =
          (isPointer ? "(\(declarator))" : declarator)
          + "[\(record.elementCount == 0 ? "" : "\(record.elementCount)")]"
        isPointer = false
        id = record.element
        continue
      case .prototype:
        let list = try parameters(of: record)
        declarator = (isPointer ? "(\(declarator))" : declarator) + "(\(list))"
        isPointer = false
      case .function:
        return try text(record.target, declarator.isEmpty ? try record.name : declarator)
      default: return Self.join(qualifiers + [try baseName(record)] + tags, declarator)
      }
      id = record.target
    }
  }

  mutating func parameters(of record: TypeRecord) throws(KernelTypeError) -> String {
    let parameters = try store.parameters(of: record)
    guard !parameters.isEmpty else { return "void" }
    var texts: [String] = []
    for parameter in parameters {
      let isRest = parameter.type == .void && parameter.name.isEmpty
      texts.append(isRest ? "..." : try text(parameter.type, parameter.name))
    }
    return texts.joined(separator: ", ")
  }

  private func baseName(_ record: TypeRecord) throws(KernelTypeError) -> String {
    let name = try record.name
    switch record.kind {
    case .structure, .union, .enumeration, .enumeration64:
      return "\(record.kind.keyword ?? "") \(name.isEmpty ? "{…}" : name)"
    case .forward: return "\(record.flag ? "union" : "struct") \(name)"
    case .int: return Self.plainNames[name] ?? name
    default: return name
    }
  }

  /// How people write what DWARF, and so BTF, calls by its full name.
  private static let plainNames = [
    "long unsigned int": "unsigned long", "long int": "long",
    "short unsigned int": "unsigned short", "short int": "short",
    "long long unsigned int": "unsigned long long", "long long int": "long long", "_Bool": "bool",
  ]

  private static func join(_ words: [String], _ declarator: String) -> String {
    let type = words.joined(separator: " ")
    if declarator.isEmpty { return type }
    // `int (*)(void)` and `int [4]`: a blank in any case.
    return "\(type) \(declarator)"
  }
}

extension TypeStore {
  /// A type, or a declaration of `name`, as C spells it.
  package func spelling(_ type: TypeID, _ name: String = "") throws(KernelTypeError) -> String {
    var declaration = Declaration(self)
    return try declaration.text(type, name)
  }
}
