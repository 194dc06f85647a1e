import ByteIO
import EventFormats
import Reports
import RingBuffer
import TraceDat

/// What an event is called and says, for people. One for each thread that asks.
package final class EventPrinter {
  private let input: ReportInput
  private var scratch: OwnedList<PrintScratch>
  private var sink = ByteSink(capacity: 1 << 12)
  private let flags: [StatusFlags]

  package init(_ trace: Trace) {
    input = trace.input
    scratch = OwnedList(count: trace.input.sources.count) { _ in PrintScratch() }
    flags = input.sources.map { StatusFlags($0.events.common, $0.file.order) }
  }

  /// What stands behind the event's name in a report.
  package func info(_ event: PlacedEvent) -> [UInt8] {
    let events = input.sources[event.source].events
    sink.truncate(to: 0)
    if let index = events.index(id: event.id) {
      events.printInfo(
        record: event.record.bytes, time: event.record.time, eventIndex: index, into: &sink,
        scratch: &scratch[event.source])
    }
    return Array(sink.bytes)
  }

  func nameBytes(_ found: SliceRecord) -> [UInt8] {
    Array(input.sources[found.source].names.name(of: found.pid))
  }

  /// Its task, its name and what it says, as it is looked for.
  func withLine<Result>(
    of record: Record, id: Int, pid: Int32, source number: Int,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let source = input.sources[number]
    sink.truncate(to: 0)
    source.names.name(of: pid).withUnsafeBytes { sink.append($0) }
    sink.append(" ")
    if let index = source.events.index(id: id) {
      sink.append(source.events.name(at: index))
      sink.append(": ")
      source.events.printInfo(
        record: record.bytes, time: record.time, eventIndex: index, into: &sink,
        scratch: &scratch[number])
    }
    return body(sink.bytes)
  }

  /// Its own fields, as numbers and texts, and as the bytes that they are.
  package func fields(_ event: PlacedEvent) -> [(name: String, value: String, raw: String)] {
    let source = input.sources[event.source]
    guard let format = source.events.event(id: event.id) else { return [] }
    let (bytes, order) = (event.record.bytes, source.file.order)
    return format.fields.filter { !$0.name.isEmpty }.map { field in
      let place = FieldPlace(field, order)
      let value: String
      let raw: UnsafeRawBufferPointer
      switch place.kind {
      case .signed, .unsigned:
        let number = place.number(in: bytes, order)
        value =
          place.isAddress
          ? "0x" + String(UInt(bitPattern: number), radix: 16)
          : place.kind == .signed ? "\(number)" : "\(UInt(bitPattern: number))"
        raw = Self.part(bytes, field.offset, field.size)
      case .text, .dynamic, .relative:
        raw = place.bytes(in: bytes, order)
        value =
          place.isArray ? "" : String(decoding: place.text(in: bytes, order), as: UTF8.self)
      case .absent:
        raw = Self.part(bytes, field.offset, field.size)
        value = ""
      }
      return (field.name, value, raw.prefix(64).map { Self.hex($0) }.joined(separator: " "))
    }
  }

  private static func part(
    _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ size: Int
  ) -> UnsafeRawBufferPointer {
    let start = max(0, min(offset, bytes.count))
    return UnsafeRawBufferPointer(
      rebasing: bytes[start..<max(start, min(offset + size, bytes.count))])
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  /// `d.h1.`
  package func flags(_ event: PlacedEvent) -> String { flags[event.source].text(of: event.record) }

  /// The name that the recording knows for its task; of the idle task, `<idle>`.
  package func taskName(_ event: PlacedEvent) -> String {
    String(decoding: input.sources[event.source].names.name(of: event.pid), as: UTF8.self)
  }

  /// `sched_switch`; nil where the file does not describe it.
  package func name(_ event: PlacedEvent) -> String? {
    let events = input.sources[event.source].events
    return events.index(id: event.id).map { String(decoding: events.name(at: $0), as: UTF8.self) }
  }

  /// The kernel's description of it.
  package func format(_ event: PlacedEvent) -> String {
    let events = input.sources[event.source].events
    return events.index(id: event.id).map { String(decoding: events.text(at: $0), as: UTF8.self) }
      ?? ""
  }

  /// The functions that led to it, innermost first, where a stack was recorded behind it.
  package func stack(behind index: Int, in trace: Trace, of event: PlacedEvent) -> [String] {
    let stack = StackRecord(input.sources[event.source])
    guard let id = stack.kernelID else { return [] }
    let symbols = input.sources[event.source].events.symbols
    var names: [String] = []
    var looked = 0
    trace.forEachEvent(from: index + 1) { next in
      looked += 1
      guard next.row == event.row, next.source == event.source else { return looked < 1024 }
      if next.id == Int(id) {
        stack.forEachAddress(next.record) { names.append(symbols.place(of: $0)) }
      }
      return false
    }
    return names
  }
}
