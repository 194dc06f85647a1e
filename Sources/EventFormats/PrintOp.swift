/// One step of a print program: 16 bytes, no references.
struct PrintOp {
  var code: PrintCode
  /// A `LoadKind`, a set of `ConversionFlags` or a small number; `PrintCode` says which.
  var a: UInt8 = 0
  /// A size in bytes or another small number.
  var b: UInt16 = 0
  /// An offset in the record, the text or the tables; or width and precision of a conversion.
  var c: UInt32 = 0
  /// A constant, or two numbers of 32 bits.
  var d: UInt64 = 0

  /// The lower half of `d`.
  var low: Int { Int(truncatingIfNeeded: d & 0xffff_ffff) }
  /// The upper half of `d`.
  var high: Int { Int(truncatingIfNeeded: d >> 32) }
}

/// How a number lies in a record.
enum LoadKind: UInt8 {
  case u8, u16, u32, u64, s8, s16, s32
  case u16Swapped, u32Swapped, u64Swapped, s16Swapped, s32Swapped

  init(size: Int, isSigned: Bool, swapped: Bool) {
    switch (size, isSigned, swapped) {
    case (1, false, _): self = .u8
    case (1, true, _): self = .s8
    case (2, false, false): self = .u16
    case (2, true, false): self = .s16
    case (2, false, true): self = .u16Swapped
    case (2, true, true): self = .s16Swapped
    case (4, false, false): self = .u32
    case (4, true, false): self = .s32
    case (4, false, true): self = .u32Swapped
    case (4, true, true): self = .s32Swapped
    case (_, _, false): self = .u64
    case (_, _, true): self = .u64Swapped
    }
  }

  /// Loads the number as 64 bits, sign- or zero-extended. The caller has checked the bounds.
  @inline(__always)
  static func load(_ kind: UInt8, _ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    // Only the compiler writes kinds into steps, always from a `LoadKind`.
    unsafeBitCast(kind, to: LoadKind.self).load(base, offset)
  }

  @inline(__always)
  func load(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    @inline(__always) func raw<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> T {
      base.loadUnaligned(fromByteOffset: offset, as: T.self)
    }
    return switch self {
    case .u8: UInt64(raw(UInt8.self))
    case .u16: UInt64(raw(UInt16.self))
    case .u32: UInt64(raw(UInt32.self))
    case .u64: raw(UInt64.self)
    case .s8: UInt64(bitPattern: Int64(raw(Int8.self)))
    case .s16: UInt64(bitPattern: Int64(raw(Int16.self)))
    case .s32: UInt64(bitPattern: Int64(raw(Int32.self)))
    case .u16Swapped: UInt64(raw(UInt16.self).byteSwapped)
    case .u32Swapped: UInt64(raw(UInt32.self).byteSwapped)
    case .u64Swapped: raw(UInt64.self).byteSwapped
    case .s16Swapped: UInt64(bitPattern: Int64(raw(Int16.self).byteSwapped))
    case .s32Swapped: UInt64(bitPattern: Int64(raw(Int32.self).byteSwapped))
    }
  }
}

/// The flags of a conversion, as C's printf names them.
struct ConversionFlags: OptionSet {
  let rawValue: UInt8
  static let left = ConversionFlags(rawValue: 1)
  static let zero = ConversionFlags(rawValue: 2)
  static let plus = ConversionFlags(rawValue: 4)
  static let space = ConversionFlags(rawValue: 8)
  static let alternate = ConversionFlags(rawValue: 16)
  static let upper = ConversionFlags(rawValue: 32)
  /// The width lies on the stack below the value (below the precision, if that does too).
  static let widthOnStack = ConversionFlags(rawValue: 64)
  /// The precision lies on the stack below the value.
  static let precisionOnStack = ConversionFlags(rawValue: 128)
}

/// What a step does. "Pops" and "pushes" speak of the stack of 64-bit numbers. A region is a
/// number too: an offset in the record in the lower half, a length in the upper.
enum PrintCode: UInt8 {
  // Text without the stack. Every step from here to `constant` first appends the `d.high` bytes
  // at `d.low` of the program's text: most conversions have some before them.
  /// Appends nothing more.
  case text
  /// Appends the number of kind `a` at record offset `c`: as decimal of 32 bits …
  case fieldDecimal32
  case fieldUnsigned32
  case fieldDecimal64
  case fieldUnsigned64
  case fieldHex32
  case fieldHex64
  /// … as hexadecimal of `b >> 8` bytes, with zeros before it up to `b & 255` digits.
  case fieldHexZeros
  /// Appends text at record offset `c`, up to a NUL or `b` bytes.
  case fieldText
  /// Appends text from record offset `c` up to a NUL or the record's end.
  case restText
  /// Appends text that the word at `c` locates; `a` is 1 for a relative one; `b` its size.
  case dynamicText
  /// Appends the symbol at the address of kind `a` at `c`; `b` as for `symbol`.
  case fieldSymbol

  // Numbers.
  /// Pushes `d`.
  case constant
  /// Pushes the number of kind `a` at record offset `c`.
  case load
  /// Pushes the region that the word at `c` locates; `a` is 1 for a relative one.
  case dynamicRegion
  /// Replaces a region by its length divided by `c`.
  case regionLength
  /// Pops an index; moves the region below by so many elements of `b` bytes.
  case regionAdvance
  /// Pops an index and a region; pushes the element of kind `a` and `b` bytes, 0 if outside.
  case element
  /// Replaces a number that points into the record by nothing known.
  case drop
  case add, subtract, multiply
  case divideSigned, divideUnsigned, remainderSigned, remainderUnsigned
  case shiftLeft, shiftRightSigned, shiftRightUnsigned
  case and, or, xor
  case equal, notEqual
  case lessSigned, lessUnsigned, lessOrEqualSigned, lessOrEqualUnsigned
  case negate, complement, not
  /// Replaces the top by its lowest `a` bits, sign-extended.
  case signExtend
  /// Replaces the top, or with bit 7 of `a` the number below it, by its lowest `a` bits.
  case zeroExtend
  /// Goes on at step `c`.
  case jump
  /// Pops; goes on at step `c` where it was 0.
  case jumpIfZero

  // Text from the stack.
  /// Remembers where text starts that `textEnd` will pad and cut.
  case textStart
  case textEnd
  /// Pops a number; prints it with flags `a`, width and precision `c`.
  case decimalSigned, decimalUnsigned, hex, octal, character, pointer
  /// Pops an address; prints the symbol. `b` is its form, as `appendSymbol` numbers them.
  case symbol
  /// Pops a number that should be the address of a constant text.
  case addressText
  /// Pops a region; prints its bytes as text.
  case regionText
  /// Pops a value; looks it up in the tables from `d.low`, `d.high` entries; `a` bits remain.
  case flags, symbolic, symbolicSorted
  /// Pops a count and a region.
  case hexBytes, array, hexDump
  case bitmask, cpuList, socketAddress
  case mac, ip4, ip6, socketAddressText, uuid

  // Arguments of a bprint record, packed one after the other.
  case packedStart
  /// Pushes the next number of kind `a` and `b` bytes.
  case packedNumber
  /// Appends the next text, up to its NUL.
  case packedText
  /// Appends the next argument where the kernel formatted it already, a hex number if not.
  case packedPointer

  /// Pops a region; prints it as a raw field. `a` is 1 where it may be text.
  case rawBytes

  /// Pops a region; prints it as a string, as an array of numbers of kind `a` and `b` bytes (with
  /// signs where `c` is not 0), as an array of the symbols of addresses. `d` is a `FieldSyntax`.
  case jsonText, jsonArray, jsonSymbols

  // Whole records.
  case stackTrace
  case rawData
  case bprint
  /// `(name+0xoffset) ` of the address in the word of kind `a` at `c`, nothing if it has no symbol.
  case callSite
  case functionRepeats
  case scsiCommand

  case end
}
