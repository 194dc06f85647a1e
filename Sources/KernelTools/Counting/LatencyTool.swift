/// A counting tool that shows lengths of time, and nothing else.
package protocol LatencyTool: CountingTool {
  var tables: LatencyTables { get set }
}

extension LatencyTool {
  package var showsTables: Bool { true }
  package var columns: [Column] { tables.columns(options) }
  package var leftOut: [String] { tables.leftOut }

  package func tick(_ context: ToolContext, _ rows: inout RowWriter) { show(&rows, context) }

  package func finish(_ context: ToolContext, _ rows: inout RowWriter) {
    if options.interval == nil { show(&rows, context) }
  }

  private func show(_ rows: inout RowWriter, _ context: ToolContext) {
    rows.beginTable(context.clockLine)
    tables.write(to: &rows, context, showsAverage: options.has("average"))
    tables.removeAll()
  }
}

extension ToolOption {
  static let milliseconds = ToolOption(
    "m", "milliseconds", "Count in milliseconds, not microseconds.")
  static let average = ToolOption(
    "e", "average", "The average, the sum and the count below a histogram.")
  static let byTask = [
    ToolOption("P", "pids", "A histogram for each process."),
    ToolOption("L", "tids", "A histogram for each thread."),
  ]
}

extension ToolOptions {
  var latencyUnit: LatencyTables.Unit { has("milliseconds") ? .milliseconds : .microseconds }

  /// Whether nothing is asked of tasks that the kernel's conditions cannot tell.
  var takesAllTasks: Bool { process == nil && thread == nil && name == nil && cgroup == nil }
}
