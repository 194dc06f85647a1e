import ByteIO
import EventFormats
import RingBuffer

/// What the report must know of each event before it prints it: the column with its name, and
/// whether the report itself prints the rest.
final class EventLabels: @unchecked Sendable {
  /// How the text after the name is made.
  enum Kind {
    /// As its catalog prints it.
    case info
    /// The function tracer's: a name, indented.
    case function(ip: NumberField, parent: NumberField)
    /// The function_graph tracer's.
    case graphEntry(function: NumberField, depth: NumberField)
    case graphExit(
      function: NumberField, depth: NumberField, begin: NumberField, end: NumberField,
      returned: NumberField?)
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
    var text: PaddedText
  }

  private let table: EventTable<Label>

  /// The column that a name of this many letters fills.
  private static let nameWidth = 20

  init(_ catalog: EventCatalog, colours: Bool) {
    let unknown = Label(
      kind: .unknown, event: 0,
      text: Self.text(Array("[UNKNOWN EVENT]".utf8), colours ? EventColor.alarm : ""))
    table = EventTable(catalog, unknown: unknown) { event in
      let system = String(decoding: catalog.system(at: event), as: UTF8.self)
      let isHandled = catalog.way(at: event) == .handler
      return Label(
        kind: isHandled ? Self.kind(ofEvent: event, catalog) : .info, event: event,
        text: Self.text(
          Array(catalog.name(at: event)), colours ? EventColor.start(system: system) : ""))
    }
  }

  deinit { for label in table.values { label.text.deallocate() } }

  private static func text(_ name: [UInt8], _ colour: String) -> PaddedText {
    var text = ByteSink(capacity: 64)
    text.append(" ")
    text.append(colour)
    name.withUnsafeBytes { text.append($0) }
    if !colour.isEmpty { text.append(EventColor.end) }
    text.append(": ")
    text.append(repeating: UInt8(ascii: " "), count: nameWidth - name.count)
    return PaddedText(copying: text.bytes)
  }

  private static func kind(ofEvent event: Int, _ catalog: EventCatalog) -> Kind {
    // Their names first: to take formats apart that nobody needs is most of a short report's start.
    guard catalog.system(at: event).elementsEqual("ftrace".utf8),
      ["function", "funcgraph_entry", "funcgraph_exit"].contains(where: {
        catalog.name(at: event).elementsEqual($0.utf8)
      }),
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
      let isShown = catalog.generation.hasReturnValues && !catalog.handlerOptions.graphReturnSkip
      return .graphExit(
        function: function, depth: depth, begin: begin, end: end,
        returned: isShown ? number("retval") : nil)
    default: return .info
    }
  }

  /// Whether a filter shows events of the function tracer, whose lines depend on those before.
  func hasFunctionTracer(_ filter: EventFilter?) -> Bool {
    withExtendedLifetime(table) {
      (0...UInt16.max).contains { id in
        guard case .function = lookup[id].pointee.kind else { return false }
        return filter.map { $0.table[id].rawValue != 0 } ?? true
      }
    }
  }

  /// Where the labels lie, for loops that keep this object alive themselves.
  var lookup: EventTable<Label>.Lookup { table.lookup }
}
