import ByteIO
import EventFormats

/// What a field of an event holds.
public enum FieldValue: Sendable, Hashable {
  /// A whole number with a sign.
  case signed(Int64)
  /// A whole number without one, an address among them.
  case unsigned(UInt64)
  /// Text, up to its NUL; what is not UTF-8 is U+FFFD.
  case text(String)
  /// Numbers one after the other.
  case array([FieldValue])

  /// The number, where it is one and fits.
  public var int: Int? {
    switch self {
    case .signed(let value): Int(value)
    case .unsigned(let value): Int(exactly: value)
    case .text, .array: nil
    }
  }

  /// The text, where it is one.
  public var string: String? { if case .text(let text) = self { text } else { nil } }
}

extension FieldValue: CustomStringConvertible, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral
{
  public init(integerLiteral value: Int64) { self = .signed(value) }
  public init(stringLiteral value: String) { self = .text(value) }

  public var description: String {
    switch self {
    case .signed(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .text(let text): text
    case .array(let values): "[\(values.map(\.description).joined(separator: ", "))]"
    }
  }
}

extension FieldValue {
  /// Reads a field; nil where the record ends before it.
  init?(_ field: Field, in record: UnsafeRawBufferPointer, _ order: ByteOrder) {
    switch field.kind {
    case .integer, .pointer:
      guard
        let value = Self.number(record, field.offset, field.size, signed: field.isSigned, order)
      else { return nil }
      self = value
    case .text, .array:
      // A size of 0 means up to the record's end.
      let end = field.size == 0 ? record.count : field.end
      guard field.offset >= 0, field.offset <= end, end <= record.count else { return nil }
      self = Self.elements(record[field.offset..<end], field, order)
    case .dynamic, .relative:
      guard
        case .unsigned(let word)? = Self.number(record, field.offset, 4, signed: false, order)
      else { return nil }
      let start = Int(word & 0xffff) + (field.kind == .relative ? field.offset + 4 : 0)
      let length = Int(word >> 16)
      guard start + length <= record.count else { return nil }
      self = Self.elements(record[start..<start + length], field, order)
    }
  }

  private static func elements(
    _ bytes: Slice<UnsafeRawBufferPointer>, _ field: Field, _ order: ByteOrder
  ) -> FieldValue {
    if field.kind == .text || field.isByteArray && field.type.contains("char") {
      return .text(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
    let size = [1, 2, 4, 8].contains(field.elementSize) ? field.elementSize : 1
    let whole = UnsafeRawBufferPointer(rebasing: bytes)
    return .array(
      (0..<whole.count / size).compactMap {
        number(whole, $0 * size, size, signed: field.isSigned, order)
      })
  }

  private static func number(
    _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ size: Int, signed: Bool, _ order: ByteOrder
  ) -> FieldValue? {
    guard let base = bytes.baseAddress, offset >= 0, offset + size <= bytes.count else {
      return nil
    }
    return switch (size, signed) {
    case (1, true): .signed(Int64(base.load(fromByteOffset: offset, as: Int8.self)))
    case (1, false): .unsigned(UInt64(base.load(fromByteOffset: offset, as: UInt8.self)))
    case (2, true): .signed(Int64(base.load(Int16.self, at: offset, order)))
    case (2, false): .unsigned(UInt64(base.load(UInt16.self, at: offset, order)))
    case (4, true): .signed(Int64(base.load(Int32.self, at: offset, order)))
    case (4, false): .unsigned(UInt64(base.load(UInt32.self, at: offset, order)))
    case (8, true): .signed(base.load(Int64.self, at: offset, order))
    case (8, false): .unsigned(base.load(UInt64.self, at: offset, order))
    default: nil
    }
  }
}
