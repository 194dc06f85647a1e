import ByteIO

/// `softirqs`: how much time deferred work of interrupts takes, by its kind.
package final class SoftIRQs: CountingTool, IntervalTool {
  package static let about = ToolDescription(
    name: "softirqs",
    abstract: "How much time soft interrupts take, by kind.",
    discussion: "From softirq_entry to softirq_exit on a processor.",
    arguments: "[INTERVAL [COUNT]]", options: InterruptTimes.options,
    examples: [
      ("kscope softirqs", "until Ctrl-C, then the sums"),
      ("kscope softirqs -d 5", "histograms every five seconds"),
    ],
    common: ToolOption.commonOfInterrupts)

  private enum Vector: Int, EventFields { case vec }

  package let options: ToolOptions
  private var times: InterruptTimes

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readInterval()
    self.options = options
    times = InterruptTimes(options, "SOFTIRQ")
  }

  package var events: [WantedEvent] {
    [
      WantedEvent("irq:softirq_entry", Vector.self), WantedEvent("irq:softirq_exit", Vector.self),
    ]
  }

  package var showsTables: Bool { true }
  package var isAboutInterrupts: Bool { true }
  package var droppedPairs: Int { times.dropped }
  package var leftOut: [String] { times.leftOut }
  package var columns: [Column] { times.columns(options) }
  package var banner: String { "Tracing soft irq event time... Hit Ctrl-C to end." }

  /// Source: include/linux/interrupt.h, `HI_SOFTIRQ` and so on.
  private static let names = [
    "hi", "timer", "net_tx", "net_rx", "block", "irq_poll", "tasklet", "sched", "hrtimer", "rcu",
  ]

  private func name(_ vector: Int) -> String {
    Self.names.indices.contains(vector) ? Self.names[vector] : "vec \(vector)"
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let vector = event.key(Vector.vec)
    if event.number == 0 {
      times.begin(event, vector, named: name(Int(vector)))
    } else {
      times.end(event, vector)
    }
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    var counting = counting
    counting.addSpans(
      "softirqs", from: [.init("irq:softirq_entry", key: "vec", "common_cpu")],
      to: .init("irq:softirq_exit", key: "vec", "common_cpu"),
      carrying: [.init("unsigned int", "vec", of: "vec")], unit: times.unit, table: 0)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    times.add(row, named: name(row.number(0)))
  }

  /// A vector is run with softirqs off, which keeps it on its CPU.
  package var pairsStayOnTheirCPU: Bool { true }
  package func forget(source: Int, cpu: Int) { times.forget(source, cpu) }
  package func show(_ context: ToolContext, _ rows: inout RowWriter) { times.show(&rows, context) }
}
