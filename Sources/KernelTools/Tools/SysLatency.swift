import ByteIO
import EventFormats
import Glibc
import Tracefs

/// `syslatency`: how long system calls take, as a histogram for each.
package final class SysLatency: LatencyTool {
  package static let about = ToolDescription(
    name: "syslatency",
    abstract: "How long system calls take, as a histogram for each.",
    discussion: "A call that does not return while it is looked at does not count.",
    arguments: "[SYSCALL …]",
    options: [
      .milliseconds, .average,
      ToolOption("i", "interval", "SECONDS", "Histograms so often. A file: a recording."),
    ],
    examples: [
      ("kscope syslatency", "all calls, until Ctrl-C"),
      ("kscope syslatency -e read write fsync", "three of them, with averages"),
      ("kscope syslatency -p 1234 -i 5", "of a process, every five seconds"),
    ],
    common: ToolOption.commonOfTables)

  private enum Call: Int, EventFields { case id }
  private enum Return: Int, EventFields { case id }
  /// The events of single calls, as recordings have them.
  private enum Single: Int, EventFields { case __syscall_nr }

  package let options: ToolOptions
  private let wanted: Set<String>
  private var calls = PairTable<UInt64>()
  private var names: SyscallNames?
  package var tables: LatencyTables

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readIntervalOrInput("interval")
    self.options = options
    wanted = Set(options.arguments)
    for name in options.arguments
    where SyscallNames(machine: "x86_64").number(name) == nil
      && SyscallNames(machine: "aarch64").number(name) == nil
    {
      throw .badValue(option: "SYSCALL", value: name, expected: "a system call such as read")
    }
    tables = LatencyTables(options.latencyUnit, by: "syscall")
  }

  package var events: [WantedEvent] {
    [
      WantedEvent("raw_syscalls:sys_enter", Call.self),
      WantedEvent("raw_syscalls:sys_exit", Return.self),
      WantedEvent(recorded: "syscalls:sys_enter_*", Single.self, insteadOf: 0),
      WantedEvent(recorded: "syscalls:sys_exit_*", Single.self, insteadOf: 1),
    ]
  }

  package var isAboutCurrentTask: Bool { true }
  package var droppedPairs: Int { calls.dropped }
  package var banner: String { "Tracing system call latency... Hit Ctrl-C to end." }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    if event.number % 2 == 0 { return calls.begin(source, thread, event.time) }
    guard let began = calls.end(source, thread),
      context.isWanted(event.thread, source: event.source),
      let time = event.time(since: began)
    else { return }
    let names = self.names ?? context.syscallNames(source: event.source)
    self.names = names
    let name = names.name(event[Return.id])
    guard wanted.isEmpty || wanted.contains(name) else { return }
    tables.add(nanoseconds: time, to: .text(name))
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    var counting = counting
    let own = "common_pid != \(getpid())"
    counting.addSpans(
      "syslatency", from: [.init("raw_syscalls:sys_enter", key: "common_pid", filter: own)],
      to: .init("raw_syscalls:sys_exit", key: "common_pid", filter: own),
      carrying: [.init("long", "id", of: "id", .syscall)], unit: tables.unit.spans, table: 0)
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    let text = row.text(0)
    let name = text.hasPrefix("sys_") ? String(text.dropFirst(4)) : text
    guard wanted.isEmpty || wanted.contains(name) else { return }
    tables.add(row, to: .text(name))
  }

  package func forget(source: Int, cpu: Int) { calls.removeAll() }
}
