package import ByteIO

/// Builds the bytes of BTF, type by type (Documentation/bpf/btf.rst).
package struct TypeBuilder {
  private let order: ByteOrder
  private let firstID: UInt32
  private let stringBase: Int
  private var types: [UInt8] = []
  private var strings: [UInt8]
  private var names: [String: UInt32]
  private var count: UInt32 = 0

  /// - Parameter base: for a module's types: the kernel's.
  package init(order: ByteOrder = .little, base: TypeBuilder? = nil) {
    self.order = order
    firstID = base.map { $0.firstID + $0.count } ?? 1
    stringBase = base.map { $0.stringBase + $0.strings.count } ?? 0
    names = base?.names ?? ["": 0]
    strings = base == nil ? [0] : []
  }

  /// The numbers are those of the format: the kind, `vlen`, `kind_flag`, what stands in `size` or
  /// `type`, and what follows. Returns the type's number.
  @discardableResult
  package mutating func add(
    kind: UInt32, named name: String = "", count: Int = 0, flag: Bool = false, _ sizeOrType: UInt32,
    _ payload: [UInt32] = []
  ) -> UInt32 {
    for number in [
      string(name), UInt32(count) | kind << 24 | (flag ? 1 << 31 : 0), sizeOrType,
    ] + payload {
      append(number, to: &types)
    }
    self.count += 1
    return firstID + self.count - 1
  }

  /// The offset of a string, which is added where it is new.
  package mutating func string(_ text: String) -> UInt32 {
    if let known = names[text] { return known }
    let offset = UInt32(stringBase + strings.count)
    strings += Array(text.utf8) + [0]
    names[text] = offset
    return offset
  }

  private func append(_ number: UInt32, to bytes: inout [UInt8]) {
    let stored = order == .little ? number.littleEndian : number.bigEndian
    withUnsafeBytes(of: stored) { bytes += Array($0) }
  }

  /// The header, the types and the strings.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = order == .little ? [0x9f, 0xeb, 1, 0] : [0xeb, 0x9f, 1, 0]
    for number in [24, 0, types.count, types.count, strings.count] {
      append(UInt32(number), to: &bytes)
    }
    return bytes + types + strings
  }

  // MARK: Kinds

  @discardableResult
  package mutating func int(
    _ name: String, _ size: UInt32, signed: Bool = false, isBoolean: Bool = false
  ) -> UInt32 {
    let encoding: UInt32 = (signed ? 1 : 0) | (isBoolean ? 4 : 0)
    return add(kind: 1, named: name, size, [encoding << 24 | size &* 8 & 0xff])
  }

  @discardableResult
  package mutating func pointer(_ type: UInt32) -> UInt32 { add(kind: 2, type) }
  @discardableResult
  package mutating func array(_ type: UInt32, _ count: UInt32) -> UInt32 {
    add(kind: 3, 0, [type, 0, count])
  }
  @discardableResult
  package mutating func typedef(_ name: String, _ type: UInt32) -> UInt32 {
    add(kind: 8, named: name, type)
  }
  @discardableResult
  package mutating func const(_ type: UInt32) -> UInt32 { add(kind: 10, type) }
  @discardableResult
  package mutating func tag(_ name: String, _ type: UInt32) -> UInt32 {
    add(kind: 18, named: name, type)
  }

  /// Members are `(name, type, offset in bits)`.
  @discardableResult
  package mutating func structure(
    _ name: String, _ size: UInt32, isUnion: Bool = false, _ members: [(String, UInt32, UInt32)]
  ) -> UInt32 {
    let payload = members.flatMap { [string($0.0), $0.1, $0.2] }
    return add(kind: isUnion ? 5 : 4, named: name, count: members.count, size, payload)
  }

  /// Members are `(name, type, offset in bits, bits or 0)`.
  @discardableResult
  package mutating func bitFields(
    _ name: String, _ size: UInt32, _ members: [(String, UInt32, UInt32, UInt32)]
  ) -> UInt32 {
    let payload = members.flatMap { [string($0.0), $0.1, $0.3 << 24 | $0.2] }
    return add(kind: 4, named: name, count: members.count, flag: true, size, payload)
  }

  @discardableResult
  package mutating func prototype(
    _ result: UInt32, _ parameters: [(String, UInt32)]
  ) -> UInt32 {
    let payload = parameters.flatMap { [string($0.0), $0.1] }
    return add(kind: 13, count: parameters.count, result, payload)
  }

  @discardableResult
  package mutating func function(
    _ name: String, _ result: UInt32, _ parameters: [(String, UInt32)]
  ) -> UInt32 {
    let type = prototype(result, parameters)
    return add(kind: 12, named: name, type)
  }
}
