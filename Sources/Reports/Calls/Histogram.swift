package import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// How often each event occurred in each task, and by which calls.
///
/// The calls before an event are those of the stack trace that was recorded with it; before a traced
/// function, those that the tracer itself saw (`TracedCalls`).
package struct Histogram {
  /// One event of one task.
  struct Entry {
    /// -1 where tasks are not told apart.
    var pid: Int32
    var source: Int
    /// The event's name, or the traced function's.
    var name: String
    var isFunction: Bool
    /// Its tree of callers.
    var root: Int32
  }

  /// Most frequent first.
  let entries: [Entry]
  let trees: CallTrees
  /// The names of functions by their number.
  let functions: [String]
  let sources: [ReportSource]
  /// How many events there were, stack traces not counted.
  package let total: UInt64
  /// What could not be read.
  package let problems: [any ExplainedError]

  /// - Parameter ignoringTasks: counts the same event of all tasks together.
  package init(
    _ input: ReportInput, options: ReportOptions = ReportOptions(), ignoringTasks: Bool = false
  ) {
    var counter = HistogramCounter(input, ignoringTasks: ignoringTasks)
    let found = input.forEachEvent(options) { stream, record, _ in counter.take(record, stream) }
    let trees = counter.forest.trees
    sources = input.sources
    functions = counter.functions.texts
    total = counter.total
    self.trees = trees
    entries = counter.entries.sorted {
      let left = trees.nodes[Int($0.root)].durations.count
      let right = trees.nodes[Int($1.root)].durations.count
      return (right, $0.pid, $0.name) < (left, $1.pid, $1.name)
    }
    problems = input.problems + found + input.lateProblems
  }

  func count(of entry: Entry) -> UInt64 { trees.nodes[Int(entry.root)].durations.count }
}
