import ByteIO
import EventFormats

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
  let places: UnsafePointer<FieldPlace>
  let order: ByteOrder

  /// A field that is a number; 0 where this kernel's event does not have it.
  @inline(__always) package subscript<Fields: EventFields>(_ field: Fields) -> Int {
    number(field.rawValue)
  }

  /// The same by the field's place among the wanted ones.
  @inline(__always) func number(_ index: Int) -> Int {
    places[index].number(in: record, order)
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
  func text(_ index: Int) -> UnsafeRawBufferPointer { places[index].text(in: record, order) }

  /// A short field that is text, such as a task's name, by value.
  @inline(__always) func shortText<Fields: EventFields>(_ field: Fields) -> ShortText {
    places[field.rawValue].shortText(in: record, order)
  }

  /// All bytes of a field that is no number.
  package func bytes<Fields: EventFields>(_ field: Fields) -> UnsafeRawBufferPointer {
    places[field.rawValue].bytes(in: record, order)
  }
}
