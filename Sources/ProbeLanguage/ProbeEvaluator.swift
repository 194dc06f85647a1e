import ByteIO
import KernelTypes

/// Follows expressions through the kernel's types.
struct ProbeEvaluator {
  /// The user's text, for complaints.
  let text: String
  let function: String
  /// nil where the kernel does not tell the function.
  let prototype: FunctionPrototype?
  /// nil where the kernel does not tell its types, and then why.
  let store: Result<TypeStore, KernelTypeError>
  let isReturn: Bool
  /// The kernel keeps the arguments until the function returns (Linux 6.9).
  let keepsArguments: Bool

  func operand(
    _ expression: ProbeSyntax.Expression
  ) throws(ProbeError) -> ProbeOperand {
    switch expression.form {
    case .argument(let number): return try argument(number, expression.place)
    case .parameter(let name): return try parameter(name, expression.place)
    case .result: return try result(expression.place)
    case .comm: return ProbeOperand(location: .value("$comm"), label: "comm")
    case .stack(let number):
      let name = "stack" + (number.map(String.init) ?? "")
      return ProbeOperand(location: .value("$" + name), label: name)
    case .raw(let raw):
      return ProbeOperand(location: .value(raw), label: String(raw.dropFirst()))
    case .member(let inner, let name):
      return try member(name, of: try operand(inner), expression.place)
    case .arrow(let inner, let name):
      let pointer = try operand(inner)
      if let type = pointer.type, try isStructure(type) {
        throw wrong(expression.place, "\(try spelling(type)) is no pointer: write .\(name)")
      }
      return try member(name, of: try pointee(of: pointer, expression.place), expression.place)
    case .index(let inner, let index):
      return try element(index, of: try operand(inner), expression.place)
    case .dereference(let inner): return try pointee(of: try operand(inner), expression.place)
    case .cast(let words, let stars, let inner):
      var operand = try operand(inner)
      if operand.isInMemory, operand.type == nil {
        // What the kernel's own +8(x) fetches becomes the value that is cast.
        operand.location = .value(operand.fetch)
      }
      operand.type = try castType(words, stars, expression.place)
      return operand
    case .fetch(let offset, let isUser, let inner):
      let base = try operand(inner)
      return ProbeOperand(
        location: .memory(base: base.fetch, offset: offset, isUser: isUser), label: base.label)
    }
  }

  // MARK: Where values come from

  private func argument(_ number: Int, _ place: Int) throws(ProbeError) -> ProbeOperand {
    try checkArgumentsAreThere(place)
    guard number <= FunctionPrototype.lastArgument else {
      throw wrong(
        place, "argument \(number) is not in a register",
        hint: "$arg1 to $arg\(FunctionPrototype.lastArgument) are on this machine")
    }
    var operand = ProbeOperand(location: .value("$arg\(number)"), label: "arg\(number)")
    guard let prototype else { return operand }
    let slots = try types { () throws(KernelTypeError) in try prototype.argumentNumbers() }
    if let index = slots.firstIndex(of: number) {
      operand.type = ProbeType(id: prototype.parameters[index].type)
      if !prototype.parameters[index].name.isEmpty {
        operand.label = prototype.parameters[index].name
      }
      return operand
    }
    // Where a struct is passed in registers, or not every argument is told, all we know is less.
    if !prototype.isVariadic, slots.allSatisfy({ $0 != nil }) {
      throw wrong(
        place, "\(function) has no argument \(number)", hint: prototype.spelling)
    }
    return operand
  }

  private func parameter(_ name: String, _ place: Int) throws(ProbeError) -> ProbeOperand {
    guard let prototype else {
      // Why there is none decides what helps.
      if case .failure(let error) = store { throw .types(error) }
      throw wrong(
        place, "the parameters of \(function) are not known: '\(name)' cannot be found",
        hint: "by number it goes: $arg1, or (struct file *)$arg1 with its type")
    }
    guard let index = prototype.parameters.firstIndex(where: { $0.name == name }) else {
      let names = prototype.parameters.map(\.name)
      let nearest = Nearest.names(to: name, among: names)
      throw wrong(
        place, "\(function) has no parameter '\(name)'",
        hint: nearest.isEmpty ? prototype.spelling : "nearest: " + nearest.joined(separator: ", "))
    }
    try checkArgumentsAreThere(place)
    return try parameter(index, prototype, place)
  }

  func parameter(
    _ index: Int, _ prototype: FunctionPrototype, _ place: Int
  ) throws(ProbeError) -> ProbeOperand {
    let slots = try types { () throws(KernelTypeError) in try prototype.argumentNumbers() }
    let parameter = prototype.parameters[index]
    guard let number = slots[index] else {
      throw wrong(
        place, "'\(parameter.name)' is, or comes after, a value that is not passed in one register",
        hint: prototype.spelling)
    }
    return ProbeOperand(
      location: .value("$arg\(number)"), type: ProbeType(id: parameter.type),
      label: parameter.name.isEmpty ? "arg\(number)" : parameter.name)
  }

  private func checkArgumentsAreThere(_ place: Int) throws(ProbeError) {
    guard isReturn, !keepsArguments else { return }
    throw wrong(
      place, "this kernel has forgotten the arguments when \(function) returns",
      hint:
        "record both: -e 'probe:\(function)' -e 'probe:\(function)%return' (Linux 6.9 keeps them)")
  }

  private func result(_ place: Int) throws(ProbeError) -> ProbeOperand {
    guard isReturn else {
      throw wrong(
        place, "$retval is there when \(function) returns",
        hint: "write probe:\(function)%return(…)")
    }
    var operand = ProbeOperand(location: .value("$retval"), label: "ret")
    if let prototype { operand.type = ProbeType(id: prototype.result) }
    return operand
  }

  // MARK: Steps

  private func member(
    _ name: String, of operand: ProbeOperand, _ place: Int
  ) throws(ProbeError) -> ProbeOperand {
    let type = try known(operand, place)
    let store = try storeOfTypes()
    guard let record = try structure(type) else {
      let isPointer = try isPointer(type)
      let spelling = try spelling(type)
      throw wrong(
        place,
        isPointer ? "\(spelling) is a pointer: write ->\(name)" : "\(spelling) has no members")
    }
    let found = try types { () throws(KernelTypeError) in try store.member(named: name, of: record)
    }
    guard let found else {
      let names = try types { () throws(KernelTypeError) in try store.memberNames(of: record) }
      let nearest = Nearest.names(to: name, among: names)
      throw wrong(
        place, "\(try spelling(type)) has no member '\(name)'",
        hint: nearest.isEmpty
          ? "see `kscope list --type '\(try spelling(type))'`"
          : "nearest: " + nearest.joined(separator: ", "))
    }
    guard operand.isInMemory else {
      throw wrong(place, "\(try spelling(type)) is in a register: its members cannot be fetched")
    }
    var result = operand.moved(by: found.bitOffset / 8)
    result.type = ProbeType(id: found.type)
    result.bits = found.bitSize.map { (found.bitOffset % 8, $0) }
    result.label = name
    return result
  }

  /// A member of what `operand` is or, through a pointer, points to.
  func step(
    _ operand: ProbeOperand, _ name: String, throughPointer: Bool, _ place: Int
  ) throws(ProbeError) -> ProbeOperand {
    try member(name, of: throughPointer ? try pointee(of: operand, place) : operand, place)
  }

  private func element(
    _ index: Int, of operand: ProbeOperand, _ place: Int
  ) throws(ProbeError) -> ProbeOperand {
    let type = try known(operand, place)
    var first: ProbeOperand
    if type.stars == 0, let record = try stripped(type), record.kind == .array {
      guard operand.isInMemory else { throw wrong(place, "this array is not in memory") }
      let count = record.elementCount
      if count > 0, index >= count { throw wrong(place, "there are only \(count) elements") }
      first = operand
      first.type = ProbeType(id: record.element)
    } else {
      first = try pointee(of: operand, place)
    }
    let element = try known(first, place)
    guard let size = try size(of: element),
      case let (bytes, false) = size.multipliedReportingOverflow(by: index), bytes <= Int(Int32.max)
    else { throw wrong(place, "the size of \(try spelling(element)) is not known") }
    var result = first.moved(by: bytes)
    result.label = "\(operand.label)_\(index)"
    return result
  }

  private func pointee(of operand: ProbeOperand, _ place: Int) throws(ProbeError) -> ProbeOperand {
    var result = operand
    result.bits = nil
    guard var type = operand.type else {
      result.location = .memory(base: operand.fetch, offset: 0, isUser: false)
      return result
    }
    var isUser = false
    if type.stars > 0 {
      type.stars -= 1
    } else {
      let record = try stripped(type)
      switch record?.kind {
      case .pointer:
        type = ProbeType(id: record?.target ?? .void)
        isUser = try isUserMemory(type.id)
      case .array where operand.isInMemory:
        result.type = ProbeType(id: record?.element ?? .void)
        return result
      default: throw wrong(place, "\(try spelling(type)) is no pointer")
      }
    }
    result.location = .memory(base: operand.fetch, offset: 0, isUser: isUser)
    result.type = type
    return result
  }

  /// What a pointer points to is marked as a user's memory (`__user`).
  private func isUserMemory(_ id: TypeID) throws(ProbeError) -> Bool {
    let store = try storeOfTypes()
    return try types { () throws(KernelTypeError) in try store.hasTag("user", id) }
  }

  private func castType(
    _ words: [String], _ stars: Int, _ place: Int
  ) throws(ProbeError) -> ProbeType {
    if words == ["void"] { return ProbeType(id: .void, stars: stars) }
    let store = try storeOfTypes()
    do {
      return ProbeType(id: try store.type(written: words.joined(separator: " ")), stars: stars)
    } catch {
      if case .unknownType = error { throw wrong(place, error.message, hint: error.hint) }
      throw .types(error)
    }
  }

  // MARK: Types

  /// A type that is needed.
  private func known(_ operand: ProbeOperand, _ place: Int) throws(ProbeError) -> ProbeType {
    if let type = operand.type { return type }
    if case .failure(let error) = store { throw .types(error) }
    throw wrong(
      place, "the type of what stands before is not known",
      hint: "say it: ((struct file *)\(operand.fetch))->…")
  }

  func storeOfTypes() throws(ProbeError) -> TypeStore {
    do { return try store.get() } catch { throw .types(error) }
  }

  /// nil for `void`. Where only the name of a struct is known here, the struct of that name.
  func stripped(_ type: ProbeType) throws(ProbeError) -> TypeRecord? {
    let store = try storeOfTypes()
    return try types { () throws(KernelTypeError) in
      guard let record = try store.stripped(type.id), record.kind == .forward else {
        return try store.stripped(type.id)
      }
      guard let id = try store.find(try record.name, [.structure, .union]) else { return record }
      return try store.record(id)
    }
  }

  private func structure(_ type: ProbeType) throws(ProbeError) -> TypeRecord? {
    guard type.stars == 0, let record = try stripped(type),
      record.kind == .structure || record.kind == .union
    else { return nil }
    return record
  }

  func isPointer(_ type: ProbeType) throws(ProbeError) -> Bool {
    if type.stars > 0 { return true }
    return try stripped(type)?.kind == .pointer
  }

  private func isStructure(_ type: ProbeType) throws(ProbeError) -> Bool {
    try structure(type) != nil
  }

  func size(of type: ProbeType) throws(ProbeError) -> Int? {
    let store = try storeOfTypes()
    if type.stars > 0 { return store.pointerSize }
    let record = try stripped(type)
    return try types { () throws(KernelTypeError) in
      guard let record else { return nil }
      return try store.size(of: record.id)
    }
  }

  func spelling(_ type: ProbeType) throws(ProbeError) -> String {
    let store = try storeOfTypes()
    let stars = String(repeating: "*", count: type.stars)
    return try types { () throws(KernelTypeError) in try store.spelling(type.id, stars) }
  }

  func types<T>(_ body: () throws(KernelTypeError) -> T) throws(ProbeError) -> T {
    do { return try body() } catch { throw .types(error) }
  }

  func wrong(_ place: Int, _ problem: String, hint: String? = nil) -> ProbeError {
    .wrong(text: text, offset: place, problem: problem, hint: hint)
  }
}
