import RingBuffer

extension SliceMachine where Sink: ~Copyable {
  // MARK: Interrupts

  mutating func interruptEnds(_ cpu: Int, _ line: SliceCPU.Line, _ time: Int64) {
    guard let begun = cpus[cpu].ends(line, time) else { return }
    sink.interrupted(
      cpu: cpu, isSoft: line.isSoft, number: line.number,
      depth: cpus[cpu].depth(line, begunAt: begun), from: begun, to: time, isOpen: false)
  }

  // MARK: Losses

  /// Events of a stream are lost from its last event on, or were being lost when the slice began.
  mutating func lossBegins(stream: Int) {
    let cpu = places.streams[stream].cpu
    let time = cpus[cpu].last >= 0 ? cpus[cpu].last : start
    for begun in cpus[cpu].open {
      sink.interrupted(
        cpu: cpu, isSoft: begun.line.isSoft, number: begun.line.number,
        depth: cpus[cpu].depth(begun.line, begunAt: begun.since), from: begun.since, to: time,
        isOpen: false)
    }
    stops(cpu, at: time)
    for number in tasks.indices where Int(tasks[number].now.cpu) == cpu {
      lose(number, from: time)
    }
    cpus[cpu].lossBegins(stream: stream, at: time)
  }

  /// Events are lost on the CPU of a task.
  mutating func lose(_ task: Int, from time: Int64) {
    switch tasks[task].now.state {
    case .unknown, .dead: break
    case .woken, .preempted, .blocked, .sleeping: forget(task, at: time)
    case .running:
      // Known from before the slice, and its CPU told nothing yet.
      let now = tasks[task].now
      sink.ran(
        cpu: Int(now.cpu), task: task, from: now.since, to: time, begins: false, isOpen: false)
      tasks[task].now.state = .unknown
    }
  }

  mutating func lossEnds(stream: Int, at time: Int64, _ lost: LostEvents) {
    let cpu = places.streams[stream].cpu
    // Behind a page that is empty, or cannot be read.
    if !cpus[cpu].isLosing(stream) { lossBegins(stream: stream) }
    var count = -1
    if case .some(let known) = lost { count = Int(clamping: known) }
    if let since = cpus[cpu].lossEnds(stream: stream, at: time, count: count) {
      sink.lost(cpu: cpu, from: since, to: time, count: count)
    }
  }
}
