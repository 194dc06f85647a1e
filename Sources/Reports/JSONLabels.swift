import ByteIO
import EventFormats

/// What stands in every JSON object of an event between its task and its fields, by event id.
final class JSONLabels {
  struct Label {
    /// The event's index in its catalog.
    var event: Int
    /// `,"system":"sched","event":"sched_switch","fields":{`
    var text: PaddedText
    var isKnown: Bool
    /// Whether the fields alone do not tell all.
    var needsText: Bool
  }

  private let table: EventTable<Label>

  init(_ events: EventCatalog) {
    table = EventTable(events, unknown: Self.label(nil, events)) { Self.label($0, events) }
  }

  deinit { for label in table.values { label.text.deallocate() } }

  /// Where the labels lie, for loops that keep this object alive themselves.
  var lookup: EventTable<Label>.Lookup { table.lookup }

  private static func label(_ index: Int?, _ events: EventCatalog) -> Label {
    var text = ByteSink(capacity: 128)
    if let index {
      text.append(",\"system\":\"")
      text.append(json: events.system(at: index))
      text.append("\",\"event\":\"")
      text.append(json: events.name(at: index))
      text.append("\",\"fields\":{")
    } else {
      text.append(",\"event\":null,\"fields\":{")
    }
    return Label(
      event: index ?? 0, text: PaddedText(copying: text.bytes), isKnown: index != nil,
      needsText: index.map { events.needsText(at: $0) } ?? false)
  }
}
