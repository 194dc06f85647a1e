import Timeline

/// `api/stats`.
extension TraceAnswers {
  func statistics(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let from = try time(request, "from")
    let to = try time(request, "to")
    guard from < to else { throw .badRequest("from= is to be before to=") }
    let rows = try rows(request).map { Set($0) }
    let found = trace.statistics(in: from..<to, rows: rows) { Task.isCancelled }
    var text = JSONText()
    text.object { text in
      text.member("from", from)
      text.member("to", to)
      text.array("cpus") { text in
        for cpu in found.cpus {
          text.object { text in
            text.member("row", cpu.row)
            text.member("busy", cpu.busy)
            text.member("hard", cpu.hard)
            text.member("soft", cpu.soft)
            text.member("unknown", cpu.unknown)
            text.member("switches", cpu.switches)
            text.member("events", cpu.eventCount)
          }
        }
      }
      text.array("tasks") { text in
        for task in found.tasks {
          text.object { text in
            text.member("row", task.row)
            text.member("running", task.running)
            text.member("runnable", task.runnable)
            text.member("blocked", task.blocked)
            text.member("switches", task.switches)
            text.member("wakeups", task.wakeups)
            text.member("events", task.eventCount)
          }
        }
      }
      text.object("latency") { text in
        add(found.latency, &text)
        text.member("p90", found.latency.percentile(90))
        text.array("histogram") { text in
          for bar in found.latency.histogram {
            text.object { text in
              text.member("from", bar.from)
              text.member("to", bar.to)
              text.member("count", bar.count)
            }
          }
        }
      }
      text.array("spans") { text in
        for (key, durations) in found.spans.sorted(by: { $0.value.total > $1.value.total }) {
          text.object { text in
            text.member("name", trace.name(of: key))
            text.member("kind", key.kind.rawValue)
            add(durations, &text)
            text.member("self", durations.own)
          }
        }
      }
      text.array("events") { text in
        for (type, count) in counts(found) {
          text.object { text in
            text.member("type", type)
            text.member("count", count)
          }
        }
      }
    }
    return PageAnswer(text.bytes)
  }

  private func counts(_ found: RangeStatistics) -> [(type: Int, count: Int)] {
    var counts: [Int: Int] = [:]
    for (source, ids) in found.eventCounts.enumerated() {
      for (id, count) in ids { counts[types.number(source: source, id: id), default: 0] += count }
    }
    return counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
      .map { (type: $0.key, count: $0.value) }
  }

  private func add(_ durations: RangeStatistics.Durations, _ text: inout JSONText) {
    text.member("count", durations.count)
    text.member("total", durations.total)
    text.member("p50", durations.percentile(50))
    text.member("p99", durations.percentile(99))
    text.member("max", durations.maximum)
    if let worst = durations.worst {
      text.object("worst") { text in
        text.member("row", worst.row)
        text.member("from", worst.from)
        text.member("to", worst.to)
      }
    } else {
      text.null("worst")
    }
  }
}
