public import ByteIO

/// Where a field lies in the records of an event, found out once, and how its value is read.
///
/// Kernels differ in the places of fields and in which there are (`ioprio` of `block_rq_issue` came
/// with Linux 6.11); who reads by places sees no difference. Public for the sake of inlining.
@frozen public struct FieldPlace: Sendable {
  public enum Kind: UInt8, Sendable { case absent, signed, unsigned, text, dynamic, relative }
  public var kind = Kind.absent
  /// In bytes.
  public var size = 0
  public var offset = 0
  /// An address, of the kernel or of a program.
  public var isAddress = false
  /// Several numbers, no text.
  public var isArray = false
  /// Of a number in this machine's order: where the eight bytes begin whose last are the number,
  /// and how many bits before it they have. -1 for others.
  public var word = -1
  public var shift = 0

  /// Of a field that the kernel's event does not have: reads as 0 and as no bytes.
  public init() {}

  /// - Parameter order: of the records' bytes.
  package init(_ field: Field, _ order: ByteOrder) {
    kind =
      switch field.kind {
      case .integer, .pointer:
        [1, 2, 4, 8].contains(field.size) ? (field.isSigned ? .signed : .unsigned) : .absent
      case .text, .array: .text
      case .dynamic: .dynamic
      case .relative: .relative
      }
    var isOfTexts: Bool { field.kind == .text || field.type.contains("char") }
    size = field.size
    offset = field.offset
    isAddress = field.kind == .pointer
    isArray = [.text, .dynamic, .relative].contains(kind) && !isOfTexts
    findWord(order)
  }

  /// Knows a number that can be read with its neighbours at once.
  private mutating func findWord(_ order: ByteOrder) {
    guard kind == .signed || kind == .unsigned, order == .little, ByteOrder.host == .little,
      offset + size >= 8
    else { return }
    word = offset + size - 8
    shift = 64 - 8 * size
  }

  // MARK: Values

  /// A field that is a number; 0 where the event does not have it, or the record ends before it.
  @inlinable @inline(__always)
  public func number(in record: UnsafeRawBufferPointer, _ order: ByteOrder) -> Int {
    guard let base = record.baseAddress, offset &+ size <= record.count else { return 0 }
    if _fastPath(word >= 0) {
      let bits = base.loadUnaligned(fromByteOffset: word, as: Int64.self)
      return kind == .signed
        ? Int(bits &>> Int64(shift))
        : Int(truncatingIfNeeded: UInt64(bitPattern: bits) &>> UInt64(shift))
    }
    return slowNumber(at: base + offset, order)
  }

  @usableFromInline func slowNumber(at start: UnsafeRawPointer, _ order: ByteOrder) -> Int {
    switch (kind, size) {
    case (.signed, 1): Int(start.load(as: Int8.self))
    case (.unsigned, 1): Int(start.load(as: UInt8.self))
    case (.signed, 2): Int(start.load(Int16.self, at: 0, order))
    case (.unsigned, 2): Int(start.load(UInt16.self, at: 0, order))
    case (.signed, 4): Int(start.load(Int32.self, at: 0, order))
    case (.unsigned, 4): Int(start.load(UInt32.self, at: 0, order))
    case (.signed, 8), (.unsigned, 8): Int(start.load(Int64.self, at: 0, order))
    default: 0
    }
  }

  /// All bytes of a field that is no number.
  public func bytes(in record: UnsafeRawBufferPointer, _ order: ByteOrder) -> UnsafeRawBufferPointer
  {
    switch kind {
    case .absent, .signed, .unsigned: return .empty
    case .text:
      let end = size == 0 ? record.count : min(offset + size, record.count)
      guard offset < end else { return .empty }
      return UnsafeRawBufferPointer(rebasing: record[offset..<end])
    case .dynamic, .relative:
      guard let base = record.baseAddress, offset + 4 <= record.count else { return .empty }
      // The length above 16 bits of offset (include/trace/stages/stage6_event_callback.h).
      let word = Int(base.load(UInt32.self, at: offset, order))
      let start = (word & 0xffff) + (kind == .relative ? offset + 4 : 0)
      let end = start + word >> 16
      guard start < end, end <= record.count else { return .empty }
      return UnsafeRawBufferPointer(rebasing: record[start..<end])
    }
  }

  /// A field that is text, up to its NUL; empty where the event does not have it.
  public func text(in record: UnsafeRawBufferPointer, _ order: ByteOrder) -> UnsafeRawBufferPointer
  {
    let bytes = bytes(in: record, order)
    guard let end = bytes.firstIndex(of: 0) else { return bytes }
    return UnsafeRawBufferPointer(rebasing: bytes[..<end])
  }

  /// A short field that is text, such as a task's name, by value.
  @inlinable @inline(__always)
  public func shortText(in record: UnsafeRawBufferPointer, _ order: ByteOrder) -> ShortText {
    guard kind == .text, size > 0, offset &+ 16 <= record.count, let base = record.baseAddress
    else { return ShortText(text(in: record, order)) }
    return ShortText(readingAt: base + offset, count: size)
  }
}

extension UnsafeRawBufferPointer {
  package static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
