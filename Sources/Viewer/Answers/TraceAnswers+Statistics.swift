import ByteIO
import Timeline

/// `api/stats`.
extension TraceAnswers {
  func statistics(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let from = try time(request, "from")
    let to = try time(request, "to")
    guard from < to else { throw .badRequest("from= is to be before to=") }
    let rows = try rows(request).map { Set($0) }
    let found = trace.statistics(in: from..<to, rows: rows) { Task.isCancelled }
    var object = JSONObject()
    object.add("from", from)
    object.add("to", to)
    object.add("cpus", found.cpus) { cpu, object in
      object.add("row", cpu.row)
      object.add("busy", cpu.busy)
      object.add("hard", cpu.hard)
      object.add("soft", cpu.soft)
      object.add("unknown", cpu.unknown)
      object.add("switches", cpu.switches)
      object.add("events", cpu.eventCount)
    }
    object.add("tasks", found.tasks) { task, object in
      object.add("row", task.row)
      object.add("running", task.running)
      object.add("runnable", task.runnable)
      object.add("blocked", task.blocked)
      object.add("switches", task.switches)
      object.add("wakeups", task.wakeups)
      object.add("events", task.eventCount)
    }
    object.add("latency") { object in
      add(found.latency, &object)
      object.add("p90", found.latency.percentile(90))
      object.add("histogram", found.latency.histogram) { bar, object in
        object.add("from", bar.from)
        object.add("to", bar.to)
        object.add("count", bar.count)
      }
    }
    let spans = found.spans.sorted { $0.value.total > $1.value.total }
    object.add("spans", spans) { span, object in
      object.add("name", trace.name(of: span.key))
      object.add("kind", span.key.kind.rawValue)
      add(span.value, &object)
      object.add("self", span.value.own)
    }
    object.add("events", counts(found)) { each, object in
      object.add("type", each.type)
      object.add("count", each.count)
    }
    return PageAnswer(object.bytes())
  }

  private func counts(_ found: RangeStatistics) -> [(type: Int, count: Int)] {
    var counts: [Int: Int] = [:]
    for (source, ids) in found.eventCounts.enumerated() {
      for (id, count) in ids { counts[types.number(source: source, id: id), default: 0] += count }
    }
    return counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
      .map { (type: $0.key, count: $0.value) }
  }

  private func add(_ durations: RangeStatistics.Durations, _ object: inout JSONObject) {
    object.add("count", durations.count)
    object.add("total", durations.total)
    object.add("p50", durations.percentile(50))
    object.add("p99", durations.percentile(99))
    object.add("max", durations.maximum)
    guard let worst = durations.worst else { return object.add("worst", nil as String?) }
    object.add("worst") { object in
      object.add("row", worst.row)
      object.add("from", worst.from)
      object.add("to", worst.to)
    }
  }
}
