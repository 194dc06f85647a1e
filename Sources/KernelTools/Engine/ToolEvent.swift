import ByteIO
import Glibc

/// An event as a tool sees it, good until the tool has looked at it.
package struct ToolEvent {
  /// Its place among the tool's wanted events.
  package let number: Int
  /// When it happened, in nanoseconds of the trace's clock.
  package let time: UInt64
  /// Where, from 0.
  package let cpu: Int
  /// The thread that ran there.
  package let thread: Int32
  /// The recording and the buffer that it is from; threads of different ones are not the same.
  package let source: Int
  let record: UnsafeRawBufferPointer
  let places: UnsafePointer<EventBinding.Place>
  let order: ByteOrder

  /// A field that is a number; 0 where this kernel's event does not have it.
  @inline(__always) package subscript<Fields: EventFields>(_ field: Fields) -> Int {
    number(field.rawValue)
  }

  /// The same by the field's place among the wanted ones.
  @inline(__always) func number(_ index: Int) -> Int {
    let place = places[index]
    guard let base = record.baseAddress, place.offset &+ place.size <= record.count else {
      return 0
    }
    if _fastPath(place.word >= 0) {
      let word = base.loadUnaligned(fromByteOffset: place.word, as: Int64.self)
      return place.kind == .signed
        ? Int(word &>> Int64(place.shift))
        : Int(truncatingIfNeeded: UInt64(bitPattern: word) &>> UInt64(place.shift))
    }
    let start = base + place.offset
    switch (place.kind, place.size) {
    case (.signed, 1): return Int(start.load(as: Int8.self))
    case (.unsigned, 1): return Int(start.load(as: UInt8.self))
    case (.signed, 2): return Int(start.load(Int16.self, at: 0, order))
    case (.unsigned, 2): return Int(start.load(UInt16.self, at: 0, order))
    case (.signed, 4): return Int(start.load(Int32.self, at: 0, order))
    case (.unsigned, 4): return Int(start.load(UInt32.self, at: 0, order))
    case (.signed, 8), (.unsigned, 8): return Int(start.load(Int64.self, at: 0, order))
    default: return 0
    }
  }

  /// Whether this kernel's event has the field.
  package func has<Fields: EventFields>(_ field: Fields) -> Bool {
    places[field.rawValue].kind != .absent
  }

  /// A field that is text, up to its NUL; empty where the event does not have it.
  package func text<Fields: EventFields>(_ field: Fields) -> UnsafeRawBufferPointer {
    text(field.rawValue)
  }

  /// The same by the field's place among the wanted ones.
  func text(_ index: Int) -> UnsafeRawBufferPointer {
    let bytes = self.bytes(index)
    guard let start = bytes.baseAddress else { return bytes }
    return UnsafeRawBufferPointer(
      start: start, count: strnlen(start.assumingMemoryBound(to: CChar.self), bytes.count))
  }

  /// A short field that is text, such as a task's name, by value.
  @inline(__always) func shortText<Fields: EventFields>(_ field: Fields) -> ShortText {
    let place = places[field.rawValue]
    guard place.kind == .text, place.size > 0, place.offset &+ 16 <= record.count,
      let base = record.baseAddress
    else { return ShortText(text(field)) }
    return ShortText(readingAt: base + place.offset, count: place.size)
  }

  /// All bytes of a field that is no number.
  package func bytes<Fields: EventFields>(_ field: Fields) -> UnsafeRawBufferPointer {
    bytes(field.rawValue)
  }

  private func bytes(_ index: Int) -> UnsafeRawBufferPointer {
    let place = places[index]
    switch place.kind {
    case .absent, .signed, .unsigned: return .empty
    case .text:
      let end = place.size == 0 ? record.count : min(place.offset + place.size, record.count)
      guard place.offset < end else { return .empty }
      return UnsafeRawBufferPointer(rebasing: record[place.offset..<end])
    case .dynamic, .relative:
      guard let base = record.baseAddress, place.offset + 4 <= record.count else { return .empty }
      // The length above 16 bits of offset (include/trace/stages/stage6_event_callback.h).
      let word = Int(base.load(UInt32.self, at: place.offset, order))
      let start = (word & 0xffff) + (place.kind == .relative ? place.offset + 4 : 0)
      let end = start + word >> 16
      guard start < end, end <= record.count else { return .empty }
      return UnsafeRawBufferPointer(rebasing: record[start..<end])
    }
  }
}

extension UnsafeRawBufferPointer {
  static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
