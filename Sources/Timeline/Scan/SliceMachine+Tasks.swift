import ByteIO

extension SliceMachine where Sink: ~Copyable {
  // MARK: Tasks

  /// The number of a task, which is met now if it was not before.
  mutating func task(_ pid: Int32, _ machine: Int, _ time: Int64) -> Int {
    let known = numbers.value(of: Self.key(pid, machine))
    return known >= 0 ? Int(known) : meet(pid, machine, time, isBorn: false)
  }

  /// A task that has this number from now on.
  mutating func born(_ pid: Int32, _ machine: Int, _ time: Int64) -> Int {
    let known = Int(numbers.value(of: Self.key(pid, machine)))
    // Two events tell of one birth.
    if known >= 0, tasks[known].born >= 0, tasks[known].gone < 0, !tasks[known].hasRun {
      if tasks[known].now.state == .unknown {
        tasks[known].now.state = .sleeping
        tasks[known].now.since = time
        tasks[known].now.cpu = -1
      }
      return known
    }
    return meet(pid, machine, time, isBorn: true)
  }

  mutating func meet(_ pid: Int32, _ machine: Int, _ time: Int64, isBorn: Bool) -> Int {
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
    if let known = sink.met(number, pid: pid, machine: machine),
      !isBorn || known.state != .unknown
    {
      // One that is born may have been told of just before the slice.
      tasks[number].now = known
      tasks[number].headEnd = -1
      if known.cpu >= 0, let loss = cpus[Int(known.cpu)].losses.first { lose(number, from: loss) }
    }
    return number
  }

  static func key(_ pid: Int32, _ machine: Int) -> UInt64 {
    UInt64(UInt32(bitPattern: pid)) | UInt64(machine) << 32
  }

  @inline(__always) mutating func call(_ task: Int, _ name: ShortText) {
    if tasks[task].names.last != name { tasks[task].names.append(name) }
  }
}
