import ByteIO
import EventFormats
import Reports

/// The events that tell of tasks: who made whom, and what they are called from then on.
///
/// A task begins by its parent's name, and changes it when it runs a program. Events come in batches,
/// and of a batch the newest name alone is kept otherwise: a shell's child would be called by the
/// program that it runs a moment later.
struct TaskTellers {
  private enum NewTask: Int, EventFields { case pid, comm, clone_flags }
  private enum Rename: Int, EventFields { case pid, newcomm }
  /// Recordings often have this one alone; it does not tell threads from processes.
  private enum Fork: Int, EventFields { case child_pid }

  private let reader: EventBinding.Reader
  private let hasNewTask: Bool
  /// include/uapi/linux/sched.h, `CLONE_THREAD`.
  private static let isThread = 0x10000
  /// The same, `CLONE_PARENT`.
  private static let isSibling = 0x8000

  static func binding(in source: ReportSource) -> EventChoices {
    EventChoices(
      [
        WantedEvent("task:task_newtask", NewTask.self),
        WantedEvent("task:task_rename", Rename.self),
        WantedEvent("sched:sched_process_fork", Fork.self),
      ], in: source)
  }

  /// - Parameter binding: which whoever asks keeps: what is in plain memory counts no references.
  init(_ binding: EventChoices) {
    reader = binding.reader
    hasNewTask = !binding.missing.contains(0)
  }

  /// Which of what tells of tasks a record is; nil for others.
  @inline(__always) func slot(ofID id: Int) -> Int? { reader.slot(ofID: id) }

  /// Hands on what a record tells.
  ///
  /// - Parameter slot: which of the reader's events it is.
  func tell(
    _ slot: Int, _ record: UnsafeRawBufferPointer, _ context: ToolContext, _ source: Int
  ) {
    let teller = reader.head(of: record).thread
    let event = ToolEvent(
      number: reader.number(of: slot), time: 0, cpu: 0, thread: teller, source: source,
      record: record, places: reader.fields(of: slot), order: reader.order)
    func thread(_ number: Int) -> Int32 { Int32(truncatingIfNeeded: number) }
    switch event.number {
    case 0:
      let flags = event[NewTask.clone_flags]
      context.begin(
        thread(event[NewTask.pid]), by: teller, isProcess: flags & Self.isThread == 0,
        isChild: flags & Self.isSibling == 0)
      context.rename(thread(event[NewTask.pid]), source: source, Array(event.text(NewTask.comm)))
    case 1:
      context.rename(thread(event[Rename.pid]), source: source, Array(event.text(Rename.newcomm)))
    default:
      if !hasNewTask { context.note(child: thread(event[Fork.child_pid]), of: teller) }
    }
  }
}
