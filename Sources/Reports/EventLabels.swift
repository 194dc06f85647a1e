import ByteIO
import EventFormats
import RingBuffer

/// What the report must know of each event before it prints it: the column with its name, and
/// whether the report itself prints the rest.
struct EventLabels: @unchecked Sendable {
  /// How the text after the name is made.
  enum Kind {
    /// By the event's own print format.
    case info
    /// The function tracer's: a name, indented.
    case function(ip: NumberField, parent: NumberField)
    /// The function_graph tracer's.
    case graphEntry(function: NumberField, depth: NumberField)
    case graphExit(function: NumberField, depth: NumberField, begin: NumberField, end: NumberField)
    /// An id that no format describes.
    case unknown
  }

  /// A number in a record.
  struct NumberField {
    var offset: Int
    var size: Int

    init?(_ field: Field?) {
      guard let field, field.offset >= 0, field.size == 4 || field.size == 8 else { return nil }
      offset = field.offset
      size = field.size
    }

    /// Its value; 0 where the record ends before it.
    @inline(__always) func value(in record: Record, _ order: ByteOrder) -> UInt64 {
      guard offset &+ size <= record.length else { return 0 }
      return size == 8
        ? record.payload.load(UInt64.self, at: offset, order)
        : UInt64(record.payload.load(UInt32.self, at: offset, order))
    }
  }

  struct Label {
    var kind: Kind
    /// The event's index in its catalog.
    var event: Int
    /// ` name: ` and the blanks up to where the text begins.
    var start: Int
    var count: Int
  }

  /// By event id: an index into `labels`; the first is of unknown events.
  private(set) var byID: [UInt16]
  private(set) var labels: [Label] = []
  private var text: [UInt8] = []

  /// The column that a name of this many letters fills.
  private static let nameWidth = 20

  init(_ catalog: EventCatalog) {
    byID = [UInt16](repeating: 0, count: 1 << 16)
    append(Array("[UNKNOWN EVENT]".utf8)[...], .unknown, event: 0)
    for event in 0..<catalog.count {
      let id = catalog.id(at: event)
      guard id >= 0, id < 1 << 16, byID[id] == 0, labels.count < Int(UInt16.max) else { continue }
      byID[id] = UInt16(labels.count)
      append(Array(catalog.name(at: event))[...], Self.kind(ofEvent: event, catalog), event: event)
    }
  }

  private mutating func append(_ name: ArraySlice<UInt8>, _ kind: Kind, event: Int) {
    let start = text.count
    text += Array(" ".utf8) + name + Array(": ".utf8)
    let blanks = Self.nameWidth - name.count
    if blanks > 0 { text += [UInt8](repeating: UInt8(ascii: " "), count: blanks) }
    labels.append(Label(kind: kind, event: event, start: start, count: text.count - start))
  }

  private static func kind(ofEvent event: Int, _ catalog: EventCatalog) -> Kind {
    guard catalog.system(at: event).elementsEqual("ftrace".utf8),
      let format = try? catalog.format(at: event)
    else { return .info }
    func number(_ name: String) -> NumberField? { NumberField(format.field(name)) }
    switch format.name {
    case "function":
      guard let ip = number("ip"), let parent = number("parent_ip") else { return .info }
      return .function(ip: ip, parent: parent)
    case "funcgraph_entry":
      guard let function = number("func"), let depth = number("depth") else { return .info }
      return .graphEntry(function: function, depth: depth)
    case "funcgraph_exit":
      guard let function = number("func"), let depth = number("depth"),
        let begin = number("calltime"), let end = number("rettime")
      else { return .info }
      return .graphExit(function: function, depth: depth, begin: begin, end: end)
    default: return .info
    }
  }

  /// Whether there is an event of the function tracer's, whose lines depend on those before.
  var hasFunctionTracer: Bool {
    labels.contains { if case .function = $0.kind { true } else { false } }
  }

  @inline(__always) func label(ofID id: UInt16) -> Label { labels[Int(byID[Int(id)])] }

  @inline(__always) func append(_ label: Label, to sink: inout ByteSink) {
    text.withUnsafeBytes { bytes in
      sink.append(
        UnsafeRawBufferPointer(rebasing: bytes[label.start..<label.start &+ label.count]))
    }
  }
}
