import ByteIO
import EventFormats
import Reports
import TraceDat

/// An event, and a field of it that is a number, in all buffers that describe it.
struct EventField: Sendable {
  /// By buffer: the event's id, and where the field lies; nil where the buffer does not have it.
  let places: [(id: Int, place: FieldPlace)?]
  let orders: [ByteOrder]

  /// - Parameters:
  ///   - event: `sched:sched_stat_runtime`, or without the system.
  ///   - field: also one of those that all events have, such as `common_pid`.
  init(event: String, field: String, _ sources: [ReportSource]) throws(AddedRowError) {
    let parts = event.split(separator: ":", maxSplits: 1).map { String($0) }
    guard let name = parts.last, !name.isEmpty else { throw .noEvent(event) }
    var hasEvent = false
    var isText = false
    places = sources.map { source -> (id: Int, place: FieldPlace)? in
      let events = source.events
      let index = events.index(system: parts.count > 1 ? parts[0] : nil, name: name)
      guard let index, let format = try? events.format(at: index) else { return nil }
      hasEvent = true
      let found =
        format.field(field) ?? format.commonFields.first { $0.name == field }
      guard let found else { return nil }
      let place = FieldPlace(found, source.file.order)
      guard place.kind == .signed || place.kind == .unsigned else {
        isText = true
        return nil
      }
      return (format.id, place)
    }
    orders = sources.map { $0.file.order }
    guard hasEvent else { throw .noEvent(event) }
    guard places.contains(where: { $0 != nil }) else {
      throw isText ? .noNumber(event: event, field) : .noField(event: event, field)
    }
  }

  /// The field's value, where a record is of the event.
  @inline(__always) func value(of record: SliceRecord) -> Int? {
    guard let (wanted, place) = places[record.source], wanted == record.id else { return nil }
    return place.number(in: record.bytes, orders[record.source])
  }
}

/// Why a row cannot be added.
package enum AddedRowError: ExplainedError, Equatable {
  case noEvent(String)
  case noField(event: String, String)
  case noNumber(event: String, String)
  case tooMany(Int)

  package var message: String {
    switch self {
    case .noEvent(let event): "the recording describes no event \"\(event)\""
    case .noField(let event, let field): "\(event) has no field \"\(field)\""
    case .noNumber(let event, let field): "\(field) of \(event) is not a number"
    case .tooMany(let limit): "there are \(limit) added rows already: close some"
    }
  }
}
