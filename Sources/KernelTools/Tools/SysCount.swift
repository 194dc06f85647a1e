import ByteIO
import EventFormats
import Glibc
import Tracefs

/// `syscount`: how often system calls are made, by task or by call.
package final class SysCount: CountingTool, IntervalTool {
  package static let about = ToolDescription(
    name: "syscount",
    abstract: "How often system calls are made, by task, by call, or both.",
    discussion: """
      Without -c it counts by the name of the task; -v tells processes of one name apart. The largest
      counts come last. A command is run, and what it and its children call is counted.
      """,
    arguments: "[COMMAND [ARGUMENT …]]", runsCommand: true,
    options: [
      ToolOption("c", "calls", "Count by system call."),
      ToolOption("v", "pids", "Count by process."),
      ToolOption("t", "top", "COUNT", "Only so many, the largest."),
      ToolOption("x", "failures", "Only calls that failed."),
      ToolOption("e", "errno", "ERROR", "Only calls that failed with this: ENOENT or 2."),
      ToolOption(nil, "latency", "Show the time in the calls, too."),
      ToolOption("i", "interval", "SECONDS", "A table so often. A file: a recording."),
    ],
    examples: [
      ("kscope syscount -cp 923", "the calls of process 923, until Ctrl-C"),
      ("kscope syscount -c -d 5", "all calls of five seconds"),
      ("kscope syscount -c --latency ls -l", "those of a command, with their time"),
    ],
    common: ToolOption.commonOfTables)

  private enum Call: Int, EventFields { case id }
  private enum Return: Int, EventFields { case id, ret }
  /// The events of single calls, as recordings have them; `ret` is the second field here, too.
  private enum Single: Int, EventFields { case __syscall_nr, ret }

  private struct Key: Hashable {
    var process = 0
    var name = ""
    var call = 0
  }
  private struct Total {
    var count = 0
    var nanoseconds: UInt64 = 0
  }

  package let options: ToolOptions
  private let byCall: Bool
  private let byProcess: Bool
  private let top: Int?
  private let errno: Int?
  private let onlyFailures: Bool
  private let showsTime: Bool
  private var totals = CountTable<Key, Total>()
  private var calls = PairTable<UInt64>()
  /// Of a recording; the kernel's tables have names.
  private var names: SyscallNames?
  private var kernelNames: [Int: String] = [:]

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readIntervalOrInput("interval")
    self.options = options
    byCall = options.has("calls")
    byProcess = options.has("pids")
    showsTime = options.has("latency")
    top = try options.own["top"].map { (text) throws(ToolUsageError) in
      try ToolOptions.count(text, "-t")
    }
    errno = try options.own["errno"].map { (text) throws(ToolUsageError) in
      guard let number = KernelNames.errno(named: text) else {
        throw .badValue(option: "-e", value: text, expected: "an error's name or number: ENOENT")
      }
      return number
    }
    onlyFailures = options.has("failures") || errno != nil
  }

  package var command: [String] { options.arguments }
  package var isAboutCurrentTask: Bool { true }
  package var showsTables: Bool { true }
  package var droppedPairs: Int { calls.dropped }
  package var leftOut: [String] { totals.leftOut("tasks and calls") }
  package var banner: String {
    command.isEmpty
      ? "Tracing while \(options.duration == nil ? "running. Ctrl-C to end." : "sleeping...")"
      : "Tracing while running \"\(command.joined(separator: " "))\"..."
  }

  /// Whether the returns are what is counted.
  private var countsReturns: Bool { onlyFailures || showsTime }

  package var events: [WantedEvent] {
    // The first is always there, so that numbers stay what they are.
    [
      WantedEvent("raw_syscalls:sys_enter", Call.self, isOptional: onlyFailures && !showsTime),
      WantedEvent("raw_syscalls:sys_exit", Return.self, isOptional: !countsReturns),
      WantedEvent(recorded: "syscalls:sys_enter_*", Single.self, insteadOf: 0),
      WantedEvent(recorded: "syscalls:sys_exit_*", Single.self, insteadOf: 1),
    ]
  }

  package var columns: [Column] {
    let tasks =
      Column.timeInRows(options) + (byProcess ? [Column("PID", "pid", width: 6)] : [])
      + (byProcess || !byCall ? [Column("COMM", "comm", width: 18)] : [])
    return tasks + (byCall ? [Column("SYSCALL", "syscall", width: 18)] : [])
      + [Column("COUNT", "count", width: 8, isLeft: false)]
      + (showsTime ? [Column("TIME (us)", "time_us", width: 16, isLeft: false)] : [])
  }

  // MARK: One by one

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    if event.number % 2 == 0 {
      if showsTime {
        calls.begin(source, thread, event.time)
      } else if !onlyFailures {
        count(event, event[Call.id], 0, context)
      }
      return
    }
    guard countsReturns else { return }
    let began = showsTime ? calls.end(source, thread) : event.time
    guard let began, let time = event.time(since: began), isWanted(event[Return.ret]) else {
      return
    }
    count(event, event[Return.id], time, context)
  }

  private func isWanted(_ result: Int) -> Bool {
    !onlyFailures || (errno.map { result == -$0 } ?? (-4095..<0).contains(result))
  }

  private func count(_ event: ToolEvent, _ call: Int, _ time: UInt64, _ context: ToolContext) {
    guard context.isWanted(event.thread, source: event.source) else { return }
    if byCall, names == nil { names = context.syscallNames(source: event.source) }
    var key = Key()
    if byCall { key.call = call }
    if byProcess { key.process = Int(context.process(of: event.thread)) }
    if byProcess || !byCall {
      key.name = String(
        decoding: context.name(of: event.thread, source: event.source), as: UTF8.self)
    }
    totals.count(key, from: Total()) {
      $0.count += 1
      $0.nanoseconds.addUp(time)
    }
  }

  // MARK: In the kernel

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks, command.isEmpty else { return nil }
    var counting = counting
    // What this program calls is not what anybody asked about.
    var filter = "common_pid != \(getpid())"
    if let errno {
      filter += " && ret == -\(errno)"
    } else if onlyFailures {
      filter += " && ret < 0 && ret >= -4095"
    }
    let end = EventName(system: "raw_syscalls", name: countsReturns ? "sys_exit" : "sys_enter")
    let task = HistogramExpression(field: "common_pid", .execname)
    let tasks = countsByTask ? [task] : []
    if showsTime {
      counting.addSpans(
        "syscount", from: [.init("raw_syscalls:sys_enter", key: "common_pid")],
        to: .init("\(end.system):\(end.name)", key: "common_pid", filter: filter), by: tasks,
        carrying: byCall ? [.init("long", "id", of: "id", .syscall)] : [], unit: .sum, table: 1)
      return counting
    }
    let call = HistogramExpression(field: "id", .syscall)
    counting.add(
      end,
      HistogramTrigger(keys: tasks + (byCall ? [call] : []), size: 1 << 15, filter: filter),
      table: 0)
    return counting
  }

  package var countsByTask: Bool { byProcess || !byCall }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    var key = Key()
    if countsByTask {
      let task = context.task(of: row, 0)
      key.name = task.name
      if byProcess { key.process = task.process }
    }
    if byCall { key.call = note(call: row, countsByTask ? 1 : 0) }
    totals.count(key, from: Total()) {
      $0.count += row.count
      if table == 1 { $0.nanoseconds.addUp(SpanRow(row, .sum).sum) }
    }
  }

  private func note(call row: CountedRow, _ index: Int) -> Int {
    let number = row.number(index)
    let name = row.text(index)
    kernelNames[number] = name.hasPrefix("sys_") ? String(name.dropFirst(4)) : name
    return number
  }

  // MARK: The table

  private func name(_ call: Int) -> String {
    names?.name(call) ?? kernelNames[call] ?? "syscall_\(call)"
  }

  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    rows.beginTable(context.clockLine)
    let sorted = totals.entries.map {
      (key: $0.key, total: $0.value, call: byCall ? name($0.key.call) : "")
    }
    .sorted {
      ($0.total.count, $0.key.process, $0.key.name, $0.call)
        < ($1.total.count, $1.key.process, $1.key.name, $1.call)
    }
    for (key, total, call) in sorted.suffix(top ?? sorted.count) {
      context.addTimeInRows(to: &rows)
      if byProcess { rows.add(key.process) }
      if byProcess || !byCall { rows.add(key.name) }
      if byCall { rows.add(call) }
      rows.add(total.count)
      if showsTime { rows.add(nanoseconds: total.nanoseconds, per: 1000, digits: 3) }
      rows.endRow()
    }
    totals.removeAll()
  }

  package func forget(source: Int, cpu: Int) { calls.removeAll() }
}
