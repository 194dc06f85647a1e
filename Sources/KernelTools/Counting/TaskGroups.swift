/// What `-P` and `-L` of a tool make of threads: a group for each process, for each thread, or one for
/// all.
struct TaskGroups {
  enum Kind { case all, process, thread }

  let kind: Kind

  init(_ options: ToolOptions) {
    kind = options.has("pids") ? .process : options.has("tids") ? .thread : .all
  }

  /// What a group is called above its table; nil where there is one for all.
  var name: String? {
    switch kind {
    case .all: nil
    case .process: "pid"
    case .thread: "tid"
    }
  }

  func group(of thread: Int32, _ context: ToolContext) -> LatencyTables.Name {
    switch kind {
    case .all: .all
    case .process: .number(Int(context.process(of: thread)))
    case .thread: .number(Int(thread))
    }
  }
}
