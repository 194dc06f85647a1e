import ByteIO
import Tracefs

/// `oomkill`: every process that the kernel kills for lack of memory, and whose wish for memory it was.
package final class OOMKill: KernelTool {
  package static let about = ToolDescription(
    name: "oomkill",
    abstract: "Every process that is killed for lack of memory, and who asked for the memory.",
    discussion: """
      PAGES is how much memory there was in all: of the machine, or of the cgroup that was full. On
      the running kernel, how busy the machine is comes behind it.
      """,
    options: [.stacks("The calls of the kernel that asked for the memory, below its row.")],
    examples: [("kscope oomkill", "until Ctrl-C")])

  private enum Choice: Int, EventFields { case pages, victim, comm }
  private enum Victim: Int, EventFields { case pid, comm }

  private struct Chosen {
    var pages: Int
    var victim: Int
    var comm: [UInt8]
  }

  package let options: ToolOptions
  private var chosen = PairTable<Chosen>(capacity: 1 << 10)

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    if options.times == .none, options.input == nil { options.times = .wall }
    self.options = options
    try options.expectArguments(0, "")
  }

  package var events: [WantedEvent] {
    [
      WantedEvent("oom:mark_victim", Victim.self),
      // A function that the compiler may have made part of another.
      WantedEvent(
        probeOf: "oom_kill_process", Choice.self,
        values: ["oc->totalpages", "oc->chosen->pid", "oc->chosen->comm"], isOptional: true),
    ]
  }

  package var rowStacks: RowStackPlan { RowStackPlan(own: [0]) }
  package var banner: String { "Tracing OOM kills... Ctrl-C to stop." }

  package var columns: [Column] {
    Column.time(options, "TIMEs", width: 16) + Column.user(options) + [
      Column("PID", "pid", width: 7), Column("COMM", "comm", width: 16, isCut: true),
      Column("KILLED", "killed_pid", width: 7),
      Column("COMM", "killed_comm", width: 16, isCut: true),
      Column("PAGES", "total_pages", width: 9, isLeft: false),
    ] + (options.input == nil ? [Column("LOADAVG", "loadavg")] : [])
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    if event.number == 1 {
      chosen.begin(
        source, thread,
        Chosen(
          pages: event[Choice.pages], victim: event[Choice.victim],
          comm: Array(event.text(Choice.comm))))
      return
    }
    // A cgroup whose processes die together has several victims of one choice.
    let choice = chosen.value(source, thread)
    guard context.isWanted(event.thread, source: event.source) else { return }
    let victim = event[Victim.pid]
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    rows.add(Int(context.process(of: event.thread)))
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(victim)
    // Linux 6.1's event has no name.
    if event.has(Victim.comm) {
      rows.add(event.text(Victim.comm))
    } else if let choice, choice.victim == victim {
      choice.comm.withUnsafeBytes { rows.add($0) }
    } else {
      context.name(of: Int32(truncatingIfNeeded: victim), source: event.source)
        .withUnsafeBytes { rows.add($0) }
    }
    if let choice { rows.add(choice.pages) } else { rows.addNothing("?") }
    if options.input == nil {
      rows.add(
        String(((try? TextFile.read("/proc/loadavg")) ?? "").split(separator: "\n").first ?? ""))
    }
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { chosen.removeAll() }
}
