import EventFormats
import Reports
import TraceDat

/// Where the events of opened recordings happen: whose rows they are, how their fields are read.
///
/// A machine is a file: its buffers tell of the same tasks and CPUs. Guest and host are two.
final class TracePlaces: Sendable {
  struct Stream {
    /// The row of its CPU.
    var cpu: Int
    var machine: Int
    /// The index of the buffer.
    var source: Int
    var reader: EventBinding.Reader
    var states: SwitchStates
    /// The ids of `kernel_stack` and `user_stack`; -1 where there are none.
    var stacks: (kernel: Int, user: Int)

    /// Whether an event is a stack. Behind a switch it still bears the thread that has just left, as
    /// the kernel takes it before it changes over: it tells nothing of who runs.
    func isStack(_ id: Int) -> Bool { id == stacks.kernel || id == stacks.user }
  }

  struct CPU: Hashable {
    var machine: Int
    var cpu: Int
  }

  let streams: [Stream]
  /// By row.
  let cpus: [CPU]
  /// The time of the first event, as the recording has it.
  let first: UInt64
  /// When the last event is, in ns since the first.
  let duration: Int64
  /// Whether switches were recorded, so that events tell who runs between them.
  let isScheduled: Bool
  /// By machine, the first of its buffers.
  let firstSources: [Int]
  /// How many buffers there are.
  let sourceCount: Int
  private let bindings: [EventBinding]
  private let rows: [CPU: Int]

  init(_ input: ReportInput, times: TimeSpan, isScheduled: Bool) {
    first = times.first
    // A quarter of what fits, so that ends of buckets fit as well.
    duration = Int64(min(times.last &- times.first, 1 << 61))
    self.isScheduled = isScheduled
    sourceCount = input.sources.count
    bindings = input.sources.map { SchedulerEvent.binding(in: $0) }
    var firstSources: [Int] = []
    var machines: [ObjectIdentifier: Int] = [:]
    for (number, source) in input.sources.enumerated()
    where machines[ObjectIdentifier(source.file)] == nil {
      machines[ObjectIdentifier(source.file)] = firstSources.count
      firstSources.append(number)
    }
    self.firstSources = firstSources
    let places = input.streams.map { stream in
      let file = input.sources[stream.buffer].file
      return CPU(machine: machines[ObjectIdentifier(file)] ?? 0, cpu: stream.cpu)
    }
    cpus = Set(places).sorted { ($0.machine, $0.cpu) < ($1.machine, $1.cpu) }
    var rows: [CPU: Int] = [:]
    for (row, cpu) in cpus.enumerated() { rows[cpu] = row }
    self.rows = rows
    let states = input.sources.map { source in
      SwitchStates(
        source.events.event(system: "sched", name: "sched_switch"),
        longSize: source.file.longSize)
    }
    let stacks = input.sources.map { source in
      let ids = StackRecord(source)
      return (kernel: ids.kernelID.map { Int($0) } ?? -1, user: ids.userID.map { Int($0) } ?? -1)
    }
    streams = zip(input.streams, places).map { [bindings, rows] stream, place in
      Stream(
        cpu: rows[place] ?? 0, machine: place.machine, source: stream.buffer,
        reader: bindings[stream.buffer].reader, states: states[stream.buffer],
        stacks: stacks[stream.buffer])
    }
  }

  /// A time as ns since the first event; one that is out of all order, as the first or last.
  @inline(__always) func offset(_ time: UInt64) -> Int64 {
    min(max(Int64(bitPattern: time &- first), 0), duration)
  }

  /// The row of another CPU of the machine that a row is of; -1 where nothing is known of that.
  func row(of cpu: Int, like row: Int) -> Int {
    // Most often rows are the CPUs' numbers.
    if cpu >= 0, cpu < cpus.count, cpus[cpu] == CPU(machine: cpus[row].machine, cpu: cpu) {
      return cpu
    }
    return rows[CPU(machine: cpus[row].machine, cpu: cpu)] ?? -1
  }
}
