/// Reads the C declaration of a field: `unsigned int a`, `char comm[16]`, `__data_loc u8[] buf`.
struct FieldDeclaration {
  var name: String
  var type: String
  var kind: FieldKind
  /// Bytes of one element; 0 where only the field's size tells.
  var elementSize: Int
  var isLong: Bool
  var isByteArray: Bool

  /// `longSize` is the traced kernel's; nil where no name can be found.
  init?(_ text: String, size: Int, longSize: Int) {
    var bytes = Array(text.utf8)
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    var elements: Int? = nil
    var isArray = false
    // `name[8]`, `name[2][3]`: the bounds come off the end first.
    while bytes.last == UInt8(ascii: "]"), let open = bytes.lastIndex(of: UInt8(ascii: "[")) {
      let count = Int(String(decoding: bytes[(open + 1)..<(bytes.count - 1)], as: UTF8.self))
      if let count, count > 0, count <= 1 << 20 {
        elements = min((elements ?? 1) * count, 1 << 20)
      }
      isArray = true
      bytes.removeSubrange(open...)
    }
    let start = bytes.lastIndex { !$0.isNameByte }.map { $0 + 1 } ?? 0
    guard start < bytes.count else { return nil }
    name = String(decoding: bytes[start...], as: UTF8.self)
    var typeBytes = bytes[..<start]
    while let last = typeBytes.last, last == 0x20 || last == 0x09 { typeBytes.removeLast() }
    type = String(decoding: typeBytes, as: UTF8.self)

    let words = Self.words(of: typeBytes)
    let isPointer = typeBytes.contains(UInt8(ascii: "*"))
    isLong = words.contains("long")
    let element = Self.sizeOf(words: words, isPointer: isPointer, longSize: longSize)
    isByteArray = false

    if words.first == "__data_loc" || words.first == "__rel_loc" {
      kind = words.first == "__data_loc" ? .dynamic : .relative
      elementSize = element ?? 1
      isByteArray = elementSize == 1
    } else if isArray {
      let isBytes = !isPointer && element == 1
      kind = isBytes && words.contains("char") ? .text : .array
      isByteArray = isBytes
      if let elements, size % elements == 0, size > 0 {
        elementSize = size / elements
      } else {
        elementSize = element ?? 1
      }
    } else if size == 1 || size == 2 || size == 4 || size == 8 {
      kind = isPointer ? .pointer : .integer
      elementSize = size
    } else {
      kind = .array
      elementSize = 1
    }
  }

  private static func words(of type: ArraySlice<UInt8>) -> [Substring] {
    type.split { $0 == 0x20 || "[]*".utf8.contains($0) }
      .map { Substring(String(decoding: $0, as: UTF8.self)) }
  }

  /// The size in bytes of a type spelled in C, nil where the spelling does not tell.
  static func sizeOf(words: [Substring], isPointer: Bool, longSize: Int) -> Int? {
    if isPointer { return longSize }
    if words.contains("struct") || words.contains("union") { return nil }
    let longs = words.count { $0 == "long" }
    if longs > 0 { return longs > 1 ? 8 : longSize }
    for word in words {
      if let size = sizes[word] { return size == 0 ? longSize : size }
    }
    return words.contains("int") || words.contains("unsigned") || words.contains("signed") ? 4 : nil
  }

  /// In bytes, 0 for that of a long. A kernel has thousands of fields, hence a table.
  private static let sizes: [Substring: Int] = {
    let names = [
      1: "char bool _Bool u8 s8 __u8 __s8 uint8_t int8_t u_char unchar",
      2: "short u16 s16 __u16 __s16 uint16_t int16_t __le16 __be16 umode_t ushort u_short",
      4: """
      u32 s32 __u32 __s32 uint32_t int32_t __le32 __be32 pid_t gfp_t dev_t uid_t gid_t enum u_int \
      uint
      """,
      8: """
      u64 s64 __u64 __s64 uint64_t int64_t __le64 __be64 loff_t sector_t ktime_t dma_addr_t \
      phys_addr_t gpa_t gfn_t
      """,
      0: "size_t ssize_t ulong u_long ino_t uintptr_t intptr_t cpumask_t pgoff_t off_t",
    ]
    var sizes: [Substring: Int] = [:]
    for (size, list) in names {
      for name in list.split(separator: " ") { sizes[name] = size }
    }
    return sizes
  }()
}

extension UInt8 {
  /// A letter, digit or underscore.
  var isNameByte: Bool { isNameStart || isDigit }
  var isNameStart: Bool {
    (0x61...0x7a).contains(self) || (0x41...0x5a).contains(self) || self == 0x5f
  }
  var isDigit: Bool { (0x30...0x39).contains(self) }
  /// The value of a hexadecimal digit.
  @inline(__always) var hexDigit: UInt64? {
    switch self {
    case 0x30...0x39: UInt64(self &- 0x30)
    case 0x61...0x66: UInt64(self &- 0x57)
    case 0x41...0x46: UInt64(self &- 0x37)
    default: nil
    }
  }
  var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0a || self == 0x0d }
}
