import ByteIO
import RingBuffer
import Timeline

/// `api/events` and what is behind it, `api/wakeups`.
extension TraceAnswers {
  /// So many rows are given at once.
  private static let most = 2000

  func eventList(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let count = min(try request.number("count", as: Int.self) ?? 100, Self.most)
    guard count >= 0 else { throw .badRequest("count= takes a number from 0 on") }
    if let filter = request["filter"], !filter.isEmpty {
      return try passing(filter, from: try request.needed("place"), count)
    }
    let first: Int = try request.needed("index")
    return list(total: trace.eventCount, from: max(first, 0), count) { $0 + 1 }
  }

  /// Of the events that pass a filter, so many from a place among them on.
  private func passing(
    _ filter: String, from first: Int, _ count: Int
  ) throws(PageError) -> PageAnswer {
    let indexes = try hits(ofFilter: filter)
    let from = max(0, min(first, indexes.count))
    guard from < indexes.count else { return list(total: indexes.count, from: 0, 0) { _ in nil } }
    var place = from
    return list(total: indexes.count, from: indexes[from], count, place: from) { _ in
      place += 1
      return place < indexes.count ? indexes[place] : nil
    }
  }

  /// Events further apart are looked for anew, not walked to.
  private static let near = 1 << 14

  /// So many events in their order.
  ///
  /// - Parameters:
  ///   - place: of the first among those that pass a filter; nil without one.
  ///   - next: the number of the event that is wanted behind one; nil for none.
  private func list(
    total: Int, from first: Int, _ count: Int, place: Int? = nil, next: (Int) -> Int?
  ) -> PageAnswer {
    let printer = EventPrinter(trace)
    let names = trace.shownNames(of: trace.tasks)
    var object = JSONObject()
    object.add("total", total)
    object.addList("events") { list in
      var wanted: Int? = count > 0 ? first : nil
      var done = 0
      while let start = wanted {
        wanted = nil
        trace.forEachEvent(from: start) { event in
          guard event.index >= wanted ?? start else { return true }
          list.add { object in
            add(event, printer, names, place: place.map { $0 + done }, &object)
          }
          done += 1
          wanted = done < count ? next(event.index) : nil
          return wanted.map { $0 - event.index < Self.near } ?? false
        }
      }
    }
    return PageAnswer(object.bytes())
  }

  private func add(
    _ event: PlacedEvent, _ printer: EventPrinter, _ names: [String], place: Int?,
    _ object: inout JSONObject
  ) {
    object.add("index", event.index)
    if let place { object.add("place", place) }
    object.add("time", event.time)
    object.add("cpu", event.cpu)
    object.add("row", event.taskRow)
    object.add("pid", event.pid)
    object.add("comm", name(event, printer, names))
    object.add("flags", printer.flags(event))
    object.add("type", types.number(source: event.source, id: event.id))
    object.add("info", text: printer.info(event))
  }

  private func name(_ event: PlacedEvent, _ printer: EventPrinter, _ names: [String]) -> String {
    guard let row = event.taskRow, Int(row) - trace.cpuCount < names.count,
      !names[Int(row) - trace.cpuCount].isEmpty
    else { return printer.taskName(event) }
    return names[Int(row) - trace.cpuCount]
  }

  // MARK: One

  /// Where there is none: a browser writes any status of an error to its console, and the end of a
  /// trace is none.
  static let nothing = PageAnswer(Array("null".utf8))

  private func place(_ tick: Tick?) -> PageAnswer {
    guard let tick else { return Self.nothing }
    var object = JSONObject()
    object.add("index", tick.index)
    object.add("time", tick.time)
    return PageAnswer(object.bytes())
  }

  func nearestEvent(_ request: PageRequest) throws(PageError) -> PageAnswer {
    place(trace.nearestEvent(to: try time(request), on: try row(request)))
  }

  func nextEvent(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let forward = try request.number("direction", as: Int.self) ?? 1 > 0
    return place(
      trace.nextEvent(to: try time(request), on: try row(request), forward: forward))
  }

  func oneEvent(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let index: Int = try request.needed("index")
    let printer = EventPrinter(trace)
    let names = trace.shownNames(of: trace.tasks)
    var answer: PageAnswer?
    trace.forEachEvent(from: index) { event in
      var object = JSONObject()
      object.add("index", event.index)
      object.add("time", event.time)
      object.add("type", types.number(source: event.source, id: event.id))
      object.add("text", text: line(event, printer, names))
      object.add("fields", printer.fields(event)) { field, object in
        object.add("name", field.name)
        object.add("value", field.value)
        object.add("raw", field.raw)
      }
      object.add("format", printer.format(event))
      object.add("stack", printer.stack(behind: event.index, in: trace, of: event))
      answer = PageAnswer(object.bytes())
      return false
    }
    guard let answer else { throw .notFound("there is no event \(index)") }
    return answer
  }

  /// As a report has it: `bash-310 [001] d.... 57.146721013: sched_switch: …`.
  private func line(_ event: PlacedEvent, _ printer: EventPrinter, _ names: [String]) -> [UInt8] {
    let time = event.record.time
    let fraction = String(time % 1_000_000_000)
    let zeros = String(repeating: "0", count: 9 - fraction.utf8.count)
    let cpu = String(event.cpu)
    let head =
      "\(name(event, printer, names))-\(event.pid) "
      + "[\(String(repeating: "0", count: max(0, 3 - cpu.utf8.count)))\(cpu)] "
      + "\(printer.flags(event)) \(time / 1_000_000_000).\(zeros)\(fraction): "
      + "\(printer.name(event) ?? "unknown"): "
    return Array(head.utf8) + printer.info(event)
  }

  func wakeup(_ request: PageRequest) throws(PageError) -> PageAnswer {
    guard let row = try row(request) else { throw .badRequest("wakeups needs row=") }
    let time = try time(request)
    let isForward = try request.number("direction", as: Int.self) ?? -1 > 0
    let found =
      isForward ? trace.nextWakeup(by: row, after: time) : trace.lastWakeup(of: row, before: time)
    guard let found else { return Self.nothing }
    var object = JSONObject()
    object.add("time", found.time)
    object.add("row", found.row)
    object.add("from", found.from)
    return PageAnswer(object.bytes())
  }
}
