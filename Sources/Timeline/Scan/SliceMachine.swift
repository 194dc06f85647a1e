import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Follows what every task and CPU does through the events of one slice, and tells a sink.
///
/// A slice is begun without knowing what was before, so that many can be walked over at once. What
/// that leaves open is in `tasks`: until when a task did what it did before the slice, and what it
/// does at the end. `SliceStitcher` puts that together, in the order of the slices. A sink that
/// knows more, as it walks over one slice again, says so when a task is met.
struct SliceMachine<Sink: StateSink & ~Copyable>: ~Copyable {
  let places: TracePlaces
  /// In ns since the trace's first event.
  let start: Int64
  let end: Int64
  /// Whether it is the trace's first: then CPUs are known from their first events on.
  let isFirst: Bool
  var sink: Sink
  private(set) var tasks: [SliceTask] = []
  private(set) var cpus: [SliceCPU]
  private var numbers = IntMap()

  init(
    _ places: TracePlaces, from start: Int64, to end: Int64, isFirst: Bool, _ sink: consuming Sink
  ) {
    self.places = places
    self.start = start
    self.end = end
    self.isFirst = isFirst
    self.sink = sink
    cpus = places.cpus.map { _ in SliceCPU() }
  }

  /// Events of one stream that follow each other.
  mutating func take(
    _ records: UnsafeBufferPointer<Record>, stream: Int, lost: LostEvents
  ) {
    let place = places.streams[stream]
    let cpu = place.cpu
    if lost != .none { gap(cpu, before: places.offset(records[0].time), lost) }
    for record in records {
      let bytes = record.bytes
      let (id, thread) = place.reader.head(of: bytes)
      let time = places.offset(record.time)
      let slot = place.reader.slot(ofID: id)
      if _slowPath(thread != cpus[cpu].pid) { runs(thread, on: cpu, at: time, place.machine) }
      cpus[cpu].last = time
      let current = cpus[cpu].task
      sink.event(cpu: cpu, task: current, time: time, source: place.source, id: id)
      if let slot {
        follow(place, slot, bytes, cpu: cpu, time)
      }
    }
  }

  /// Whether it is known that events are lost behind the last of a stream.
  mutating func losesBehind(stream: Int) {
    let cpu = places.streams[stream].cpu
    gap(cpu, before: end, .unknown)
    cpus[cpu].isLostAtEnd = true
  }

  /// Ends what goes on, at the slice's end.
  mutating func finish() {
    for cpu in cpus.indices {
      if cpus[cpu].pid != SliceCPU.nobody, places.isScheduled {
        sink.ran(cpu: cpu, task: cpus[cpu].task, from: cpus[cpu].since, to: end, isOpen: true)
      }
      closeInterrupts(cpu, at: end, isOpen: true)
    }
    for number in tasks.indices {
      let task = tasks[number].now
      if task.state != .running, task.state != .unknown, task.state != .dead {
        sink.was(
          task.state, task: number, cpu: Int(task.cpu), other: task.other, from: task.since,
          to: end, isEnd: false, isOpen: true)
      }
      if task.call >= 0 {
        sink.called(
          task: number, number: Int(task.call), from: task.callSince, to: end, isOpen: true)
      }
    }
  }

  // MARK: Events

  @inline(__always)
  private mutating func follow(
    _ place: TracePlaces.Stream, _ slot: Int, _ bytes: UnsafeRawBufferPointer, cpu: Int,
    _ time: Int64
  ) {
    let fields = place.reader.fields(of: slot)
    let order = place.reader.order
    @inline(__always) func number(_ field: Int) -> Int { fields[field].number(in: bytes, order) }
    @inline(__always) func pid(_ field: Int) -> Int32 { Int32(truncatingIfNeeded: number(field)) }
    func name(_ field: Int) -> ShortText { fields[field].shortText(in: bytes, order) }
    switch SchedulerEvent(rawValue: place.reader.number(of: slot)) {
    case .switched:
      switches(
        cpu, place.machine, from: pid(0), state: number(1), place.states, to: pid(2), name(3), time)
    case .waking, .wakeup, .wakeupNew:
      let task = task(pid(0), place.machine, time)
      call(task, name(1))
      wake(task, by: cpus[cpu].task, time)
    case .forked:
      let task = born(pid(0), place.machine, time)
      call(task, name(1))
      tasks[task].parent = pid(2)
    case .created:
      let task = born(pid(0), place.machine, time)
      call(task, name(1))
      // CLONE_THREAD of linux/sched.h: a thread of the process that made it.
      tasks[task].isThread = number(2) & 0x10000 != 0
      tasks[task].parent = cpus[cpu].pid
    case .exited:
      tasks[task(pid(0), place.machine, time)].gone = time
    case .executed: break
    case .renamed: call(task(pid(0), place.machine, time), name(1))
    case .interruptBegins:
      sink.named(interrupt: number(0), machine: place.machine, fields[1].text(in: bytes, order))
      cpus[cpu].interrupts.append(.init(isSoft: false, number: number(0), since: time))
    case .softInterruptBegins:
      cpus[cpu].interrupts.append(.init(isSoft: true, number: number(0), since: time))
    case .interruptEnds: interruptEnds(cpu, isSoft: false, number(0), time)
    case .softInterruptEnds: interruptEnds(cpu, isSoft: true, number(0), time)
    case .callBegins:
      let task = cpus[cpu].task
      guard task >= 0 else { return }
      tasks[task].now.call = Int32(clamping: number(0))
      tasks[task].now.callSince = time
      tasks[task].knowsCall = true
    case .callEnds:
      let task = cpus[cpu].task
      guard task >= 0 else { return }
      let now = tasks[task].now
      if now.call >= 0 || now.call == -2 {
        sink.called(
          task: task, number: now.call >= 0 ? Int(now.call) : number(0),
          from: now.call >= 0 ? now.callSince : floor(cpu), to: time, isOpen: false)
      }
      tasks[task].now.call = -1
      tasks[task].knowsCall = true
    case nil: break
    }
  }

  /// From when on something is known of a CPU in this slice.
  private func floor(_ cpu: Int) -> Int64 { cpus[cpu].floor }

  /// An event says that another thread runs than was known: the first event of the slice, or of what
  /// came behind a loss, or the switch was not recorded.
  private mutating func runs(_ pid: Int32, on cpu: Int, at time: Int64, _ machine: Int) {
    let isKnown = cpus[cpu].pid != SliceCPU.nobody
    if isKnown { stops(cpu, at: cpus[cpu].last) }
    var since = time
    if !isKnown, !cpus[cpu].isBehindLoss, !isFirst { since = start }
    if cpus[cpu].floor < 0 { cpus[cpu].floor = since }
    begins(pid, nil, on: cpu, since, machine, wasRunning: true)
  }

  /// What runs on a CPU ends, and nobody knows what it does from then on.
  private mutating func stops(_ cpu: Int, at time: Int64) {
    let task = cpus[cpu].task
    if places.isScheduled {
      sink.ran(
        cpu: cpu, task: task, from: cpus[cpu].since, to: max(time, cpus[cpu].since), isOpen: false)
    }
    if task >= 0 { tasks[task].now.state = .unknown }
    cpus[cpu].pid = SliceCPU.nobody
  }

  private mutating func begins(
    _ pid: Int32, _ name: ShortText?, on cpu: Int, _ time: Int64, _ machine: Int, wasRunning: Bool
  ) {
    cpus[cpu].pid = pid
    cpus[cpu].since = time
    guard pid != 0 else {
      cpus[cpu].task = -1
      return
    }
    let task = task(pid, machine, time)
    cpus[cpu].task = task
    if let name { call(task, name) }
    let now = tasks[task].now
    if wasRunning {
      if now.state == .running, Int(now.cpu) == cpu {
        // As was known from before the slice.
        cpus[cpu].since = now.since
        return
      }
      if tasks[task].headEnd == time, time == start {
        tasks[task].startsRunning = true
        tasks[task].headEnd = -1
      }
    } else if now.state != .running, now.state != .dead {
      if now.state == .unknown {
        if tasks[task].isHeadOpen {
          tasks[task].head = .run
          tasks[task].headEnd = time
        }
      } else {
        let isFirstWait = tasks[task].isInFirstWait
        sink.was(
          now.state, task: task, cpu: cpu, other: now.other, from: now.since, to: time,
          isEnd: now.state.isRunnable && !isFirstWait, isOpen: false)
        if isFirstWait { tasks[task].firstRun = time }
      }
    }
    tasks[task].isInFirstWait = false
    tasks[task].now.state = .running
    tasks[task].now.cpu = Int32(cpu)
    tasks[task].now.other = .none
    tasks[task].now.since = time
  }

  private mutating func switches(
    _ cpu: Int, _ machine: Int, from previous: Int32, state: Int, _ states: SwitchStates,
    to next: Int32, _ name: ShortText, _ time: Int64
  ) {
    if cpus[cpu].pid != previous { runs(previous, on: cpu, at: time, machine) }
    let task = cpus[cpu].task
    if places.isScheduled {
      sink.ran(cpu: cpu, task: task, from: cpus[cpu].since, to: time, isOpen: false)
    }
    begins(next, name, on: cpu, time, machine, wasRunning: false)
    guard task >= 0 else { return }
    tasks[task].startsRunning = false
    tasks[task].now.since = time
    tasks[task].now.cpu = Int32(cpu)
    tasks[task].now.other = .none
    if states.isRunnable(state) {
      tasks[task].now.state = .preempted
      tasks[task].now.other = OtherTask(inSlice: cpus[cpu].task)
    } else if state & 0x30 != 0 || tasks[task].gone >= 0 {
      // EXIT_DEAD and EXIT_ZOMBIE of linux/sched.h.
      tasks[task].now.state = .dead
      tasks[task].now.call = -1
    } else {
      tasks[task].now.state = state & 2 != 0 ? .blocked : .sleeping
    }
  }

  private mutating func wake(_ task: Int, by waker: Int, _ time: Int64) {
    let now = tasks[task].now
    switch now.state {
    case .running, .woken, .preempted, .dead: return
    case .unknown:
      if tasks[task].isHeadOpen {
        tasks[task].head = .woken
        tasks[task].headEnd = time
        tasks[task].isInFirstWait = true
        tasks[task].firstWake = time
      }
    case .blocked, .sleeping:
      sink.was(
        now.state, task: task, cpu: Int(now.cpu), other: now.other, from: now.since, to: time,
        isEnd: false, isOpen: false)
    }
    tasks[task].now.state = .woken
    tasks[task].now.other = OtherTask(inSlice: waker)
    tasks[task].now.since = time
  }

  private mutating func interruptEnds(_ cpu: Int, isSoft: Bool, _ number: Int, _ time: Int64) {
    let depth = cpus[cpu].interrupts.lastIndex { $0.isSoft == isSoft && $0.number == number }
    guard let depth else {
      guard cpus[cpu].interrupts.isEmpty else { return }
      return sink.interrupted(
        cpu: cpu, isSoft: isSoft, number: number, depth: 0, from: min(floor(cpu), time), to: time,
        isOpen: false)
    }
    let begun = cpus[cpu].interrupts[depth]
    let inner = cpus[cpu].interrupts[..<depth].count { $0.isSoft == isSoft }
    sink.interrupted(
      cpu: cpu, isSoft: isSoft, number: number, depth: inner, from: begun.since, to: time,
      isOpen: false)
    cpus[cpu].interrupts.removeSubrange(depth...)
  }

  private mutating func closeInterrupts(_ cpu: Int, at time: Int64, isOpen: Bool) {
    for (index, begun) in cpus[cpu].interrupts.enumerated() {
      let depth = cpus[cpu].interrupts[..<index].count { $0.isSoft == begun.isSoft }
      sink.interrupted(
        cpu: cpu, isSoft: begun.isSoft, number: begun.number, depth: depth, from: begun.since,
        to: time, isOpen: isOpen)
    }
    cpus[cpu].interrupts = []
  }

  /// Events were lost on a CPU: what happened there between the last event and a time is not known.
  private mutating func gap(_ cpu: Int, before time: Int64, _ lost: LostEvents) {
    let last = cpus[cpu].last >= 0 ? cpus[cpu].last : start
    closeInterrupts(cpu, at: last, isOpen: false)
    if cpus[cpu].pid != SliceCPU.nobody { stops(cpu, at: last) }
    var count = -1
    if case .some(let known) = lost { count = Int(clamping: known) }
    sink.lost(cpu: cpu, from: last, to: time, count: count)
    // Whoever waited for this CPU may have had it meanwhile.
    for number in tasks.indices where Int(tasks[number].now.cpu) == cpu {
      let now = tasks[number].now
      guard now.state != .unknown, now.state != .dead, now.state != .running else { continue }
      sink.was(
        now.state, task: number, cpu: cpu, other: now.other, from: now.since,
        to: max(now.since, last), isEnd: false, isOpen: false)
      tasks[number].now.state = .unknown
      tasks[number].isInFirstWait = false
    }
    cpus[cpu].isBehindLoss = true
    cpus[cpu].floor = time
    cpus[cpu].losses.append(last)
  }

  // MARK: Tasks

  /// The number of a task, which is met now if it was not before.
  private mutating func task(_ pid: Int32, _ machine: Int, _ time: Int64) -> Int {
    let known = numbers.value(of: Self.key(pid, machine))
    return known >= 0 ? Int(known) : meet(pid, machine, time, isBorn: false)
  }

  /// A task that has this number from now on.
  private mutating func born(_ pid: Int32, _ machine: Int, _ time: Int64) -> Int {
    let known = Int(numbers.value(of: Self.key(pid, machine)))
    // Two events tell of one birth.
    if known >= 0, tasks[known].born >= 0, tasks[known].gone < 0 { return known }
    return meet(pid, machine, time, isBorn: true)
  }

  private mutating func meet(_ pid: Int32, _ machine: Int, _ time: Int64, isBorn: Bool) -> Int {
    let number = tasks.count
    numbers.set(Self.key(pid, machine), Int32(truncatingIfNeeded: number))
    tasks.append(SliceTask(pid: pid, machine: machine))
    if isBorn {
      tasks[number].born = time
      tasks[number].now.state = .sleeping
      tasks[number].now.since = time
      tasks[number].now.call = -1
    } else {
      tasks[number].headEnd = time
    }
    if let known = sink.met(number, pid: pid, machine: machine), !isBorn {
      tasks[number].now = known
      tasks[number].headEnd = -1
    }
    return number
  }

  private static func key(_ pid: Int32, _ machine: Int) -> UInt64 {
    UInt64(UInt32(bitPattern: pid)) | UInt64(machine) << 32
  }

  @inline(__always) private mutating func call(_ task: Int, _ name: ShortText) {
    if tasks[task].names.last != name { tasks[task].names.append(name) }
  }
}
