import ByteIO
import EventFormats
import Reports

/// Sees threads begin in a source's events.
struct ThreadBirth {
  private enum Task: Int, EventFields { case pid, clone_flags }

  private let binding: EventBinding
  /// include/uapi/linux/sched.h, `CLONE_THREAD`.
  private static let isThread = 0x10000

  init(_ source: ReportSource) {
    binding = EventBinding([WantedEvent("task:task_newtask", Task.self)], in: source)
  }

  @inline(__always) func tell(
    _ record: UnsafeRawBufferPointer, _ context: ToolContext, _ source: Int
  ) {
    guard let slot = binding.slot(of: record) else { return }
    let creator = binding.common.read(binding.common.pid, of: record, binding.order)
    let event = ToolEvent(
      number: 0, time: 0, cpu: 0, thread: Int32(truncatingIfNeeded: creator), source: source,
      record: record, places: binding.fields(of: slot), order: binding.order)
    context.begin(
      Int32(truncatingIfNeeded: event[Task.pid]), by: event.thread,
      isProcess: event[Task.clone_flags] & Self.isThread == 0, source: source)
  }
}
