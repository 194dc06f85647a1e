// The names of C's and the kernel's types.
extension PrintParser {
  /// Whether a name that follows "(" begins a type.
  func startsType(_ name: String) -> Bool {
    switch name {
    case "unsigned", "signed", "int", "long", "short", "char", "void", "bool", "_Bool", "struct",
      "union", "enum", "const", "volatile", "static", "size_t", "ssize_t", "uintptr_t", "intptr_t",
      "typeof", "__typeof__":
      return true
    default:
      if FieldDeclaration.sizeOf(words: [name[...]], isPointer: false, longSize: longSize) != nil {
        return true
      }
      return name.hasSuffix("_t") && !name.hasPrefix("__get")
    }
  }

  /// Reads a type, as a cast or `sizeof` names it.
  mutating func typeName() throws(PrintFormatProblem) -> TypeName {
    var words: [Substring] = []
    var pointers = 0
    loop: while true {
      switch token {
      case .name(let name):
        if let last = words.last, last == "struct" || last == "union" || last == "enum" {
          words.append(name[...])
          try advance()
          continue
        }
        // The name of a variable follows: the type is over.
        if !words.isEmpty, !startsType(name), name != "__attribute__", name != "__user",
          name != "__force"
        {
          break loop
        }
        try advance()
        if name == "typeof" || name == "__typeof__" || name == "__attribute__" {
          if token == "(" { _ = try arguments(of: name) }
          words.append("unknown")
        } else if name != "__user", name != "__force" {
          words.append(name[...])
        }
      case .symbol("*"):
        pointers += 1
        try advance()
      default: break loop
      }
    }
    let isPlain = !words.contains { $0 == "struct" || $0 == "union" || $0 == "unknown" }
    let size =
      isPlain
      ? FieldDeclaration.sizeOf(words: words, isPointer: false, longSize: longSize) : nil
    return TypeName(size: size, isSigned: Self.isSigned(words), pointers: pointers)
  }

  private static func isSigned(_ words: [Substring]) -> Bool {
    if words.contains("unsigned") { return false }
    return words.contains { word in
      switch word {
      case "int", "long", "short", "char", "signed", "s8", "s16", "s32", "s64", "__s8", "__s16",
        "__s32", "__s64", "int8_t", "int16_t", "int32_t", "int64_t", "pid_t", "ssize_t", "loff_t",
        "off_t", "ktime_t", "intptr_t", "enum":
        true
      default: false
      }
    }
  }
}
