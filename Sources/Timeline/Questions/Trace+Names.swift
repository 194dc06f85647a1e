import ByteIO
import EventFormats
import Reports
import Synchronization
package import TraceDat

extension Trace {
  /// Whether all events were walked over.
  public var isComplete: Bool { index.read { $0.isComplete } }

  /// What interrupts and system calls are called: `virtio0`, `TIMER`, `openat`.
  public func name(of span: RangeStatistics.SpanKey) -> String {
    let number = Int(span.detail)
    switch span.kind {
    case .hardInterrupt:
      let line = InterruptLine(machine: span.machine, number: number)
      return index.read { $0.interrupts[line] } ?? "irq \(number)"
    case .softInterrupt:
      return number >= 0 ? SoftInterruptNames.name(UInt64(number)) : "softirq"
    case .call: return syscallName(number, span.machine)
    case .function: return functionName(span)
    case .running, .woken, .preempted, .blocked, .sleeping, .lost, .pair: return ""
    }
  }

  /// The machine whose tasks a row is of.
  public func machine(ofRow row: UInt32) -> Int {
    row < cpuCount ? places.cpus[Int(row)].machine : index.read { machine(ofRow: row, $0.tasks) }
  }

  /// - Parameter tasks: as the index knows them.
  func machine(ofRow row: UInt32, _ tasks: [TraceTask]) -> Int {
    if row < cpuCount { return places.cpus[Int(row)].machine }
    let number = Int(row) - cpuCount
    return number < tasks.count ? tasks[number].machine : 0
  }

  private func syscallName(_ number: Int, _ machine: Int) -> String {
    syscallNames.withLock { known in
      if let names = known[machine] { return names.name(number) }
      let names = source(machine)?.syscallNames ?? SyscallNames(machine: "")
      known[machine] = names
      return names.name(number)
    }
  }

  private func functionName(_ span: RangeStatistics.SpanKey) -> String {
    guard let address = functions.address(of: span.detail), let source = source(span.machine) else {
      return ""
    }
    return source.events.symbols.functionName(at: address)
  }

  /// The first of a machine's buffers, which knows of it what all know.
  private func source(_ machine: Int) -> ReportSource? {
    places.firstSources.indices.contains(machine)
      ? input.sources[places.firstSources[machine]] : nil
  }

  /// The file that a machine's events are from.
  package func file(_ machine: Int) -> TraceFile? { source(machine)?.file }
}

/// A CPU that a trace tells of.
public struct TraceCPU: Sendable {
  public var row: UInt32
  /// As the kernel numbers it.
  public var cpu: Int
  /// Which of the opened recordings it is from.
  public var machine: Int
  public var eventCount: Int
  /// How many events are known to be lost.
  public var lostCount: Int
  /// How often some were lost, and nobody knows how many.
  public var unknownLossCount: Int
}

extension Trace {
  public var cpus: [TraceCPU] {
    index.read { state in
      places.cpus.enumerated().map { row, place in
        TraceCPU(
          row: UInt32(row), cpu: place.cpu, machine: place.machine,
          eventCount: state.cpuEvents[row], lostCount: state.lost[row].events,
          unknownLossCount: state.lost[row].unknown)
      }
    }
  }

  /// What could not be read, a sentence each, as far as it is known.
  public var problems: [String] {
    let found = index.read { ($0.problems, $0.damageCount) }
    let damages =
      found.1 == 0
      ? [] : [found.1 == 1 ? "1 page is damaged" : "\(found.1) pages are damaged"]
    return input.problems.map(\.message) + found.0 + damages
  }

  /// How often each event occurs: by buffer, and by its `common_type`.
  package var eventCounts: [[Int]] { index.read { $0.idCounts } }

  /// Counts what was added to the index.
  package var indexVersion: Int { index.read { $0.version } }

  /// What each of the tasks is called: the last of all that used a number as the recording's own table,
  /// which was taken at the end, has it; others as events told last.
  package func shownNames(of tasks: [TraceTask]) -> [String] {
    var last: [Int64: Int] = [:]
    for (number, task) in tasks.enumerated() {
      last[Int64(task.machine) << 32 | Int64(UInt32(bitPattern: task.pid))] = number
    }
    var names = tasks.map { $0.names.last ?? "" }
    for number in last.values {
      let recorded = recordedName(of: tasks[number])
      if names[number].isEmpty || !recorded.utf8.elementsEqual(SharedTaskNames.unknown) {
        names[number] = recorded
      }
    }
    return names
  }

  /// The name that the recording's own table has for a task of which no event tells one.
  package func recordedName(of task: TraceTask) -> String {
    guard let source = source(task.machine) else { return "" }
    return String(decoding: source.names.name(of: task.pid), as: UTF8.self)
  }
}
