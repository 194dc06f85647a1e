/// What a field's bytes are.
@frozen public enum FieldKind: UInt8, Sendable {
  /// A whole number of 1, 2, 4 or 8 bytes.
  case integer
  /// An address of the traced kernel or process.
  case pointer
  /// `char name[N]`: text up to a NUL or the field's end. A size of 0 means up to the record's end.
  case text
  /// `type name[N]`, or a structure: elements one after the other.
  case array
  /// `__data_loc type[] name`: a 32-bit word, length above 16 bits of offset from the record's start.
  case dynamic
  /// `__rel_loc type[] name`: as `dynamic`, but the offset counts from the end of the word itself.
  case relative
}

/// One field of an event, as its format file declares it.
package struct Field: Sendable, Equatable {
  package var name: String
  /// The declaration without the name and the array bounds: "unsigned long", "__data_loc char[]".
  package var type: String
  /// Bytes from the start of the record (its first common field).
  package var offset: Int
  /// Bytes; 0 for a flexible array at the record's end.
  package var size: Int
  package var isSigned: Bool
  package var kind: FieldKind
  /// Bytes of one element; equals `size` where the field is not an array.
  package var elementSize: Int
  /// Whether the declaration speaks of `long`, whose size is the traced kernel's.
  package var isLong: Bool
  /// Whether elements are characters or bytes, which tools show as text where they can.
  package var isByteArray: Bool

  /// How many elements a fixed array has; 1 where it is none.
  package var count: Int { elementSize > 0 ? max(1, size / elementSize) : 1 }

  /// The first byte after the field's fixed part.
  package var end: Int { offset + size }
}
