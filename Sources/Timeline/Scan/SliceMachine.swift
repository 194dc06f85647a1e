import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Follows what every task and CPU does through the events of one slice, and tells a sink.
///
/// A slice is begun without knowing what was before, so that many can be walked over at once. What
/// that leaves open is in `tasks` and `cpus`: until when they did what they did before the slice,
/// and
/// what they do at its end. `SliceStitcher` puts that together, in the order of the slices. A sink
/// that knows more, as it walks over one slice again, says so when a task is met.
///
/// What holds for every walk, however the trace is cut: a state lasts until an event tells of
/// another.
/// A task runs as long as the events of its CPU say so: where the next is another's and no switch
/// was
/// seen, up to the last that was its own. From the last event before a loss on, nobody knows what
/// the CPU does, nor what tasks do that were there last or are to run there.
struct SliceMachine<Sink: StateSink & ~Copyable>: ~Copyable {
  let places: TracePlaces
  /// In ns since the trace's first event.
  let start: Int64
  let end: Int64
  var sink: Sink
  var tasks: [SliceTask] = []
  var cpus: [SliceCPU]
  var numbers = IntMap()

  init(_ places: TracePlaces, from start: Int64, to end: Int64, _ sink: consuming Sink) {
    self.places = places
    self.start = start
    self.end = end
    self.sink = sink
    cpus = places.cpus.map { _ in SliceCPU() }
  }

  /// Events of one stream that follow each other.
  mutating func take(
    _ records: UnsafeBufferPointer<Record>, stream: Int, lost: LostEvents
  ) {
    let place = places.streams[stream]
    let cpu = place.cpu
    if _slowPath(lost != .none) {
      lossEnds(stream: stream, at: places.offset(records[0].time), lost)
    }
    for record in records {
      let bytes = record.bytes
      let (id, thread) = place.reader.head(of: bytes)
      let time = places.offset(record.time)
      let slot = place.reader.slot(ofID: id)
      if _slowPath(thread != cpus[cpu].pid) {
        if place.isStack(id) {
          takeStack(of: thread, id, place, at: time)
          continue
        }
        runs(thread, on: cpu, at: time, place.machine)
      }
      cpus[cpu].last = time
      let current = cpus[cpu].task
      sink.event(cpu: cpu, task: current, time: time, source: place.source, id: id)
      if let slot {
        follow(place, slot, bytes, cpu: cpu, time)
      }
    }
  }

  /// A stack of a thread that is not the one that is known to run.
  private mutating func takeStack(
    of thread: Int32, _ id: Int, _ place: TracePlaces.Stream, at time: Int64
  ) {
    let task = thread == 0 ? -1 : task(thread, place.machine, time)
    sink.event(cpu: place.cpu, task: task, time: time, source: place.source, id: id)
  }

  // MARK: The end

  /// Whether it matters who makes the next event on a CPU, behind the slice.
  func isOpen(_ cpu: Int) -> Bool {
    places.isScheduled && cpus[cpu].task >= 0
  }

  /// Ends what goes on, at the slice's end.
  ///
  /// - Parameter next: by CPU, the thread that makes the next event; nil where there is none.
  mutating func finish(next: [Int32?]) {
    for cpu in cpus.indices where isOpen(cpu) {
      if cpus[cpu].moved == nil, next[cpu].map({ $0 == cpus[cpu].pid }) ?? true {
        ran(cpu, to: end, isOpen: true)
      } else {
        stops(cpu, at: max(cpus[cpu].last, start), next: next[cpu] ?? cpus[cpu].moved?.pid)
      }
    }
    if !places.isScheduled {
      for number in tasks.indices where tasks[number].now.state == .running {
        tasks[number].now.state = .unknown
      }
    }
    for number in tasks.indices {
      let task = tasks[number].now
      switch task.state {
      case .unknown, .dead: break
      case .running:
        // Known from before the slice, and its CPU is silent.
        let cpu = Int(task.cpu)
        guard cpus[cpu].task != number else { break }
        sink.ran(cpu: cpu, task: number, from: task.since, to: end, begins: false, isOpen: true)
      case .woken, .preempted, .blocked, .sleeping:
        guard !tasks[number].isInFirstWait else { break }
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
      wake(task, by: cpus[cpu].task, on: places.row(of: number(2), like: cpu), time)
    case .forked:
      let task = born(pid(0), place.machine, time)
      call(task, name(1))
      tasks[task].parent = pid(2)
    case .created:
      let task = born(pid(0), place.machine, time)
      call(task, name(1))
      // CLONE_THREAD of linux/sched.h: a thread of the process that made it.
      tasks[task].isThread = .some(number(2) & 0x10000 != 0)
      tasks[task].parent = cpus[cpu].pid
    case .exited:
      tasks[task(pid(0), place.machine, time)].gone = time
    case .renamed: call(task(pid(0), place.machine, time), name(1))
    case .interruptBegins:
      sink.named(interrupt: number(0), machine: place.machine, fields[1].text(in: bytes, order))
      cpus[cpu].begins(.init(isSoft: false, number: number(0)), time)
    case .softInterruptBegins: cpus[cpu].begins(.init(isSoft: true, number: number(0)), time)
    case .interruptEnds: interruptEnds(cpu, .init(isSoft: false, number: number(0)), time)
    case .softInterruptEnds: interruptEnds(cpu, .init(isSoft: true, number: number(0)), time)
    case .callBegins:
      let task = cpus[cpu].task
      guard task >= 0 else { return }
      callEnds(task, time)
      tasks[task].now.call = Int32(clamping: number(0))
      tasks[task].now.callSince = time
      tasks[task].knowsCall = true
    case .callEnds:
      let task = cpus[cpu].task
      guard task >= 0 else { return }
      callEnds(task, time)
      tasks[task].now.call = -1
      tasks[task].knowsCall = true
    case nil: break
    }
  }

  /// A task is in its system call no longer, if it was in one.
  private mutating func callEnds(_ task: Int, _ time: Int64) {
    let now = tasks[task].now
    guard now.call >= 0 else { return }
    sink.called(task: task, number: Int(now.call), from: now.callSince, to: time, isOpen: false)
  }

  /// An event says that another thread runs than was known: the first event of the slice, or of
  /// what came behind a loss, or the switch was not recorded.
  private mutating func runs(_ pid: Int32, on cpu: Int, at time: Int64, _ machine: Int) {
    stops(cpu, at: cpus[cpu].last, next: pid)
    if cpus[cpu].first < 0 { cpus[cpu].first = time }
    begins(pid, nil, on: cpu, time, machine, isSwitch: false)
  }

  /// What runs on a CPU ends, and nobody knows what it does from then on.
  ///
  /// - Parameter next: who is found there next, if that is known.
  mutating func stops(_ cpu: Int, at time: Int64, next: Int32? = nil) {
    let task = cpus[cpu].task
    var end = time
    // It turned up on another CPU. As it is here again later, it was here up to then.
    if let moved = cpus[cpu].moved, moved.pid == next { end = moved.time }
    cpus[cpu].moved = nil
    ran(cpu, to: max(end, cpus[cpu].since), isOpen: false)
    if task >= 0, tasks[task].now.state == .running, Int(tasks[task].now.cpu) == cpu {
      tasks[task].now.state = .unknown
      // It had left, unseen, so that wake told something.
      if next != nil, let (waker, row, time) = tasks[task].vainWake {
        tasks[task].vainWake = nil
        wake(task, by: waker, on: row, time)
      }
    }
    cpus[cpu].pid = SliceCPU.nobody
    cpus[cpu].task = -1
  }

  /// Tells of what ran on a CPU.
  private mutating func ran(_ cpu: Int, to time: Int64, isOpen: Bool) {
    let (task, since) = (cpus[cpu].task, cpus[cpu].since)
    guard places.isScheduled, task >= 0 else { return }
    if cpus[cpu].isHead, time > since { tasks[task].headRan = true }
    tasks[task].ran += UInt64(max(time - since, 0))
    sink.ran(
      cpu: cpu, task: task, from: since, to: time, begins: !cpus[cpu].isHead, isOpen: isOpen)
  }

  private mutating func begins(
    _ pid: Int32, _ name: ShortText?, on cpu: Int, _ time: Int64, _ machine: Int, isSwitch: Bool
  ) {
    cpus[cpu].pid = pid
    cpus[cpu].since = time
    cpus[cpu].isHead = false
    guard pid != 0 else {
      cpus[cpu].task = -1
      return
    }
    let task = task(pid, machine, time)
    cpus[cpu].task = task
    if let name { call(task, name) }
    tasks[task].hasRun = true
    tasks[task].vainWake = nil
    let now = tasks[task].now
    switch now.state {
    case .running:
      let other = Int(now.cpu)
      if other == cpu {
        // As was known from before the slice.
        if !isSwitch {
          cpus[cpu].since = now.since
          return
        }
      } else if cpus[other].task == task {
        cpus[other].moved = (pid, time)
        cpus[other].pid = SliceCPU.nobody
      } else {
        sink.ran(
          cpu: other, task: task, from: now.since, to: time, begins: false, isOpen: false)
      }
    case .unknown:
      if tasks[task].isHeadOpen {
        tasks[task].head = isSwitch ? .served : .found
        tasks[task].headEnd = time
        tasks[task].headCPU = Int32(cpu)
        cpus[cpu].isHead = !isSwitch
      }
    case .dead: break
    case .woken, .preempted, .blocked, .sleeping:
      if tasks[task].isInFirstWait {
        endFirstWait(task, at: time, isSwitch ? .served : .found)
        tasks[task].headCPU = Int32(cpu)
        cpus[cpu].isHead = !isSwitch
      } else {
        sink.was(
          now.state, task: task, cpu: cpu, other: now.other, from: now.since, to: time,
          isEnd: isSwitch && now.state.isRunnable, isOpen: false)
      }
    }
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
    ran(cpu, to: max(time, cpus[cpu].since), isOpen: false)
    cpus[cpu].switches()
    begins(next, name, on: cpu, time, machine, isSwitch: true)
    guard task >= 0 else { return }
    tasks[task].now.since = time
    tasks[task].now.cpu = Int32(cpu)
    tasks[task].now.other = .none
    if states.isRunnable(state) {
      tasks[task].now.state = .preempted
      tasks[task].now.other = OtherTask(inSlice: cpus[cpu].task)
    } else if states.isDead(state) {
      tasks[task].now.state = .dead
      callEnds(task, time)
      tasks[task].now.call = -1
    } else {
      tasks[task].now.state = state & 2 != 0 ? .blocked : .sleeping
    }
  }

  /// - Parameter cpu: the row of the CPU that it is to run on; -1 where nobody knows.
  private mutating func wake(_ task: Int, by waker: Int, on cpu: Int, _ time: Int64) {
    // Without switches nobody knows how long it waits.
    guard places.isScheduled else { return }
    let now = tasks[task].now
    // Where events are lost, it may have run at once.
    let isUnseen = cpu >= 0 && cpus[cpu].isLosing
    switch now.state {
    case .preempted, .dead: return
    case .running:
      if tasks[task].vainWake == nil { tasks[task].vainWake = (waker, cpu, time) }
      return
    case .woken:
      tasks[task].now.cpu = Int32(cpu)
      if isUnseen { forget(task, at: time) }
      return
    case .unknown:
      if tasks[task].isHeadOpen {
        tasks[task].head = .woken
        tasks[task].headEnd = time
        tasks[task].isInFirstWait = true
      }
    case .blocked, .sleeping:
      sink.was(
        now.state, task: task, cpu: Int(now.cpu), other: now.other, from: now.since, to: time,
        isEnd: false, isOpen: false)
    }
    tasks[task].now.state = .woken
    tasks[task].now.cpu = Int32(cpu)
    tasks[task].now.other = OtherTask(inSlice: waker)
    tasks[task].now.since = time
    if isUnseen { forget(task, at: time) }
  }

  mutating func endFirstWait(_ task: Int, at time: Int64, _ end: SliceTask.WaitEnd) {
    tasks[task].isInFirstWait = false
    tasks[task].firstWaitEnd = time
    tasks[task].firstWaitEnded = end
  }

  /// From a time on nobody knows what a task does that does not run.
  mutating func forget(_ task: Int, at time: Int64) {
    let now = tasks[task].now
    if tasks[task].isInFirstWait {
      endFirstWait(task, at: time, .unseen)
    } else {
      sink.was(
        now.state, task: task, cpu: Int(now.cpu), other: now.other, from: now.since,
        to: max(now.since, time), isEnd: false, isOpen: false)
    }
    tasks[task].now.state = .unknown
  }
}
