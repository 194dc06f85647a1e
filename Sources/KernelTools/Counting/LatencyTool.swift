/// A counting tool that shows lengths of time, and nothing else.
package protocol LatencyTool: CountingTool, IntervalTool {
  var tables: LatencyTables { get set }
}

extension LatencyTool {
  package var showsTables: Bool { true }
  package var columns: [Column] { tables.columns(options) }
  package var leftOut: [String] { tables.leftOut }

  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    rows.beginTable(context.clockLine)
    tables.write(to: &rows, context, showsAverage: options.has("average"))
    tables.removeAll()
  }
}

/// One whose lengths are of tasks, for all together or with a histogram for each.
protocol TaskLatencyTool: LatencyTool {
  var groups: TaskGroups { get }
}

extension TaskLatencyTool {
  package var countsByTask: Bool { groups.kind == .process }

  /// What the kernel has to count by, beside the length.
  ///
  /// - Parameter field: of the event that ends it: the task.
  func carried(_ field: String) -> [KernelCounting.Carried] {
    groups.name == nil ? [] : [.init("pid_t", "pid", of: field)]
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    let thread = groups.name == nil ? 0 : Int32(truncatingIfNeeded: row.number(0))
    tables.add(row, to: groups.group(of: thread, context))
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
