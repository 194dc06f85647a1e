import ByteIO
import EventFormats

/// One event of a recording.
public struct TraceEvent: Sendable {
  /// When it happened: nanoseconds, or units of the recording's clock where that does not count
  /// time.
  public let time: UInt64
  /// Where it happened, from 0.
  public let cpu: Int
  /// The thread that ran there.
  public let pid: Int32
  /// That thread's name: `<idle>` for pid 0, `<...>` where the recording does not tell.
  public let comm: String
  /// The instance that it was recorded in; empty for the top-level buffer.
  public let buffer: String
  let index: Int?
  let record: [UInt8]
  let events: EventCatalog

  /// The event's name, `sched_switch`; empty where the file does not describe it.
  public var name: String {
    index.map { String(decoding: events.name(at: $0), as: UTF8.self) } ?? ""
  }

  /// The event's system, `sched`.
  public var system: String {
    index.map { String(decoding: events.system(at: $0), as: UTF8.self) } ?? ""
  }

  /// The names of its own fields, in the order of the record.
  public var fieldNames: [String] { format?.fields.map(\.name) ?? [] }

  /// A field's value, by its name in the event's format; nil where there is no such field.
  public subscript(field: String) -> FieldValue? {
    guard let field = format?.field(field) else { return nil }
    return record.withUnsafeBytes { FieldValue(field, in: $0, events.byteOrder) }
  }

  /// What `kscope report` prints of it behind its name.
  public var text: String {
    guard let index else { return "" }
    var sink = ByteSink(capacity: 256)
    var scratch = PrintScratch()
    record.withUnsafeBytes {
      events.printInfo(record: $0, time: time, eventIndex: index, into: &sink, scratch: &scratch)
    }
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  private var format: EventFormat? { index.flatMap { try? events.format(at: $0) } }
}
