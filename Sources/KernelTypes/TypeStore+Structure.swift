import ByteIO

/// A member of a struct or union.
package struct TypeMember: Sendable {
  /// Empty for an anonymous struct or union, whose members count as those of the outer one.
  package var name: String
  package var type: TypeID
  /// From the start of the struct that was asked for.
  package var bitOffset: Int
  /// Of a bit-field; nil for others.
  package var bitSize: Int?
}

/// A parameter of a function; the name is empty where only the type is known.
package struct TypeParameter: Sendable {
  package var name: String
  package var type: TypeID
}

/// A name of an enum and its value.
package struct TypeEnumerator: Sendable {
  package var name: String
  /// The bits; `isSigned` of the enum says how they are meant.
  package var value: Int64
}

/// What types are made of.
extension TypeStore {
  /// Longer chains and deeper nesting than any kernel has.
  static let depthLimit = 64

  /// The type without typedefs, qualifiers and tags; nil for `void`.
  package func stripped(_ id: TypeID) throws(KernelTypeError) -> TypeRecord? {
    var id = id
    for _ in 0..<Self.depthLimit {
      if id == .void { return nil }
      let record = try record(id)
      guard record.kind.isTransparent else { return record }
      id = record.target
    }
    throw .tooDeep(file: path, id: id.rawValue)
  }

  /// Bytes of a value of the type; nil for what has none: `void`, functions, incomplete types.
  package func size(of id: TypeID) throws(KernelTypeError) -> Int? {
    var id = id
    var factor = 1
    for _ in 0..<Self.depthLimit {
      guard let record = try stripped(id) else { return nil }
      let size: Int
      switch record.kind {
      case .int, .structure, .union, .enumeration, .enumeration64, .float, .dataSection:
        size = record.ownSize
      case .pointer: size = pointerSize
      case .array:
        let product = factor.multipliedReportingOverflow(by: record.elementCount)
        if product.overflow { throw .tooDeep(file: path, id: id.rawValue) }
        factor = product.partialValue
        id = record.element
        continue
      case .variable:
        id = record.target
        continue
      default: return nil
      }
      let product = factor.multipliedReportingOverflow(by: size)
      // Far more than any type has, and little enough to add and multiply with.
      guard !product.overflow, product.partialValue <= 1 << 40 else {
        throw .tooDeep(file: path, id: id.rawValue)
      }
      return product.partialValue
    }
    throw .tooDeep(file: path, id: id.rawValue)
  }

  /// Bytes of a pointer: BTF does not say, but a `long` is as long in every kernel.
  package var pointerSize: Int {
    if let base { return base.pointerSize }
    for name in ["long unsigned int", "unsigned long", "long int", "long"] {
      if let id = try? find(name, [.int]), let record = try? record(id),
        record.ownSize == 4 || record.ownSize == 8
      {
        return record.ownSize
      }
    }
    return 8
  }

  package var isBigEndian: Bool { order == .big }

  // MARK: Tags and texts

  /// Whether a type carries a tag, such as `user` (from clang, and gcc since 16).
  package func hasTag(_ tag: String, _ id: TypeID) throws(KernelTypeError) -> Bool {
    var id = id
    for _ in 0..<Self.depthLimit {
      if id == .void { return false }
      let record = try record(id)
      if record.kind == .typeTag, try record.name == tag { return true }
      guard record.kind.isTransparent else { return false }
      id = record.target
    }
    throw .tooDeep(file: path, id: id.rawValue)
  }

  /// Whether a type is a character of text, by its spelling: `char`, and behind a pointer
  /// `const unsigned char` (names of files are declared so); a `u8` is a number.
  package func isText(_ id: TypeID, isPointedTo: Bool) throws(KernelTypeError) -> Bool {
    var id = id
    var isConst = false
    for _ in 0..<Self.depthLimit {
      if id == .void { return false }
      let record = try record(id)
      switch record.kind {
      case .const: isConst = true
      case .volatile, .restrict, .typeTag: break
      case .int:
        let name = try record.name
        return name == "char" || isPointedTo && isConst && name == "unsigned char"
      default: return false
      }
      id = record.target
    }
    throw .tooDeep(file: path, id: id.rawValue)
  }

  // MARK: Members

  /// The members of a struct or union as they are declared; none of other kinds.
  package func members(of record: TypeRecord) throws(KernelTypeError) -> [TypeMember] {
    guard record.kind == .structure || record.kind == .union else { return [] }
    var members: [TypeMember] = []
    members.reserveCapacity(record.count)
    for index in 0..<record.count { members.append(try member(index, of: record)) }
    return members
  }

  private func member(_ index: Int, of record: TypeRecord) throws(KernelTypeError) -> TypeMember {
    let name = try record.store.string(at: record.number(index * 3))
    let offset = record.number(index * 3 + 2)
    var member = TypeMember(
      name: String(decoding: name, as: UTF8.self), type: TypeID(record.number(index * 3 + 1)),
      bitOffset: Int(offset))
    if record.flag {
      member.bitOffset = Int(offset & 0xff_ffff)
      member.bitSize = offset >> 24 == 0 ? nil : Int(offset >> 24)
    } else if let type = try stripped(member.type), type.kind == .int,
      type.integer.bits != type.ownSize * 8 || type.integer.bitOffset != 0
    {
      member.bitOffset += type.integer.bitOffset
      member.bitSize = type.integer.bits
    }
    return member
  }

  /// A member by its name, looked for in anonymous members too.
  package func member(
    named name: String, of record: TypeRecord
  ) throws(KernelTypeError) -> TypeMember? {
    var budget = 20_000
    return try member(Array(name.utf8), of: record, depth: 0, &budget)
  }

  private func member(
    _ name: [UInt8], of record: TypeRecord, depth: Int, _ budget: inout Int
  ) throws(KernelTypeError) -> TypeMember? {
    guard record.kind == .structure || record.kind == .union, !name.isEmpty else { return nil }
    var anonymous: [Int] = []
    for index in 0..<record.count {
      let have = try record.store.string(at: record.number(index * 3))
      if have.isEmpty {
        anonymous.append(index)
      } else if have.elementsEqual(name) {
        return try member(index, of: record)
      }
    }
    budget -= record.count
    if depth == Self.depthLimit || budget < 0 {
      throw .tooDeep(file: path, id: record.id.rawValue)
    }
    for index in anonymous {
      let outer = try member(index, of: record)
      guard let inner = try stripped(outer.type),
        var found = try member(name, of: inner, depth: depth + 1, &budget)
      else { continue }
      // Each below 2^32, and no deeper than the limit.
      found.bitOffset += outer.bitOffset
      return found
    }
    return nil
  }

  /// The names that `member(named:of:)` would find.
  package func memberNames(of record: TypeRecord) throws(KernelTypeError) -> [String] {
    var names: [String] = []
    var waiting = [record]
    var budget = 20_000
    while let record = waiting.popLast(), budget > 0 {
      budget -= record.count + 1
      var inner: [TypeRecord] = []
      for member in try members(of: record) {
        if !member.name.isEmpty {
          names.append(member.name)
        } else if let record = try stripped(member.type) {
          inner.append(record)
        }
      }
      waiting += inner.reversed()
    }
    return names
  }

  // MARK: Functions

  /// The parameters of a prototype; the last of a function with `...` is a nameless `void`.
  package func parameters(of record: TypeRecord) throws(KernelTypeError) -> [TypeParameter] {
    guard record.kind == .prototype else { return [] }
    var parameters: [TypeParameter] = []
    for index in 0..<record.count {
      let name = try record.store.string(at: record.number(index * 2))
      parameters.append(
        TypeParameter(
          name: String(decoding: name, as: UTF8.self), type: TypeID(record.number(index * 2 + 1))))
    }
    return parameters
  }

  // MARK: Enums

  package func enumerators(of record: TypeRecord) throws(KernelTypeError) -> [TypeEnumerator] {
    let width = record.kind == .enumeration ? 2 : 3
    guard record.kind == .enumeration || record.kind == .enumeration64 else { return [] }
    var list: [TypeEnumerator] = []
    for index in 0..<record.count {
      let name = try record.store.string(at: record.number(index * width))
      let low = record.number(index * width + 1)
      let high = width == 3 ? record.number(index * width + 2) : 0
      let value =
        width == 3
        ? Int64(bitPattern: UInt64(high) << 32 | UInt64(low))
        : record.flag ? Int64(Int32(bitPattern: low)) : Int64(low)
      list.append(TypeEnumerator(name: String(decoding: name, as: UTF8.self), value: value))
    }
    return list
  }
}
