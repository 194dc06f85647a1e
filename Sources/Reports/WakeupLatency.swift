import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// How long tasks waited from their wakeup until they ran: the column and summary of `report -w`.
///
/// A wait ends at the first switch to the task after `sched_wakeup` or `sched_wakeup_new`; a second
/// wakeup of a task that waits already does not start it anew.
struct WakeupLatency {
  private var sources: [Source]
  private var all = Total()
  private var realtime = Total()

  /// Where the scheduler's events of one source tell of tasks.
  private struct Source {
    var order: ByteOrder
    /// The ids of the events, nil where there are none of them.
    var wakeups: [UInt16: (pid: Int, priority: Int)] = [:]
    var switches: (id: UInt16, nextPid: Int, nextPriority: Int)?
    /// When each waiting task was woken up, in ns.
    var waiting: [Int32: UInt64] = [:]

    init(_ source: ReportSource) {
      order = source.file.order
      func place(_ event: String, _ field: String) -> Int? {
        let format = source.events.event(system: "sched", name: event)
        guard let field = format?.field(field), field.size == 4, field.offset >= 0 else {
          return nil
        }
        return field.offset
      }
      func id(_ event: String) -> UInt16? {
        source.events.event(system: "sched", name: event).flatMap { UInt16(exactly: $0.id) }
      }
      for event in ["sched_wakeup", "sched_wakeup_new"] {
        if let id = id(event), let pid = place(event, "pid"), let priority = place(event, "prio") {
          wakeups[id] = (pid, priority)
        }
      }
      if let id = id("sched_switch"), let pid = place("sched_switch", "next_pid"),
        let priority = place("sched_switch", "next_prio")
      {
        switches = (id, pid, priority)
      }
    }
  }

  /// Waits added up, in ns.
  private struct Total {
    var count: UInt64 = 0
    var sum: UInt64 = 0
    var longest: (wait: UInt64, at: UInt64)?
    var shortest: (wait: UInt64, at: UInt64)?

    mutating func add(_ wait: UInt64, at time: UInt64) {
      count += 1
      sum &+= wait
      if wait > longest?.wait ?? 0 { longest = (wait, time) }
      if wait < shortest?.wait ?? .max { shortest = (wait, time) }
    }
  }

  init(_ sources: [ReportSource]) { self.sources = sources.map { Source($0) } }

  /// Takes in an event; where it lets a woken task run, appends ` Latency: 17.747 usecs`.
  mutating func appendLatency(_ record: Record, _ number: Int, to sink: inout ByteSink) {
    let order = sources[number].order
    let id = record.payload.load(UInt16.self, at: 0, order)
    func value(_ offset: Int) -> Int32? {
      guard offset + 4 <= record.length else { return nil }
      return record.payload.load(Int32.self, at: offset, order)
    }
    if let wakeup = sources[number].wakeups[id], let pid = value(wakeup.pid) {
      if sources[number].waiting[pid] == nil { sources[number].waiting[pid] = record.time }
      return
    }
    guard let switches = sources[number].switches, switches.id == id,
      let pid = value(switches.nextPid),
      let since = sources[number].waiting.removeValue(forKey: pid)
    else { return }
    let wait = record.time &- since
    sink.append(" Latency: ")
    Self.append(wait, to: &sink)
    sink.append(" usecs")
    all.add(wait, at: record.time)
    // Realtime priorities are those below 100.
    if let priority = value(switches.nextPriority), priority < 100 {
      realtime.add(wait, at: record.time)
    }
  }

  /// Lets the summary begin here; tasks that wait go on waiting.
  mutating func forgetSummary() {
    all = Total()
    realtime = Total()
  }

  /// The average, the longest and the shortest wait; of realtime tasks too, where there were some.
  func writeSummary(to sink: inout ByteSink) {
    guard all.count > 0 else { return }
    Self.write(all, to: &sink)
    if realtime.count > 0 {
      sink.append("RT task timings:\n")
      Self.write(realtime, to: &sink)
    }
  }

  private static func write(_ total: Total, to sink: inout ByteSink) {
    sink.append("\nAverage wakeup latency: ")
    append(total.sum / max(total.count, 1), to: &sink)
    sink.append(" usecs\n")
    for (name, extreme) in [("Maximum", total.longest), ("Minimum", total.shortest)] {
      guard let extreme else { continue }
      sink.append("\(name) Latency: ")
      append(extreme.wait, to: &sink)
      sink.append(" usecs at timestamp: ")
      let microseconds = (extreme.at &+ 500) / 1000
      sink.append(decimal: microseconds / 1_000_000)
      sink.append(".")
      sink.append(decimal: microseconds % 1_000_000, width: 6, fill: UInt8(ascii: "0"))
      sink.append("\n")
    }
    sink.append("\n")
  }

  /// `17.747`, of nanoseconds.
  private static func append(_ nanoseconds: UInt64, to sink: inout ByteSink) {
    sink.append(decimal: nanoseconds / 1000)
    sink.append(".")
    sink.append(decimal: nanoseconds % 1000, width: 3, fill: UInt8(ascii: "0"))
  }
}
