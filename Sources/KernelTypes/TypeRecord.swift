/// One type's description where it lies (`struct btf_type` and what follows it).
package struct TypeRecord: Sendable {
  package let id: TypeID
  package let kind: TypeKind
  /// Where the description is; names are offsets into its strings.
  let store: TypeStore
  /// Members, parameters or values.
  let count: Int
  /// Of a struct: bit-fields are told in the members; of a forward: a union; of an enum: signed.
  let flag: Bool
  let nameOffset: UInt32
  private let sizeOrType: UInt32
  /// Where its members begin, in bytes from the file's start.
  let payload: Int

  /// The caller has checked that the whole description is there.
  init(_ store: TypeStore, _ id: TypeID, at place: Int) throws(KernelTypeError) {
    let info = store.number(at: place + 4)
    guard let kind = TypeKind(rawValue: UInt8(truncatingIfNeeded: info >> 24 & 0x1f)) else {
      throw .malformed(file: store.path, offset: place, problem: "a type of an unknown kind")
    }
    self.id = id
    self.kind = kind
    self.store = store
    count = Int(info & 0xffff)
    flag = info >> 31 == 1
    nameOffset = store.number(at: place)
    sizeOrType = store.number(at: place + 8)
    payload = place + 12
  }

  /// Bytes, of the kinds that say so themselves: integers, structs, unions, enums, floats, sections.
  package var ownSize: Int { Int(sizeOrType) }

  /// The type that a pointer, typedef, qualifier, tag, function or variable refers to.
  package var target: TypeID { TypeID(sizeOrType) }

  /// Empty where it has none.
  package var name: String {
    get throws(KernelTypeError) {
      String(decoding: try store.string(at: nameOffset), as: UTF8.self)
    }
  }

  package var isAnonymous: Bool {
    get throws(KernelTypeError) { try store.string(at: nameOffset).isEmpty }
  }

  func number(_ index: Int) -> UInt32 { store.number(at: payload + index * 4) }

  // MARK: Integers

  /// How the bits of an integer are to be read.
  struct IntegerEncoding {
    var isSigned: Bool
    var isBoolean: Bool
    /// The first bit and the number of bits, for bit-fields as they were told before Linux 5.0.
    var bitOffset: Int
    var bits: Int
  }

  /// Of a type of kind `int`.
  var integer: IntegerEncoding {
    let data = number(0)
    return IntegerEncoding(
      isSigned: data >> 24 & 1 != 0, isBoolean: data >> 24 & 4 != 0,
      bitOffset: Int(data >> 16 & 0xff), bits: Int(data & 0xff))
  }

  /// Of an integer or enum: its values can be below zero.
  package var isSignedNumber: Bool { kind == .int ? integer.isSigned : flag }

  // MARK: Arrays

  /// Of a type of kind `array`.
  package var element: TypeID { TypeID(number(0)) }
  package var elementCount: Int { Int(number(2)) }
}
