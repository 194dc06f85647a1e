import ByteIO
import EventFormats
import RingBuffer

/// What the profile does with each event of one source, found out once from the formats.
struct ProfileActions {
  typealias Place = CommonFields.Place

  struct Start {
    var rule: Int
    var match: Place
    var nesting: Place?
    var task: Place?
    var label: Place
  }

  struct End {
    var rule: Int
    var match: Place
    var nesting: Place?
  }

  final class Action: Sendable {
    let starts: [Start]
    let ends: [End]

    init(starts: [Start], ends: [End]) {
      self.starts = starts
      self.ends = ends
    }
  }

  private let actions: [Action?]
  /// Fields that the rules name and the events do not have.
  let problems: [ProfileFieldError]

  init(_ rules: [ProfileRule], of source: ReportSource) {
    var starts: [Int: [Start]] = [:]
    var ends: [Int: [End]] = [:]
    var problems: [ProfileFieldError] = []
    let events = source.events
    func format(_ event: ProfileRule.Event) -> EventFormat? {
      events.index(system: event.system, name: event.name).flatMap { try? events.format(at: $0) }
    }
    for (number, rule) in rules.enumerated() {
      guard let first = format(rule.start), let last = format(rule.end) else { continue }
      func place(_ name: String, _ format: EventFormat) -> Place? {
        if let found = Self.place(format.field(name)) { return found }
        problems.append(ProfileFieldError(event: format.title, field: name))
        return nil
      }
      guard let match = place(rule.start.match, first), let other = place(rule.end.match, last)
      else { continue }
      let task = rule.taskField.flatMap { place($0, first) }
      if rule.taskField != nil, task == nil { continue }
      let nesting = rule.nesting.flatMap { Self.place(first.field($0)) }
      let otherNesting = rule.nesting.flatMap { Self.place(last.field($0)) }
      let isNested = nesting != nil && otherNesting != nil
      starts[first.id, default: []].append(
        Start(
          rule: number, match: match, nesting: isNested ? nesting : nil, task: task,
          label: rule.label.flatMap { Self.place(first.field($0)) } ?? match))
      ends[last.id, default: []].append(
        End(rule: number, match: other, nesting: isNested ? otherNesting : nil))
      if let event = rule.otherEnd, let format = format(event),
        let match = Self.place(format.field(event.match))
      {
        ends[format.id, default: []].append(End(rule: number, match: match, nesting: nil))
      }
    }
    let highest = (0..<events.count).map { events.id(at: $0) }.filter { $0 <= 0xffff }.max() ?? -1
    var actions = [Action?](repeating: nil, count: highest + 1)
    for (id, found) in starts where actions.indices.contains(id) {
      actions[id] = Action(starts: found, ends: ends[id] ?? [])
    }
    for (id, found) in ends where actions.indices.contains(id) && actions[id] == nil {
      actions[id] = Action(starts: [], ends: found)
    }
    self.actions = actions
    self.problems = problems
  }

  private static func place(_ field: Field?) -> Place? {
    guard let field, field.kind == .integer || field.kind == .pointer, field.offset >= 0,
      [1, 2, 4, 8].contains(field.size)
    else { return nil }
    return Place(offset: field.offset, size: field.size)
  }

  subscript(id: UInt16) -> Action? { Int(id) < actions.count ? actions[Int(id)] : nil }

  /// Where the first field of an event's own lies, if it is a number.
  static func firstField(ofEvent index: Int, _ source: ReportSource) -> Place {
    (try? source.events.format(at: index)).flatMap { place($0.fields.first) }
      ?? Place(offset: 0, size: 0)
  }
}

/// A rule names a field that an event does not have, or that is no number.
package struct ProfileFieldError: ExplainedError, Equatable {
  package var event: String
  package var field: String

  package var message: String { "\(event) has no field '\(field)' that is a number" }
  package var hint: String? {
    "see the event's fields with 'kscope report --event \(event.split(separator: "/").last ?? "")'"
  }
}
