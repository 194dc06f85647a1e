/// Tasks that end, as any recording of the scheduler has them: `exitsnoop` takes them where its own
/// event was not recorded.
///
/// `sched_process_exit` tells of a thread, and not what it ended with. Which process it is of, its
/// parent and its age are known where something else in the recording tells.
struct PlainExits: ~Copyable {
  /// `group_dead` tells a process's last thread, where the kernel has it.
  private enum Ending: Int, EventFields { case comm, group_dead }
  private enum Fork: Int, EventFields { case child_pid }
  private enum Exec: Int, EventFields { case pid }

  /// The number of the event that a thread ended, among its own.
  static var ending: Int { 0 }

  struct Exit {
    var comm: UnsafeRawBufferPointer
    /// nil where it is not known.
    var process: Int32?
    var parent: Int32?
    /// In nanoseconds.
    var age: UInt64?
    /// Whether its process ends with it, as far as that is known.
    var isLast: Bool
  }

  struct Begun {
    var time: UInt64?
    var creator: Int32?
    /// It ran a program: it is the first thread of its process.
    var isProcess = false
  }

  private var begun = PairTable<Begun>()
  /// Whether any was taken.
  private var hasExits = false

  static func events(insteadOf number: Int) -> [WantedEvent] {
    [
      WantedEvent(recorded: "sched:sched_process_exit", Ending.self, insteadOf: number),
      WantedEvent(recorded: "sched:sched_process_fork", Fork.self, insteadOf: number),
      WantedEvent(recorded: "sched:sched_process_exec", Exec.self, insteadOf: number),
    ]
  }

  /// - Returns: what ended, if that is what the event tells.
  mutating func take(_ event: ToolEvent, _ number: Int, _ context: ToolContext) -> Exit? {
    let source = UInt64(event.source)
    switch number {
    case Self.ending: return exit(event, context)
    case 1:
      begun.begin(
        source, event.key(Fork.child_pid), Begun(time: event.time, creator: event.thread))
      context.note(child: event.thread(Fork.child_pid), of: event.thread)
    default:
      let thread = event.key(Exec.pid)
      var task = begun.value(source, thread) ?? Begun()
      task.isProcess = true
      begun.begin(source, thread, task)
    }
    return nil
  }

  private mutating func exit(_ event: ToolEvent, _ context: ToolContext) -> Exit {
    hasExits = true
    let thread = event.thread
    let task = begun.end(UInt64(event.source), UInt64(UInt32(bitPattern: thread)))
    // What events tell is newer than the recording's list of threads: the number may be used again.
    let process = task?.isProcess == true ? thread : context.knownProcess(of: thread)
    // Who made a thread is of the same process, not its parent.
    var parent = process.flatMap { context.parent(of: $0) }
    if parent == nil, process == thread, let creator = task?.creator {
      parent = context.process(of: creator)
    }
    return Exit(
      comm: event.text(Ending.comm), process: process, parent: parent,
      age: task?.time.flatMap { event.time(since: $0) },
      isLast: event.has(Ending.group_dead)
        ? event[Ending.group_dead] != 0 : process == nil || process == thread)
  }

  mutating func forget() { begun.removeAll() }

  var dropped: Int { begun.dropped }

  func leftOut(onlyFailures: Bool) -> [String] {
    guard hasExits else { return [] }
    return [
      "sched:sched_process_exit, which the recording has, does not tell what tasks ended with"
        + (onlyFailures ? ": -x shows none" : ", nor whose threads all of them were")
    ]
  }
}
