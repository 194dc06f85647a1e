import EventFormats
import TraceDat

/// The filters that `--pid` and `--comm` stand for.
///
/// As trace-cmd has them: what a task did, and what was done to it, where an event has a field `pid`
/// or `next_pid`.
enum TaskFilter {
  /// - Parameter unnamed: whether the tasks that nothing names are meant, too; of these, only what
  ///   they did.
  /// - Returns: a filter of events of these tasks; nil where there are no tasks.
  static func text(
    _ pids: [Int32], unnamed: Bool = false, events: EventCatalog
  ) -> String? {
    guard !pids.isEmpty || unnamed else { return nil }
    let fields = ["common_pid", "pid", "next_pid"].filter { field in
      field == "common_pid"
        || (0..<events.count).contains { index in
          (try? events.format(at: index))?.fields.contains {
            $0.name == field && $0.kind == .integer
          } ?? false
        }
    }
    var conditions = pids.flatMap { pid in fields.map { "\($0) == \(pid)" } }
    if unnamed {
      conditions.append("COMM == \"\(String(decoding: SharedTaskNames.unknown, as: UTF8.self))\"")
    }
    return ".*: " + conditions.joined(separator: " || ")
  }
}
