import EventFormats
import Reports
import Synchronization
import Timeline

/// Numbers for the kinds of events that occur, as the page has them.
final class EventTypes: Sendable {
  struct EventType: Sendable {
    var system: String
    var name: String
    var fields: [(name: String, isNumber: Bool)]
  }

  private struct Place: Hashable {
    var source: Int
    var id: Int
  }

  private struct State {
    var types: [EventType] = []
    var numbers: [String: Int] = [:]
    var places: [Place: Int] = [:]
  }

  private let state = Mutex(State())
  private let trace: Trace

  init(_ trace: Trace) { self.trace = trace }

  func number(source: Int, id: Int) -> Int {
    let place = Place(source: source, id: id)
    if let known = state.withLock({ $0.places[place] }) { return known }
    let type = describe(place)
    return state.withLock { state in
      let title = "\(type.system):\(type.name)"
      let number = state.numbers[title] ?? state.types.count
      if state.numbers[title] == nil {
        state.types.append(type)
        state.numbers[title] = number
      }
      state.places[place] = number
      return number
    }
  }

  var all: [EventType] { state.withLock { $0.types } }

  private func describe(_ place: Place) -> EventType {
    let events = trace.input.sources[place.source].events
    guard let index = events.index(id: place.id) else {
      return EventType(system: "", name: "unknown \(place.id)", fields: [])
    }
    let fields = (try? events.format(at: index))?.fields ?? []
    return EventType(
      system: String(decoding: events.system(at: index), as: UTF8.self),
      name: String(decoding: events.name(at: index), as: UTF8.self),
      fields: fields.map { field in
        (field.name, field.kind == .integer || field.kind == .pointer)
      })
  }
}
