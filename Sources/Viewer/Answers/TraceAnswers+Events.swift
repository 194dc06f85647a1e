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
    var text = JSONText()
    let texts = EventPrinter(trace)
    let tasks = trace.shownNames(of: trace.tasks)
    text.object { text in
      text.member("total", trace.eventCount)
      text.array("events") { text in
        var left = count
        guard left > 0 else { return }
        trace.forEachEvent(from: max(first, 0)) { event in
          add(event, texts, tasks, place: nil, &text)
          left -= 1
          return left > 0
        }
      }
    }
    return PageAnswer(text.bytes)
  }

  /// Of the events that pass a filter, so many from a place among them on.
  private func passing(
    _ filter: String, from first: Int, _ count: Int
  ) throws(PageError) -> PageAnswer {
    let indexes = try hits(ofFilter: filter)
    let texts = EventPrinter(trace)
    let tasks = trace.shownNames(of: trace.tasks)
    var text = JSONText()
    text.object { text in
      text.member("total", indexes.count)
      text.array("events") { text in
        let from = max(0, min(first, indexes.count))
        for place in from..<min(from + count, indexes.count) {
          trace.forEachEvent(from: indexes[place]) { event in
            add(event, texts, tasks, place: place, &text)
            return false
          }
        }
      }
    }
    return PageAnswer(text.bytes)
  }

  private func add(
    _ event: PlacedEvent, _ texts: EventPrinter, _ tasks: [String], place: Int?,
    _ text: inout JSONText
  ) {
    text.object { text in
      text.member("index", event.index)
      if let place { text.member("place", place) }
      text.member("time", event.time)
      text.member("cpu", event.cpu)
      text.member("row", event.taskRow)
      text.member("pid", event.pid)
      text.member("comm", name(event, texts, tasks))
      text.member("flags", texts.flags(event))
      text.member("type", types.number(source: event.source, id: event.id))
      text.member("info", bytes: texts.info(event))
    }
  }

  private func name(_ event: PlacedEvent, _ texts: EventPrinter, _ tasks: [String]) -> String {
    guard let row = event.taskRow, Int(row) - trace.cpuCount < tasks.count,
      !tasks[Int(row) - trace.cpuCount].isEmpty
    else { return texts.taskName(event) }
    return tasks[Int(row) - trace.cpuCount]
  }

  // MARK: One

  /// Where there is none: a browser writes any status of an error to its console, and the end of a
  /// trace is none.
  static let nothing = PageAnswer(Array("null".utf8))

  private func place(_ tick: Tick?) -> PageAnswer {
    guard let tick else { return Self.nothing }
    var text = JSONText()
    text.object { text in
      text.member("index", tick.index)
      text.member("time", tick.time)
    }
    return PageAnswer(text.bytes)
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
    let texts = EventPrinter(trace)
    let tasks = trace.shownNames(of: trace.tasks)
    var answer: PageAnswer?
    trace.forEachEvent(from: index) { event in
      var text = JSONText()
      text.object { text in
        text.member("index", event.index)
        text.member("time", event.time)
        text.member("type", types.number(source: event.source, id: event.id))
        text.member("text", bytes: line(event, texts, tasks))
        text.array("fields") { text in
          for field in texts.fields(event) {
            text.object { text in
              text.member("name", field.name)
              text.member("value", field.value)
              text.member("raw", field.raw)
            }
          }
        }
        text.member("format", texts.format(event))
        text.array("stack") { text in
          for name in texts.stack(behind: event.index, in: trace, of: event) { text.add(name) }
        }
      }
      answer = PageAnswer(text.bytes)
      return false
    }
    guard let answer else { throw .notFound("there is no event \(index)") }
    return answer
  }

  /// As a report has it: `bash-310 [001] d.... 57.146721013: sched_switch: …`.
  private func line(_ event: PlacedEvent, _ texts: EventPrinter, _ tasks: [String]) -> [UInt8] {
    let time = event.record.time
    let fraction = String(time % 1_000_000_000)
    let zeros = String(repeating: "0", count: 9 - fraction.utf8.count)
    let cpu = String(event.cpu)
    let head =
      "\(name(event, texts, tasks))-\(event.pid) "
      + "[\(String(repeating: "0", count: max(0, 3 - cpu.utf8.count)))\(cpu)] "
      + "\(texts.flags(event)) \(time / 1_000_000_000).\(zeros)\(fraction): "
      + "\(texts.name(event) ?? "unknown"): "
    return Array(head.utf8) + texts.info(event)
  }

  func wakeup(_ request: PageRequest) throws(PageError) -> PageAnswer {
    guard let row = try row(request) else { throw .badRequest("wakeups needs row=") }
    let time = try time(request)
    let isForward = try request.number("direction", as: Int.self) ?? -1 > 0
    let found =
      isForward ? trace.nextWakeup(by: row, after: time) : trace.lastWakeup(of: row, before: time)
    guard let found else { return Self.nothing }
    var text = JSONText()
    text.object { text in
      text.member("time", found.time)
      text.member("row", found.row)
      text.member("from", found.from)
    }
    return PageAnswer(text.bytes)
  }
}
