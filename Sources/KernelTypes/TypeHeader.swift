import ByteIO

/// The first bytes of BTF: where the types and the strings lie (`struct btf_header`).
struct TypeHeader {
  var order: ByteOrder
  /// In bytes from the file's start, as all offsets.
  var types: Range<Int>
  var strings: Range<Int>

  private static let magic: UInt16 = 0xeb9f
  private static let size = 24

  init(_ file: MappedFile) throws(KernelTypeError) {
    guard file.count >= Self.size, let start = file.bytes.baseAddress else {
      throw .malformed(file: file.path, offset: 0, problem: "too short for a header of BTF")
    }
    if start.load(UInt16.self, at: 0, .little) == Self.magic {
      order = .little
    } else if start.load(UInt16.self, at: 0, .big) == Self.magic {
      order = .big
    } else {
      throw .malformed(
        file: file.path, offset: 0, problem: "this is no BTF (it begins with 0xeB9F)")
    }
    let version = start.load(UInt8.self, at: 2, order)
    guard version == 1 else {
      throw .malformed(
        file: file.path, offset: 2, problem: "BTF of version \(version); only version 1 is known")
    }
    let length = Int(start.load(UInt32.self, at: 4, order))
    guard length >= Self.size, length <= file.count, file.count <= Int(UInt32.max) else {
      throw .malformed(file: file.path, offset: 4, problem: "a header of \(length) bytes")
    }
    types = try Self.section(8, "types", file, order)
    strings = try Self.section(16, "strings", file, order)
  }

  private static func section(
    _ place: Int, _ what: String, _ file: MappedFile, _ order: ByteOrder
  ) throws(KernelTypeError) -> Range<Int> {
    guard let start = file.bytes.baseAddress else { return 0..<0 }
    let header = Int(start.load(UInt32.self, at: 4, order))
    let offset = Int(start.load(UInt32.self, at: place, order))
    let count = Int(start.load(UInt32.self, at: place + 4, order))
    // Each below 2^32, so that the sums are far from overflowing.
    let begin = header + offset
    guard begin + count <= file.count else {
      throw .malformed(
        file: file.path, offset: place,
        problem: "\(count) bytes of \(what) at \(begin), but the file ends at \(file.count)")
    }
    return begin..<begin + count
  }
}
