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

  /// By event id: an index into `labels`; the first is of ids that no format describes.
  private let byID: UnsafeMutablePointer<UInt16>
  private let labels: UnsafeMutablePointer<Label>
  private var count = 0

  init(_ events: EventCatalog) {
    byID = .allocate(capacity: 1 << 16)
    byID.initialize(repeating: 0, count: 1 << 16)
    labels = .allocate(capacity: min(events.count, 1 << 16) + 1)
    append(nil, events)
    for index in 0..<events.count {
      let id = events.id(at: index)
      guard id >= 0, id < 1 << 16, byID[id] == 0, count <= Int(UInt16.max) else { continue }
      byID[id] = UInt16(count)
      append(index, events)
    }
  }

  deinit {
    for index in 0..<count { labels[index].text.deallocate() }
    labels.deallocate()
    byID.deallocate()
  }

  /// Good as long as this object lives.
  @inline(__always) subscript(id: UInt16) -> UnsafePointer<Label> {
    UnsafePointer(labels + Int(byID[Int(id)]))
  }

  private func append(_ index: Int?, _ events: EventCatalog) {
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
    (labels + count).initialize(
      to: Label(
        event: index ?? 0, text: PaddedText(copying: text.bytes), isKnown: index != nil,
        needsText: index.map { events.needsText(at: $0) } ?? false))
    count += 1
  }
}
