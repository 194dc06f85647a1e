package import ByteIO

/// Types by their names.
extension TypeStore {
  /// The first type of some kinds that has a name; a module's own come before its kernel's.
  package func find(_ name: String, _ kinds: [TypeKind]) throws(KernelTypeError) -> TypeID? {
    let wanted = Array(name.utf8)
    guard !wanted.isEmpty else { return nil }
    var found: TypeID?
    var failure: KernelTypeError?
    try forEachName(kinds) { id, offset in
      do throws(KernelTypeError) {
        let have = try string(at: offset)
        guard have.count == wanted.count, have.elementsEqual(wanted) else { return true }
        found = id
      } catch { failure = error }
      return false
    }
    if let failure { throw failure }
    if let found { return found }
    return try base?.find(name, kinds)
  }

  /// The names of some kinds that a person may have meant.
  package func nearest(
    to name: String, _ kinds: [TypeKind], limit: Int = 5
  ) throws(KernelTypeError) -> [String] {
    let wanted = Array(name.utf8)
    let allowed = max(2, wanted.count / 3)
    var candidates: Set<String> = []
    var store: TypeStore? = self
    while let current = store {
      var failure: KernelTypeError?
      try current.forEachName(kinds) { _, offset in
        do throws(KernelTypeError) {
          let have = try current.string(at: offset)
          // A string is made of what can be near only.
          if abs(have.count - wanted.count) <= allowed, !have.isEmpty, have.first == wanted.first {
            candidates.insert(String(decoding: have, as: UTF8.self))
          }
          return true
        } catch { failure = error }
        return false
      }
      if let failure { throw failure }
      store = current.base
    }
    return Nearest.names(to: name, among: candidates, limit: limit)
  }

  /// The names of some kinds that are described here and that a regular expression matches, in the
  /// order of the file.
  package func names(
    _ kinds: [TypeKind], matching regex: POSIXRegex?
  ) throws(KernelTypeError) -> [String] {
    var names: [String] = []
    var failure: KernelTypeError?
    try forEachName(kinds) { _, offset in
      do throws(KernelTypeError) {
        let name = try string(at: offset)
        if regex?.matches(name) ?? true { names.append(String(decoding: name, as: UTF8.self)) }
        return true
      } catch { failure = error }
      return false
    }
    if let failure { throw failure }
    return names
  }

  /// A type as a person writes it: `struct file`, `union x`, `enum pid_type`, `pid_t`, or the bare
  /// name of a struct, union or enum.
  package func type(written text: String) throws(KernelTypeError) -> TypeID {
    let words: [Substring] = text.split { $0.isWhitespace }
    let kinds: [[TypeKind]]
    var name = words.last.map(String.init) ?? ""
    switch words.count == 2 ? words[0] : "" {
    case "struct": kinds = [[.structure]]
    case "union": kinds = [[.union]]
    case "enum": kinds = [[.enumeration, .enumeration64]]
    default:
      name = words.joined(separator: " ")
      kinds = [[.structure, .union], [.enumeration, .enumeration64], [.typedef], [.int, .float]]
    }
    for kinds in kinds {
      if let id = try find(name, kinds) { return id }
    }
    if let id = try integer(words.map(String.init)) { return id }
    let all = kinds.flatMap { $0 }
    throw .unknownType(name: text, nearest: try nearest(to: name, all))
  }

  /// An integer by the words of C, in any order that C allows: `unsigned long`.
  func integer(_ words: [String]) throws(KernelTypeError) -> TypeID? {
    let known: Set<String> = [
      "signed", "unsigned", "long", "short", "char", "int", "_Bool", "bool",
    ]
    guard !words.isEmpty, words.allSatisfy(known.contains) else { return nil }
    if words == ["bool"] || words == ["_Bool"] { return try find("_Bool", [.int]) }
    let isUnsigned = words.contains("unsigned")
    let longs = words.count { $0 == "long" }
    let names: [String]
    if words.contains("char") {
      names = isUnsigned ? ["unsigned char"] : words.contains("signed") ? ["signed char"] : ["char"]
    } else if words.contains("short") {
      names = isUnsigned ? ["short unsigned int", "unsigned short"] : ["short int", "short"]
    } else if longs == 0 {
      names = isUnsigned ? ["unsigned int"] : ["int"]
    } else {
      // As gcc names them, then as clang does.
      let long = Array(repeating: "long", count: min(longs, 2)).joined(separator: " ")
      names = isUnsigned ? ["\(long) unsigned int", "unsigned \(long)"] : ["\(long) int", long]
    }
    for name in names {
      if let id = try find(name, [.int]) { return id }
    }
    return nil
  }
}
