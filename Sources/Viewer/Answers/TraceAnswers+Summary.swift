import ByteIO
import Reports
import Timeline
import TraceDat

/// `api/trace`, `api/changes` and `api/names`.
extension TraceAnswers {
  func summary() -> PageAnswer {
    let id = self.id
    let counts = trace.eventCounts
    for (source, ids) in counts.enumerated() {
      for (number, count) in ids.enumerated() where count > 0 {
        _ = types.number(source: source, id: number)
      }
    }
    var typeCounts = [Int](repeating: 0, count: types.all.count)
    for (source, ids) in counts.enumerated() {
      for (number, count) in ids.enumerated() where count > 0 {
        let type = types.number(source: source, id: number)
        if type < typeCounts.count { typeCounts[type] += count }
      }
    }
    let progress = trace.progress
    let isComplete = trace.isComplete
    var text = JSONText()
    text.object { text in
      text.member("id", id)
      text.array("files") { text in
        for (number, path) in paths.enumerated() { file(number, path, &text) }
      }
      text.member("start", String(trace.start))
      text.member("duration", trace.duration)
      text.member("events", trace.eventCount)
      text.member("indexed", isComplete ? 1 : progress)
      text.member("isLive", false)
      text.object("levels") { text in
        text.member("base", trace.finestIndexedLevel)
        text.member("top", topLevel)
        text.member("columns", Self.columns)
      }
      text.array("problems") { text in for problem in trace.problems { text.add(problem) } }
      text.array("hints") { text in for hint in hints { text.add(hint) } }
      text.array("cpus") { text in
        for cpu in trace.cpus {
          text.object { text in
            text.member("row", cpu.row)
            text.member("cpu", cpu.cpu)
            text.member("source", cpu.machine)
            text.member("events", cpu.eventCount)
            text.member("lost", cpu.lostCount)
          }
        }
      }
      text.array("tasks") { text in
        let tasks = trace.tasks
        let names = trace.shownNames(of: tasks)
        for (number, task) in tasks.enumerated() { add(task, number, names[number], &text) }
      }
      text.array("sources") { text in for path in paths { text.add(Self.lastPart(of: path)) } }
      text.array("types") { text in
        for (number, type) in types.all.enumerated() {
          text.object { text in
            text.member("type", number)
            text.member("system", type.system)
            text.member("name", type.name)
            text.member(
              "count", isComplete && number < typeCounts.count ? typeCounts[number] : nil)
            text.array("fields") { text in
              for field in type.fields {
                text.object { text in
                  text.member("name", field.name)
                  text.member("kind", field.isNumber ? "number" : "text")
                }
              }
            }
          }
        }
      }
    }
    return PageAnswer(text.bytes, tag: id)
  }

  /// How many columns a tile has.
  static let columns = 512

  /// The level at which one tile is the whole.
  var topLevel: Int {
    var level = trace.finestIndexedLevel
    while trace.duration >> Int64(level) >= Int64(Self.columns) { level += 1 }
    return level
  }

  private static func lastPart(of path: String) -> String {
    path.split(separator: "/").last.map { String($0) } ?? path
  }

  private func file(_ number: Int, _ path: String, _ text: inout JSONText) {
    let file = trace.file(number)
    text.object { text in
      text.member("path", path)
      text.member("bytes", file?.size ?? 0)
      let uname = file?.options.first { $0.id == .uname }.map {
        String(decoding: $0.data.prefix { $0 != 0 }, as: UTF8.self)
      }
      let words = uname?.split(separator: " ") ?? []
      text.member("kernel", words.count > 2 ? String(words[2]) : "")
      text.member("cpus", file?.cpuCount ?? 0)
      text.member("clock", file?.buffers.first?.clock ?? "")
    }
  }

  private func add(_ task: TraceTask, _ number: Int, _ name: String, _ text: inout JSONText) {
    text.object { text in
      text.member("row", trace.cpuCount + number)
      text.member("pid", task.pid)
      text.member("tgid", task.process)
      text.member("parent", task.parent)
      text.member("comm", name)
      text.array("comms") { text in for name in task.names { text.add(name) } }
      text.member("source", task.machine)
      text.member("born", task.born)
      text.member("gone", task.gone)
      text.member("running", task.running)
      text.member("events", task.eventCount)
    }
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
    var text = JSONText()
    text.object { text in
      text.member("id", id)
      text.member("indexed", isComplete ? 1 : trace.progress)
      text.member("duration", trace.duration)
      text.member("events", trace.eventCount)
      text.member("isLive", false)
    }
    return text.bytes
  }

  func nameList(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let first = try request.number("from", as: Int.self) ?? 0
    guard first >= 0 else { throw .badRequest("from= takes a number from 0 on") }
    var text = JSONText()
    text.object { text in
      text.array("names") { text in for name in names.names(from: first) { text.add(name) } }
    }
    return PageAnswer(text.bytes)
  }
}
