import ByteIO
import Tracefs

/// `wakeuptime`: how long tasks slept, by who woke them and how.
package final class WakeupTime: StackTimeTool, CountingTool {
  package static let about = ToolDescription(
    name: "wakeuptime",
    abstract: "How long tasks sleep, by who wakes them and which way through the kernel.",
    discussion: """
      The time from when a task left the processor until it was woken is added to the waker's stack.
      What an interrupt wakes is shown under the task that it interrupted. Where the kernel counts
      (Linux 6.3, all tasks), a stack has at most 15 functions; [...] is what may have led to them.
      """,
    arguments: "[SECONDS]", options: StackTimes.options,
    examples: [
      ("kscope wakeuptime 5", "five seconds, the longest times last"),
      ("kscope wakeuptime --svg wakes.svg 5", "a flame graph, for a browser"),
      ("kscope wakeuptime -p 1234 -f 5", "of who wakes a process, for flamegraph.pl"),
    ],
    common: ToolOption.commonOfSums)

  private enum Waking: Int, EventFields { case pid, comm }
  private enum Switch: Int, EventFields { case prev_pid, prev_state }

  package let options: ToolOptions
  package var times: StackTimes
  private var asleep = PairTable<UInt64>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    times = try StackTimes(&options)
    self.options = options
  }

  package var events: [WantedEvent] {
    var waking = WantedEvent("sched:sched_waking", Waking.self)
    waking.hasCalls = true
    return [waking, WantedEvent("sched:sched_switch", Switch.self)]
  }

  package var droppedPairs: Int { asleep.dropped }
  package var banner: String {
    "Tracing blocked time (us) of \(times.whose(options)) by waker's kernel stack... "
      + "Hit Ctrl-C to end."
  }
  package static let graphTitle = "Wakeup time"

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let source = UInt64(event.source)
    guard event.number == 0 else {
      // Who can still run does not sleep.
      if event[Switch.prev_pid] != 0,
        !context.isRunnable(event[Switch.prev_state], source: event.source)
      {
        asleep.begin(source, event.key(Switch.prev_pid), event.time)
      }
      return
    }
    let name = event.text(Waking.comm)
    guard let since = asleep.end(source, event.key(Waking.pid)),
      let time = event.time(since: since),
      context.isWanted(event.thread(Waking.pid), source: event.source, name: name)
    else { return }
    let waker = String(
      decoding: context.name(of: event.thread, source: event.source), as: UTF8.self)
    // As the graph has it: who woke, how, whom.
    times.add(
      time, task: waker, calls: context.calls, above: String(decoding: name, as: UTF8.self))
  }

  package var countsByTask: Bool { true }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    var counting = counting
    counting.addStackSpans(
      "wakeuptime",
      from: .init(
        "sched:sched_switch", key: "prev_pid",
        filter: "prev_pid != 0 && \(counting.states().sleepingFilter)"),
      to: .init("sched:sched_waking", key: "pid"), stackAt: .end,
      by: .init(
        own: [HistogramExpression(field: "common_pid", .execname)],
        carried: [.init("char[16]", "comm", of: "comm")]),
      lengths: times.lengths, table: 0)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    times.add(
      sum: row.sums.first ?? 0, task: context.task(of: row, 0).name,
      calls: row.carriedStack(2, in: "try_to_wake_up"), above: row.text(1))
  }

  package func forget(source: Int, cpu: Int) { asleep.removeAll() }
}
