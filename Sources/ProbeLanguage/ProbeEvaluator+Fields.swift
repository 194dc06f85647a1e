import KernelTypes

/// The kernel's text of a field: what is fetched and as what (Documentation/trace/kprobetrace.rst,
/// "Types").
extension ProbeEvaluator {
  /// More elements the kernel does not take (`MAX_ARRAY_LEN`).
  static let largestArray = 64

  /// `+16($arg1):u32`; `written` is the type that the user asked for.
  func field(
    _ operand: ProbeOperand, as written: ProbeSyntax.WrittenType?, _ place: Int
  ) throws(ProbeError) -> String {
    if case .value("$comm") = operand.location {
      return operand.fetch + (written.map { ":\($0.text)" } ?? "")
    }
    guard let written else { return try derived(operand, place) }
    switch written.text {
    case "string", "ustring": return try string(operand, written.text, place)
    case "%pd", "%pD":
      let names =
        written.text == "%pd" ? ["d_name", "name"] : ["f_path", "dentry", "d_name", "name"]
      return try string(try follow(operand, names, written.place), "string", place)
    case "x", "u", "s", "d":
      let letter = written.text == "d" ? "s" : written.text
      var size = 8
      if let type = operand.type { size = try self.size(of: type) ?? 0 }
      guard [1, 2, 4, 8].contains(size) else {
        throw wrong(written.place, "a value of \(size) bytes is no number")
      }
      return try number(operand, letter, size, place)
    default:
      if operand.bits != nil, let size = Self.plainSize(written.text) {
        return try number(operand, String(written.text.prefix(1)), size, place)
      }
      return operand.fetch + ":" + written.text
    }
  }

  /// The field's text with the type that the kernel's own description of the value suggests.
  private func derived(
    _ operand: ProbeOperand, _ place: Int, depth: Int = 0
  ) throws(ProbeError) -> String {
    // Broken types contain themselves.
    if depth > 20 { throw wrong(place, "this type has no end") }
    guard let type = operand.type else {
      let pointer = (try? store.get().pointerSize) ?? MemoryLayout<UInt>.size
      return operand.fetch + ":x\(pointer * 8)"
    }
    let store = try storeOfTypes()
    if type.stars > 0 {
      let isText = try types { () throws(KernelTypeError) in
        try store.isText(type.id, isPointedTo: true)
      }
      if type.stars == 1, isText { return try string(operand, "string", place) }
      return operand.fetch + ":x\(store.pointerSize * 8)"
    }
    guard let record = try stripped(type) else {
      throw wrong(place, isResult(operand) ? "\(function) returns nothing" : "void has no value")
    }
    switch record.kind {
    case .int:
      return try number(
        operand, record.isSignedNumber ? "s" : "u", try numberSize(record, type, place), place)
    case .enumeration, .enumeration64:
      return try number(
        operand, record.isSignedNumber ? "s" : "u", try numberSize(record, type, place), place)
    case .pointer:
      if try types({ () throws(KernelTypeError) in
        try store.isText(record.target, isPointedTo: true)
      }) {
        return try string(operand, "string", place)
      }
      let meant = try stripped(ProbeType(id: record.target))
      if meant?.kind == .prototype { return operand.fetch + ":symbol" }
      return operand.fetch + ":x\(store.pointerSize * 8)"
    case .array: return try array(operand, record, place, depth)
    case .structure, .union: return try structure(operand, record, type, place, depth)
    case .forward: throw wrong(place, "what \(try spelling(type)) is made of is not known here")
    default: throw wrong(place, "a value of type \(try spelling(type)) cannot be recorded")
    }
  }

  private func isResult(_ operand: ProbeOperand) -> Bool {
    if case .value("$retval") = operand.location { return true }
    return false
  }

  private func numberSize(
    _ record: TypeRecord, _ type: ProbeType, _ place: Int
  ) throws(ProbeError) -> Int {
    let size = try self.size(of: ProbeType(id: record.id)) ?? 0
    guard [1, 2, 4, 8].contains(size) else {
      throw wrong(place, "\(try spelling(type)) has \(size) bytes: too many for a number")
    }
    return size
  }

  /// A struct of one number (`kuid_t`, `atomic_t`) is that number.
  private func structure(
    _ operand: ProbeOperand, _ record: TypeRecord, _ type: ProbeType, _ place: Int, _ depth: Int
  ) throws(ProbeError) -> String {
    let store = try storeOfTypes()
    let size = try self.size(of: ProbeType(id: record.id))
    let members = try types { () throws(KernelTypeError) in try store.members(of: record) }
    if members.count == 1, size ?? 9 <= 8, members[0].bitOffset == 0,
      try self.size(of: ProbeType(id: members[0].type)) == size
    {
      var inner = operand
      inner.type = ProbeType(id: members[0].type)
      return try derived(inner, place, depth: depth + 1)
    }
    let names = try types { () throws(KernelTypeError) in try store.memberNames(of: record) }
    let some = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " …" : "")
    throw wrong(
      place, "\(try spelling(type)) is a struct of \(size ?? 0) bytes: choose a member",
      hint: names.isEmpty ? nil : "it has \(some)")
  }

  private func array(
    _ operand: ProbeOperand, _ record: TypeRecord, _ place: Int, _ depth: Int
  ) throws(ProbeError) -> String {
    let store = try storeOfTypes()
    guard operand.isInMemory else { throw wrong(place, "this array is not in memory") }
    if try types({ () throws(KernelTypeError) in
      try store.isText(record.element, isPointedTo: false)
    }) {
      return try string(operand, "string", place)
    }
    var count = record.elementCount
    var element = record.element
    for _ in 0..<8 {
      guard let inner = try stripped(ProbeType(id: element)), inner.kind == .array,
        count <= Self.largestArray
      else { break }
      // Neither is above 2^32.
      count *= inner.elementCount
      element = inner.element
    }
    guard count >= 1, count <= Self.largestArray else {
      throw wrong(
        place,
        count == 0 ? "the length of this array is not known" : "this array has \(count) elements",
        hint: "say how many, \(Self.largestArray) at most: EXPRESSION:u8[16]; or take one: [0]")
    }
    let inner = try derived(
      ProbeOperand(location: operand.location, type: ProbeType(id: element), label: ""), place,
      depth: depth + 1)
    // Texts and bit-fields do not make arrays here.
    guard let colon = inner.lastIndex(of: ":"), !inner.hasSuffix(":string"), !inner.hasSuffix("]")
    else { throw wrong(place, "choose an element: [0]") }
    return "\(inner[..<colon]):\(inner[inner.index(after: colon)...])[\(count)]"
  }

  private func string(
    _ operand: ProbeOperand, _ type: String, _ place: Int
  ) throws(ProbeError) -> String {
    // Where the text itself is: an array, or the memory that the kernel's own +8(x) names.
    var isPlace = operand.isInMemory && operand.type == nil
    var isUser = false
    if let known = operand.type {
      let record = known.stars > 0 ? nil : try stripped(known)
      if let record {
        switch record.kind {
        case .array: isPlace = operand.isInMemory
        case .int where operand.isInMemory: isPlace = record.ownSize == 1
        case .pointer:
          let store = try storeOfTypes()
          isUser = try types { () throws(KernelTypeError) in try store.hasTag("user", record.target)
          }
        case .structure, .union, .enumeration, .enumeration64, .float:
          throw wrong(place, "\(try spelling(known)) is no text")
        default: break
        }
      }
    }
    if isPlace { return operand.fetch + ":" + (operand.isUserMemory ? "ustring" : type) }
    return ProbeOperand.fetch(operand.fetch, 0, isUser) + ":" + (isUser ? "ustring" : type)
  }

  /// A number, or a bit-field in its container: `b3@2/8`.
  private func number(
    _ operand: ProbeOperand, _ letter: String, _ size: Int, _ place: Int
  ) throws(ProbeError) -> String {
    guard let bits = operand.bits, operand.isInMemory else {
      return operand.fetch + ":\(letter)\(size * 8)"
    }
    // The smallest aligned container that holds all of its bits.
    for bytes in [1, 2, 4, 8] {
      guard case .memory(_, let offset, _) = operand.location else { break }
      let back = offset & (bytes - 1)
      var first = back * 8 + bits.offset
      guard first + bits.count <= bytes * 8 else { continue }
      if (try storeOfTypes()).isBigEndian { first = bytes * 8 - bits.count - first }
      let container = operand.moved(by: -back)
      return container.fetch + ":b\(bits.count)@\(first)/\(bytes * 8)"
    }
    throw wrong(place, "this bit-field crosses the border of 8 bytes")
  }

  /// Follows members by name, through pointers where there are any.
  private func follow(
    _ operand: ProbeOperand, _ names: [String], _ place: Int
  ) throws(ProbeError) -> ProbeOperand {
    var current = operand
    for name in names {
      var isPointer = false
      if let type = current.type {
        isPointer = try self.isPointer(type)
      }
      current = try step(current, name, throughPointer: isPointer, place)
    }
    return current
  }

  private static func plainSize(_ type: String) -> Int? {
    guard let first = type.first, "usx".contains(first), let bits = Int(type.dropFirst()),
      [8, 16, 32, 64].contains(bits)
    else { return nil }
    return bits / 8
  }
}
