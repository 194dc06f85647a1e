import EventFormats
import Reports
import RingBuffer
import TraceDat

/// What tasks and CPUs did, found out by one plain walk over all events, the first to the last.
///
/// It is slow, keeps everything, and shares no code with the module.
struct Oracle {
  enum Doing: Hashable {
    case running, woken, preempted, blocked, sleeping
    case hard, soft, call, lost
  }

  /// A stretch of time on a row.
  struct Stretch: Hashable {
    var doing: Doing
    var from: Int64
    var to: Int64
    /// The CPU, the task's key, the number of an interrupt or a call.
    var of = -1
    /// A wait that ended as the task was switched to.
    var isServed = false
  }

  struct Task {
    var pid: Int32
    var machine: Int
    var names: [String] = []
    var born: Int64?
    var gone: Int64?
    var parent: Int32 = 0
    var process: Int32 = 0
    var eventTimes: [Int64] = []
    var stretches: [Stretch] = []
    // What it does now.
    var doing: Doing?
    var isDead = false
    var since: Int64 = 0
    var row = -1
    /// It was woken while it seemed to run.
    var vainWake: (row: Int, time: Int64)?
    var hasRun = false
    var call: (number: Int, since: Int64)?
    var knowsCall = false
  }

  struct CPU {
    var eventTimes: [Int64] = []
    var stretches: [Stretch] = []
    var pid: Int32?
    var task: Int?
    var since: Int64 = 0
    /// Who ran here turned up elsewhere, and when.
    var moved: (pid: Int32, time: Int64)?
    var last: Int64 = 0
    var floor: Int64?
    var open: [(isSoft: Bool, number: Int, since: Int64)] = []
    var knows: Set<Bool> = []
    /// Streams that lose events at present, and since when.
    var losing: [Int: Int64] = [:]
  }

  private(set) var tasks: [Task] = []
  private(set) var cpus: [CPU]
  private(set) var counts: [[Int]: Int] = [:]
  private(set) var lost: [Int: (events: Int, unknown: Int)] = [:]
  let duration: Int64
  private var known: [[Int]: Int] = [:]
  private let isScheduled: Bool
  private let states: [SwitchStates]
  private let rows: [[Int]: Int]

  init(_ input: ReportInput) {
    let (events, rows) = PlainEvent.all(of: input)
    cpus = rows.map { _ in CPU() }
    self.rows = [[Int]: Int](uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    duration = events.map(\.time).max() ?? 0
    isScheduled = events.contains { $0.title == "sched:sched_switch" }
    states = input.sources.map {
      SwitchStates(
        $0.events.event(system: "sched", name: "sched_switch"), longSize: $0.file.longSize)
    }
    var met = Set<Int>()
    for event in events where met.insert(event.stream).inserted && event.lost != .none {
      cpus[event.row].losing[event.stream] = 0
    }
    for event in events { take(event) }
    finish()
  }

  // MARK: Walking

  private mutating func take(_ event: PlainEvent) {
    let (row, time) = (event.row, event.time)
    counts[[event.source, event.id], default: 0] += 1
    if event.lost != .none {
      let since = cpus[row].losing.removeValue(forKey: event.stream) ?? time
      cpus[row].stretches.append(Stretch(doing: .lost, from: since, to: time))
      if case .some(let count) = event.lost {
        lost[row, default: (0, 0)].events += Int(count)
      } else {
        lost[row, default: (0, 0)].unknown += 1
      }
      cpus[row].floor = time
    }
    if cpus[row].pid != event.thread,
      ["ftrace:kernel_stack", "ftrace:user_stack"].contains(event.title)
    {
      // Of who has left already, as it stands behind the switch.
      cpus[row].eventTimes.append(time)
      if event.thread != 0 {
        tasks[find(event.thread, event.machine)].eventTimes.append(time)
      }
      if event.isBeforeLoss { loseEvents(on: row, event.stream, from: time) }
      return
    }
    if cpus[row].floor == nil { cpus[row].floor = time }
    if cpus[row].pid != event.thread {
      let moved = cpus[row].moved
      let before = cpus[row].task
      stop(row, at: moved?.pid == event.thread ? moved?.time ?? 0 : cpus[row].last)
      if let before, tasks[before].doing == nil, let wake = tasks[before].vainWake {
        // It had left, unseen.
        tasks[before].vainWake = nil
        self.wake(before, on: wake.row, wake.time)
      }
      begin(event.thread, on: row, at: time, event.machine, isSwitch: false)
    }
    cpus[row].last = time
    cpus[row].eventTimes.append(time)
    if let task = cpus[row].task { tasks[task].eventTimes.append(time) }
    follow(event)
    if event.isBeforeLoss { loseEvents(on: row, event.stream, from: time) }
  }

  private mutating func follow(_ event: PlainEvent) {
    let (row, time, machine) = (event.row, event.time, event.machine)
    func number(_ name: String) -> Int { event.numbers[name] ?? 0 }
    func pid(_ name: String) -> Int32 { Int32(truncatingIfNeeded: number(name)) }
    switch event.title {
    case "sched:sched_switch": switches(event)
    case "sched:sched_waking", "sched:sched_wakeup", "sched:sched_wakeup_new":
      let task = find(pid("pid"), machine)
      name(task, event.texts["comm"])
      wake(task, on: rows[[machine, number("target_cpu")]] ?? -1, time)
    case "sched:sched_process_fork":
      let task = bear(pid("child_pid"), machine, time)
      name(task, event.texts["child_comm"])
      tasks[task].parent = pid("parent_pid")
      if tasks[task].process == 0 { tasks[task].process = tasks[task].pid }
    case "task:task_newtask":
      let task = bear(pid("pid"), machine, time)
      name(task, event.texts["comm"])
      tasks[task].parent = event.thread
      if number("clone_flags") & 0x10000 == 0 {
        tasks[task].process = tasks[task].pid
      } else if let parent = cpus[row].task {
        let process = tasks[parent].process
        tasks[task].process = process == 0 ? event.thread : process
      }
    case "sched:sched_process_exit":
      tasks[find(pid("pid"), machine)].gone = time
    case "task:task_rename": name(find(pid("pid"), machine), event.texts["newcomm"])
    case "irq:irq_handler_entry": interruptBegins(row, isSoft: false, number("irq"), time)
    case "irq:irq_handler_exit": interruptEnds(row, isSoft: false, number("irq"), time)
    case "irq:softirq_entry": interruptBegins(row, isSoft: true, number("vec"), time)
    case "irq:softirq_exit": interruptEnds(row, isSoft: true, number("vec"), time)
    case "raw_syscalls:sys_enter":
      guard let task = cpus[row].task else { return }
      endCall(task, time)
      tasks[task].call = (number("id"), time)
      tasks[task].knowsCall = true
    case "raw_syscalls:sys_exit":
      guard let task = cpus[row].task else { return }
      endCall(task, time)
      tasks[task].knowsCall = true
    default: break
    }
  }

  private mutating func finish() {
    let end = duration + 1
    for row in cpus.indices {
      stop(row, at: cpus[row].moved?.time ?? end)
      for begun in cpus[row].open {
        cpus[row].stretches.append(
          Stretch(doing: begun.isSoft ? .soft : .hard, from: begun.since, to: end, of: begun.number)
        )
      }
    }
    for task in tasks.indices {
      leave(task, at: end)
      endCall(task, end)
    }
  }

  // MARK: Tasks

  private mutating func find(_ pid: Int32, _ machine: Int) -> Int {
    if let task = known[[machine, Int(pid)]] { return task }
    known[[machine, Int(pid)]] = tasks.count
    tasks.append(Task(pid: pid, machine: machine))
    return tasks.count - 1
  }

  private mutating func bear(_ pid: Int32, _ machine: Int, _ time: Int64) -> Int {
    if let task = known[[machine, Int(pid)]], tasks[task].born != nil, tasks[task].gone == nil,
      !tasks[task].hasRun
    {
      if tasks[task].doing == nil, !tasks[task].isDead {
        tasks[task].doing = .sleeping
        tasks[task].since = time
        tasks[task].row = -1
      }
      return task
    }
    known[[machine, Int(pid)]] = nil
    let task = find(pid, machine)
    tasks[task].born = time
    tasks[task].doing = .sleeping
    tasks[task].since = time
    tasks[task].knowsCall = true
    return task
  }

  private mutating func name(_ task: Int, _ name: String?) {
    if let name, tasks[task].names.last != name { tasks[task].names.append(name) }
  }

  /// Ends what a task does.
  private mutating func leave(_ task: Int, at time: Int64, isServed: Bool = false) {
    guard let doing = tasks[task].doing, doing != .running else { return }
    tasks[task].doing = nil
    tasks[task].stretches.append(
      Stretch(
        doing: doing, from: tasks[task].since, to: time,
        isServed: isServed && (doing == .woken || doing == .preempted)))
  }

  private mutating func endCall(_ task: Int, _ time: Int64) {
    guard let call = tasks[task].call else { return }
    tasks[task].call = nil
    tasks[task].stretches.append(
      Stretch(doing: .call, from: call.since, to: time, of: call.number))
  }

  private mutating func wake(_ task: Int, on row: Int, _ time: Int64) {
    if isScheduled, tasks[task].doing == .running, tasks[task].vainWake == nil {
      tasks[task].vainWake = (row, time)
    }
    guard isScheduled, !tasks[task].isDead, tasks[task].doing != .running,
      tasks[task].doing != .preempted
    else { return }
    tasks[task].row = row
    if tasks[task].doing == .woken {
      if row >= 0, !cpus[row].losing.isEmpty { leave(task, at: time) }
      return
    }
    leave(task, at: time)
    if row >= 0, !cpus[row].losing.isEmpty { return }
    tasks[task].doing = .woken
    tasks[task].since = time
  }

  // MARK: CPUs

  private mutating func begin(
    _ pid: Int32, on row: Int, at time: Int64, _ machine: Int, isSwitch: Bool
  ) {
    cpus[row].pid = pid
    cpus[row].since = time
    cpus[row].task = pid == 0 ? nil : find(pid, machine)
    guard let task = cpus[row].task else { return }
    let other = tasks[task].row
    if tasks[task].doing == .running, other != row, cpus[other].task == task {
      cpus[other].moved = (pid, time)
      cpus[other].pid = nil
    }
    leave(task, at: time, isServed: isSwitch)
    tasks[task].doing = .running
    tasks[task].isDead = false
    tasks[task].since = time
    tasks[task].row = row
    tasks[task].hasRun = true
    tasks[task].vainWake = nil
  }

  /// Nobody knows what a CPU does from some time on.
  private mutating func stop(_ row: Int, at time: Int64) {
    if let task = cpus[row].task {
      if isScheduled {
        cpus[row].stretches.append(
          Stretch(doing: .running, from: cpus[row].since, to: time, of: task))
        tasks[task].stretches.append(
          Stretch(doing: .running, from: cpus[row].since, to: time, of: row))
      }
      // Unless it turned up elsewhere.
      if tasks[task].doing == .running, tasks[task].row == row { tasks[task].doing = nil }
    }
    cpus[row].moved = nil
    cpus[row].pid = nil
    cpus[row].task = nil
  }

  private mutating func switches(_ event: PlainEvent) {
    let (row, time) = (event.row, event.time)
    let state = event.numbers["prev_state"] ?? 0
    let next = Int32(truncatingIfNeeded: event.numbers["next_pid"] ?? 0)
    cpus[row].open.removeAll { !$0.isSoft }
    cpus[row].knows.formUnion([false, true])
    let before = cpus[row].task
    stop(row, at: time)
    begin(next, on: row, at: time, event.machine, isSwitch: true)
    if let task = cpus[row].task { name(task, event.texts["next_comm"]) }
    guard let before else { return }
    tasks[before].since = time
    tasks[before].row = row
    if states[event.source].isRunnable(state) {
      tasks[before].doing = .preempted
    } else if state & 0x30 != 0 {
      tasks[before].isDead = true
      endCall(before, time)
    } else {
      tasks[before].doing = state & 2 != 0 ? .blocked : .sleeping
    }
  }

  private mutating func loseEvents(on row: Int, _ stream: Int, from time: Int64) {
    cpus[row].losing[stream] = time
    for begun in cpus[row].open {
      cpus[row].stretches.append(
        Stretch(doing: begun.isSoft ? .soft : .hard, from: begun.since, to: time, of: begun.number))
    }
    cpus[row].open = []
    cpus[row].knows = []
    stop(row, at: time)
    for task in tasks.indices where tasks[task].row == row && tasks[task].doing != .running {
      leave(task, at: time)
    }
  }

  private mutating func interruptBegins(_ row: Int, isSoft: Bool, _ number: Int, _ time: Int64) {
    // Where it went on already, its end was not recorded.
    cpus[row].open.removeAll { $0.isSoft == isSoft && $0.number == number }
    cpus[row].open.append((isSoft, number, time))
    cpus[row].knows.insert(isSoft)
  }

  private mutating func interruptEnds(_ row: Int, isSoft: Bool, _ number: Int, _ time: Int64) {
    defer { cpus[row].knows.insert(isSoft) }
    var since = cpus[row].knows.contains(isSoft) ? nil : cpus[row].floor
    if let place = cpus[row].open.lastIndex(where: { $0.isSoft == isSoft && $0.number == number }) {
      since = cpus[row].open.remove(at: place).since
    }
    guard let since else { return }
    cpus[row].stretches.append(
      Stretch(doing: isSoft ? .soft : .hard, from: since, to: time, of: number))
  }
}
