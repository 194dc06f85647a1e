package import ByteIO

/// The types of a kernel, or of a module on top of its kernel's, as BTF tells them
/// (Documentation/bpf/btf.rst).
///
/// The bytes stay where they are: of some 100,000 types only the place of every sixteenth is kept,
/// and names become strings when they are asked for. Both byte orders are read. Every length,
/// offset and number is checked; what is broken throws.
package final class TypeStore: Sendable {
  /// `vmlinux`, or the module's name.
  package let name: String
  /// The kernel's types, for a module's.
  package let base: TypeStore?
  let file: MappedFile
  /// The file's.
  package var path: String { file.path }
  let order: ByteOrder
  /// The number of the first type described here.
  let firstID: UInt32
  /// The number after the last one.
  package let endID: UInt32
  /// Where the descriptions lie in the file.
  let types: Range<Int>
  private let strings: Range<Int>
  /// How many bytes of strings the base has; offsets below belong to it.
  private let stringBase: Int
  /// The place of every sixteenth type, from the first.
  private let places: [UInt32]

  private static let stride: UInt32 = 16

  /// Reads the header and looks over all types once.
  ///
  /// - Parameter base: the types of the kernel, where `file` is a module's.
  package init(
    _ file: MappedFile, name: String, base: TypeStore? = nil
  ) throws(KernelTypeError) {
    let header = try TypeHeader(file)
    if let base, base.order != header.order {
      throw .malformed(
        file: file.path, offset: 0, problem: "a byte order other than \(base.path) has")
    }
    self.name = name
    self.base = base
    self.file = file
    order = header.order
    types = header.types
    strings = header.strings
    firstID = base?.endID ?? 1
    stringBase = base.map { $0.stringBase + $0.strings.count } ?? 0
    if strings.isEmpty ? base == nil : file.bytes[strings.upperBound - 1] != 0 {
      throw .malformed(
        file: file.path, offset: strings.upperBound, problem: "the strings do not end with a NUL")
    }
    var places: [UInt32] = []
    places.reserveCapacity(types.count / 20 / Int(Self.stride))
    var id = firstID
    var place = types.lowerBound
    while place < types.upperBound {
      if (id - firstID) % Self.stride == 0 { places.append(UInt32(truncatingIfNeeded: place)) }
      place = try Self.end(ofTypeAt: place, in: file, types, order)
      // Twelve bytes each at least, and offsets fit into 32 bits: no overflow.
      id += 1
    }
    self.places = places
    endID = id
  }

  /// Where the type at `place` ends.
  private static func end(
    ofTypeAt place: Int, in file: MappedFile, _ types: Range<Int>, _ order: ByteOrder
  ) throws(KernelTypeError) -> Int {
    guard types.upperBound - place >= 12, let start = file.bytes.baseAddress else {
      throw .malformed(file: file.path, offset: place, problem: "a type is cut off")
    }
    let info = start.load(UInt32.self, at: place + 4, order)
    guard let kind = TypeKind(rawValue: UInt8(truncatingIfNeeded: info >> 24 & 0x1f)) else {
      throw .malformed(
        file: file.path, offset: place, problem: "a type of the unknown kind \(info >> 24 & 0x1f)")
    }
    let size = 12 + kind.payloadSize(count: Int(info & 0xffff))
    guard size <= types.upperBound - place else {
      throw .malformed(file: file.path, offset: place, problem: "a type is cut off")
    }
    return place + size
  }

  /// How many types there are, `void` and the base's included.
  package var count: Int { Int(endID) }

  // MARK: One type

  /// The description of a type; not for `void`.
  package func record(_ id: TypeID) throws(KernelTypeError) -> TypeRecord {
    if id.rawValue < firstID, let base { return try base.record(id) }
    guard id.rawValue >= firstID, id.rawValue < endID else {
      throw .noSuchID(file: file.path, id: id.rawValue)
    }
    let number = id.rawValue - firstID
    var place = Int(places[Int(number / Self.stride)])
    for _ in 0..<number % Self.stride {
      place = try Self.end(ofTypeAt: place, in: file, types, order)
    }
    return try record(id, at: place)
  }

  private func record(_ id: TypeID, at place: Int) throws(KernelTypeError) -> TypeRecord {
    // Once more, as a file can be cut off or written to while it is mapped.
    _ = try Self.end(ofTypeAt: place, in: file, types, order)
    return try TypeRecord(self, id, at: place)
  }

  /// The numbers of the types described here that are of some kind, with the offsets of their names,
  /// for look-ups that touch them all.
  func forEachName(_ kinds: [TypeKind], _ body: (TypeID, UInt32) -> Bool) throws(KernelTypeError) {
    var mask: UInt32 = 0
    for kind in kinds { mask |= 1 << UInt32(kind.rawValue) }
    guard let start = file.bytes.baseAddress else { return }
    var place = types.lowerBound
    for id in firstID..<endID {
      let end = try Self.end(ofTypeAt: place, in: file, types, order)
      if mask >> (start.load(UInt32.self, at: place + 4, order) >> 24 & 0x1f) & 1 == 1 {
        guard body(TypeID(id), start.load(UInt32.self, at: place, order)) else { return }
      }
      place = end
    }
  }

  // MARK: Bytes

  /// A number of the file; the caller has checked that it lies in a type.
  func number(at place: Int) -> UInt32 {
    file.bytes.baseAddress?.load(UInt32.self, at: place, order) ?? 0
  }

  /// The bytes of a name, without the NUL at their end.
  package func string(at offset: UInt32) throws(KernelTypeError) -> UnsafeRawBufferPointer {
    if let base, Int(offset) < stringBase { return try base.string(at: offset) }
    let start = Int(offset) - stringBase
    guard start < strings.count else {
      throw .malformed(
        file: file.path, offset: types.lowerBound,
        problem: "a name at \(offset), beyond all strings")
    }
    let rest = UnsafeRawBufferPointer(
      rebasing: file.bytes[strings.lowerBound + start..<strings.upperBound])
    // The last byte is a NUL, or was when the file was opened.
    return UnsafeRawBufferPointer(rebasing: rest[..<(rest.firstIndex(of: 0) ?? rest.count)])
  }
}
