import ByteIO
import Reports
import TraceDat
import TraceTestSupport

/// A made-up machine whose tasks run, sleep, wake each other, are born and end, and a recording of
/// it, with the formats of a real kernel.
struct SchedulerLoad {
  struct Machine {
    var kernel = "6.12"
    var cpuCount = 3
    var taskCount = 12
    var steps = 3000
    var order = ByteOrder.little
    var longSize = 8
    var pageSize = 4096
    /// About so many events stand between two losses; 0 for none.
    var lossDistance = 0
    /// Only what is of tasks with even numbers, as with `set_event_pid`.
    var isFiltered = false
    /// CPUs from this one on have lost what is older than half of the load.
    var firstLateCPU = Int.max
    var interruptsEnd = true
    var interruptsBegin = true
    /// The longest time between two events.
    var longestPause: UInt64 = 20_000
    var clock = "local"
    var start: UInt64 = 1_000_000_000
    /// Events are spread over so many buffers of one file.
    var bufferCount = 1

    init() {}
  }

  private struct CPU {
    var current: Int32 = 0
    var queue: [Int32] = []
    var interrupts: [(isSoft: Bool, number: Int)] = []
  }

  private let machine: Machine
  private let texts: EventTexts
  private var buffers: [RecordedCPUs]
  private var cpus: [CPU]
  private var random: SplitMix64
  private var time: UInt64
  private var step = 0
  private var sleeping: [Int32: Int] = [:]
  private var calls: [Int32: Int] = [:]
  private var ending = Set<Int32>()
  private var freed: [Int32] = []
  private var nextPID: Int32
  private let folder = TemporaryFolder()
  private var isLosing: [Bool]
  /// How long each thread's number ran, in ns, from the first event on.
  private(set) var running: [Int32: UInt64] = [:]
  private var since: [UInt64]
  private(set) var eventCount = 0

  init(_ machine: Machine = Machine(), seed: UInt64) throws {
    self.machine = machine
    texts = try EventTexts(
      kernel: machine.kernel, order: machine.order, longSize: machine.longSize,
      ["sched", "task", "irq", "raw_syscalls"])
    var recorded = RecordedCPUs(count: machine.cpuCount, order: machine.order)
    recorded.longSize = machine.longSize
    recorded.pageSize = machine.pageSize
    recorded.start = machine.start
    buffers = [RecordedCPUs](repeating: recorded, count: machine.bufferCount)
    cpus = [CPU](repeating: CPU(), count: machine.cpuCount)
    isLosing = [Bool](repeating: false, count: machine.cpuCount)
    since = [UInt64](repeating: machine.start, count: machine.cpuCount)
    random = SplitMix64(state: seed)
    time = machine.start
    nextPID = 100 + Int32(machine.taskCount)
    for index in 0..<machine.taskCount {
      let pid = Int32(100 + index)
      if index < machine.cpuCount, index % 3 != 2 {
        cpus[index].current = pid
      } else {
        sleeping[pid] = Int.random(in: 0..<machine.cpuCount, using: &random)
      }
    }
    if cpus.count > 1 { cpus[1].interrupts = [(true, 1), (false, 9)] }
    while step < machine.steps {
      step += 1
      act(Int.random(in: cpus.indices, using: &random))
    }
    for cpu in cpus.indices { account(cpu) }
  }

  // MARK: The recording

  private mutating func add(
    _ cpu: Int, _ title: String, _ values: [String: EventTexts.Value], of tasks: [Int32] = []
  ) {
    let pause =
      Int.random(in: 0..<50, using: &random) == 0 ? machine.longestPause : machine.longestPause / 20
    time += UInt64.random(in: 1...max(pause, 2), using: &random)
    let thread = cpus[cpu].current
    if machine.isFiltered, !([thread] + tasks).contains(where: { $0 != 0 && $0 % 2 == 0 }) {
      return
    }
    if cpu >= machine.firstLateCPU, step < machine.steps / 2 { return }
    if !machine.interruptsEnd, title.hasSuffix("_exit"), title.hasPrefix("irq") { return }
    if !machine.interruptsBegin, title.hasSuffix("_entry"), title.hasPrefix("irq") { return }
    if machine.lossDistance > 0 {
      if !isLosing[cpu], Int.random(in: 0..<machine.lossDistance, using: &random) == 0 {
        isLosing[cpu] = true
      }
      if isLosing[cpu] {
        guard Int.random(in: 0..<30, using: &random) == 0 else { return }
        isLosing[cpu] = false
        let count = UInt64.random(in: 1..<30, using: &random)
        buffers[0].loseEvents(cpu: cpu, Bool.random(using: &random) ? .unknown : .count(count))
      }
    }
    eventCount += 1
    let buffer = Int.random(in: buffers.indices, using: &random)
    buffers[buffer].add(time, cpu: cpu, texts.record(thread: thread, title, values))
  }

  func bytes() -> [UInt8] {
    var builder = TraceBuilder(
      cpuCount: cpus.count, pageSize: machine.pageSize,
      buffers: buffers.enumerated().map { index, buffer in
        .init(
          name: index == 0 ? "" : "more\(index)", clock: machine.clock, pageSize: machine.pageSize,
          cpus: buffer.pages)
      })
    builder.systems = texts.systems
    builder.order = machine.order
    builder.longSize = machine.longSize
    builder.headerPage =
      PageBuilder(time: 0, longSize: machine.longSize, size: machine.pageSize).headerPage
    return builder.version7
  }

  func recording() throws -> ReportInput.Recording {
    ReportInput.Recording(try TraceFile(path: folder.write(bytes(), to: "load\(step).dat")))
  }

  func input() throws -> ReportInput { try ReportInput([recording()]) }

  // MARK: What happens

  private mutating func account(_ cpu: Int) {
    running[cpus[cpu].current, default: 0] += time - since[cpu]
    since[cpu] = time
  }

  private static func comm(_ pid: Int32) -> String { pid % 5 == 0 ? "worker" : "task-\(pid)" }

  private mutating func act(_ cpu: Int) {
    let dice = Int.random(in: 0..<100, using: &random)
    if let top = cpus[cpu].interrupts.last {
      switch dice {
      case 0..<50:
        cpus[cpu].interrupts.removeLast()
        add(
          cpu, top.isSoft ? "irq:softirq_exit" : "irq:irq_handler_exit",
          [top.isSoft ? "vec" : "irq": .number(top.number)])
      case 50..<65 where top.isSoft: interrupt(cpu)
      default: wakeSomeone(cpu)
      }
      return
    }
    let pid = cpus[cpu].current
    switch dice {
    case 0..<30: switchAway(cpu)
    case 30..<45: wakeSomeone(cpu)
    case 45..<52: interrupt(cpu)
    case 52..<58:
      cpus[cpu].interrupts.append((true, dice - 52))
      add(cpu, "irq:softirq_entry", ["vec": .number(dice - 52)])
    case 58..<62 where pid != 0 && ending.isEmpty: fork(cpu)
    case 62..<64 where pid != 0 && cpus.count + sleeping.count > 6:
      if ending.insert(pid).inserted {
        add(
          cpu, "sched:sched_process_exit",
          ["pid": .number(Int(pid)), "comm": .text(Self.comm(pid))])
      }
    case 64..<66 where pid != 0:
      add(
        cpu, "task:task_rename",
        ["pid": .number(Int(pid)), "newcomm": .text("named-\(dice)")])
    case 66..<95 where pid != 0:
      if let call = calls.removeValue(forKey: pid) {
        add(cpu, "raw_syscalls:sys_exit", ["id": .number(call), "ret": .number(-11)])
      } else {
        calls[pid] = dice
        add(cpu, "raw_syscalls:sys_enter", ["id": .number(dice)])
      }
    default: switchAway(cpu)
    }
  }

  private mutating func interrupt(_ cpu: Int) {
    let number = Int.random(in: 9...12, using: &random)
    cpus[cpu].interrupts.append((false, number))
    add(cpu, "irq:irq_handler_entry", ["irq": .number(number), "name": .text("disk\(number)")])
  }

  private mutating func switchAway(_ cpu: Int) {
    let previous = cpus[cpu].current
    var state = 0
    if previous != 0 {
      let isEnding = ending.remove(previous) != nil
      if isEnding {
        state = 0x10
        freed.append(previous)
        calls[previous] = nil
      } else {
        state = [0, 0, 0x100, 1, 1, 1, 2, 2, 0x80].randomElement(using: &random) ?? 1
        if state & 0xff == 0 {
          cpus[cpu].queue.append(previous)
        } else {
          sleeping[previous] = cpu
        }
      }
    }
    // Now and then one that waits on another CPU is taken over.
    let from =
      cpus[cpu].queue.isEmpty || Int.random(in: 0..<8, using: &random) == 0
      ? Int.random(in: cpus.indices, using: &random) : cpu
    var next: Int32 = 0
    if let place = cpus[from].queue.indices.randomElement(using: &random) {
      next = cpus[from].queue.remove(at: place)
    }
    guard next != previous else { return }
    add(
      cpu, "sched:sched_switch",
      [
        "prev_pid": .number(Int(previous)), "prev_state": .number(state),
        "prev_comm": .text(Self.comm(previous)), "next_pid": .number(Int(next)),
        "next_comm": .text(next == 0 ? "swapper" : Self.comm(next)),
      ], of: [previous, next])
    account(cpu)
    cpus[cpu].current = next
  }

  private mutating func wakeSomeone(_ cpu: Int) {
    guard let pid = sleeping.keys.sorted().randomElement(using: &random) else { return }
    let before = sleeping.removeValue(forKey: pid) ?? 0
    let target =
      Bool.random(using: &random) ? before : Int.random(in: cpus.indices, using: &random)
    let values: [String: EventTexts.Value] = [
      "pid": .number(Int(pid)), "comm": .text(Self.comm(pid)),
    ]
    add(
      cpu, "sched:sched_waking", values.merging(["target_cpu": .number(before)]) { $1 }, of: [pid])
    add(
      Bool.random(using: &random) ? cpu : target, "sched:sched_wakeup",
      values.merging(["target_cpu": .number(target)]) { $1 }, of: [pid])
    cpus[target].queue.append(pid)
  }

  private mutating func fork(_ cpu: Int) {
    let parent = cpus[cpu].current
    var pid = nextPID
    if !freed.isEmpty, Bool.random(using: &random) {
      pid = freed.removeFirst()
    } else {
      nextPID += 1
    }
    let flags = Bool.random(using: &random) ? 0x10f00 : 0x1200000
    add(
      cpu, "task:task_newtask",
      [
        "pid": .number(Int(pid)), "comm": .text(Self.comm(parent)), "clone_flags": .number(flags),
      ], of: [pid])
    add(
      cpu, "sched:sched_process_fork",
      [
        "parent_pid": .number(Int(parent)), "parent_comm": .text(Self.comm(parent)),
        "child_pid": .number(Int(pid)), "child_comm": .text(Self.comm(parent)),
      ], of: [pid])
    let target = Int.random(in: cpus.indices, using: &random)
    add(
      cpu, "sched:sched_wakeup_new",
      [
        "pid": .number(Int(pid)), "comm": .text(Self.comm(parent)), "target_cpu": .number(target),
      ], of: [pid])
    cpus[target].queue.append(pid)
  }
}
