import ByteIO
import Reports
import Timeline
import TraceDat

/// `api/trace`, `api/changes` and `api/names`.
extension TraceAnswers {
  func summary() -> PageAnswer {
    let id = self.id
    let counts = countsOfTypes
    let isComplete = trace.isComplete
    let tasks = trace.tasks
    let names = trace.shownNames(of: tasks)
    var object = JSONObject()
    object.add("id", id)
    object.add("files", paths.enumerated()) { file($0.offset, $0.element, &$1) }
    object.add("start", String(trace.start))
    object.add("duration", trace.duration)
    addProgress(isComplete, &object)
    object.add("levels") { levels in
      levels.add("base", trace.finestIndexedLevel)
      levels.add("top", topLevel)
      levels.add("columns", Self.columns)
    }
    object.add("problems", trace.problems)
    object.add("hints", hints)
    object.add("cpus", trace.cpus) { cpu, object in
      object.add("row", cpu.row)
      object.add("cpu", cpu.cpu)
      object.add("source", cpu.machine)
      object.add("events", cpu.eventCount)
      object.add("lost", cpu.lostCount)
    }
    object.add("tasks", tasks.indices) { add(tasks[$0], $0, names[$0], &$1) }
    object.add("sources", paths.map(\.lastPathComponent))
    object.add("types", types.all.enumerated()) { each, object in
      object.add("type", each.offset)
      object.add("system", each.element.system)
      object.add("name", each.element.name)
      object.add("count", isComplete ? counts[each.offset] ?? 0 : nil)
      object.add("fields", each.element.fields) { field, object in
        object.add("name", field.name)
        object.add("kind", field.isNumber ? "number" : "text")
      }
    }
    return PageAnswer(object.bytes(), tag: id)
  }

  /// How often each kind of event occurs, by the page's number for it.
  private var countsOfTypes: [Int: Int] {
    var counts: [Int: Int] = [:]
    for (source, ids) in trace.eventCounts.enumerated() {
      for (id, count) in ids.enumerated() where count > 0 {
        counts[types.number(source: source, id: id), default: 0] += count
      }
    }
    return counts
  }

  private func addProgress(_ isComplete: Bool, _ object: inout JSONObject) {
    object.add("events", trace.eventCount)
    object.add("indexed", isComplete ? 1 : trace.progress)
    object.add("isLive", false)
  }

  /// How many columns a tile has.
  static let columns = 512

  /// The level at which one tile is the whole.
  var topLevel: Int {
    var level = trace.finestIndexedLevel
    while trace.duration >> Int64(level) >= Int64(Self.columns) { level += 1 }
    return level
  }

  private func file(_ number: Int, _ path: String, _ object: inout JSONObject) {
    let file = trace.file(number)
    object.add("path", path)
    object.add("bytes", file?.size ?? 0)
    object.add("kernel", file?.uname?.release ?? "")
    object.add("cpus", file?.cpuCount ?? 0)
    object.add("clock", file?.buffers.first?.clock ?? "")
  }

  private func add(_ task: TraceTask, _ number: Int, _ name: String, _ object: inout JSONObject) {
    object.add("row", trace.cpuCount + number)
    object.add("pid", task.pid)
    object.add("tgid", task.process)
    object.add("parent", task.parent)
    object.add("comm", name)
    object.add("comms", task.names)
    object.add("source", task.machine)
    object.add("born", task.born)
    object.add("gone", task.gone)
    object.add("running", task.running)
    object.add("events", task.eventCount)
  }

  /// What to record to see more.
  private var hints: [String] {
    guard trace.isComplete else { return [] }
    if trace.eventCount == 0 { return ["this recording has no events"] }
    if !trace.isScheduled {
      return ["nobody knows who ran: 'kscope record -e sched' records that, too"]
    }
    return []
  }

  // MARK: Changes

  func changes() -> AsyncStream<[UInt8]> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: [UInt8].self, bufferingPolicy: .bufferingNewest(1))
    let task = Task { [self] in
      var last = ""
      while !Task.isCancelled {
        let isComplete = trace.isComplete
        let id = self.id
        if id != last {
          last = id
          continuation.yield(change(id, isComplete))
        }
        // What is whole does not change.
        try? await Task.sleep(for: .milliseconds(isComplete ? 10_000 : 100))
      }
    }
    continuation.onTermination = { _ in task.cancel() }
    return stream
  }

  private func change(_ id: String, _ isComplete: Bool) -> [UInt8] {
    var object = JSONObject()
    object.add("id", id)
    object.add("duration", trace.duration)
    addProgress(isComplete, &object)
    return object.bytes()
  }

  func nameList(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let first = try request.number("from", as: Int.self) ?? 0
    guard first >= 0 else { throw .badRequest("from= takes a number from 0 on") }
    var object = JSONObject()
    object.add("names", names.names(from: first))
    return PageAnswer(object.bytes())
  }
}
