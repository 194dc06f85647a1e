import ByteIO

/// Adds up, for the rows of one slice, what happens in each bucket of time.
struct SliceCounter: StateSink, ~Copyable {
  /// An entry and whose it is: the row of a CPU, or behind those the number of a task in the slice.
  struct Counted {
    var row: Int32
    var entry: IndexEntry
  }

  private let cpuCount: Int
  private let shift: Int64
  /// By how many bits times are made smaller to fit.
  private let unit: Int64
  private(set) var entries: [Counted] = []
  /// By row: where the entries are that were added to last, by events and by stretches of time.
  private var lastEvent: [Int32]
  private var lastTime: [Int32]
  private(set) var eventCount = 0
  /// By the buffer, and by the event's id.
  private(set) var idCounts: [[UInt32]]
  private(set) var losses: [(cpu: Int, count: Int)] = []
  private(set) var interrupts: [InterruptLine: [UInt8]] = [:]
  private var named = Set<InterruptLine>()
  private(set) var latestEvent: Int64 = 0

  init(cpuCount: Int, sourceCount: Int, shift: Int) {
    self.cpuCount = cpuCount
    self.shift = Int64(shift)
    unit = Int64(max(0, shift - 31))
    lastEvent = [Int32](repeating: -1, count: cpuCount)
    lastTime = lastEvent
    idCounts = [[UInt32]](repeating: [], count: sourceCount)
  }

  // MARK: What the machine tells

  mutating func met(_ task: Int, pid: Int32, machine: Int) -> CarriedState? {
    lastEvent.append(-1)
    lastTime.append(-1)
    return nil
  }

  mutating func event(cpu: Int, task: Int, time: Int64, source: Int, id: Int) {
    eventCount &+= 1
    if time > latestEvent { latestEvent = time }
    if _slowPath(id >= idCounts[source].count) {
      idCounts[source] += [UInt32](repeating: 0, count: id + 1 - idCounts[source].count)
    }
    idCounts[source][id] &+= 1
    let bucket = UInt32(truncatingIfNeeded: max(time, 0) >> shift)
    countEvent(cpu, bucket)
    if task >= 0 { countEvent(cpuCount &+ task, bucket) }
  }

  mutating func ran(cpu: Int, task: Int, from: Int64, to: Int64, begins: Bool, isOpen: Bool) {
    guard task >= 0, to > from else { return }
    add(cpu, from, to) { entry, time in
      entry.a &+= time
      if time > entry.stretch || entry.who == .max {
        entry.stretch = time
        // Numbers of tasks in the slice become rows when it is put behind the others.
        entry.who = UInt32(truncatingIfNeeded: task)
      }
    }
    add(cpuCount + task, from, to) { entry, time in
      entry.a &+= time
      if time > entry.stretch || entry.who == .max {
        entry.stretch = time
        entry.who = UInt32(truncatingIfNeeded: cpu)
      }
    }
    guard begins else { return }
    let bucket = UInt32(truncatingIfNeeded: max(from, 0) >> shift)
    withEntry(cpu, bucket) { $0.switches &+= 1 }
    withEntry(cpuCount + task, bucket) { $0.switches &+= 1 }
  }

  mutating func was(
    _ state: TaskState, task: Int, cpu: Int, other: OtherTask, from: Int64, to: Int64, isEnd: Bool,
    isOpen: Bool
  ) {
    wait(cpuCount + task, state, from, to, latency: isEnd ? to - from : nil)
  }

  mutating func interrupted(
    cpu: Int, isSoft: Bool, number: Int, depth: Int, from: Int64, to: Int64, isOpen: Bool
  ) {
    guard depth == 0 else { return }
    add(cpu, from, to) { entry, time in
      if isSoft { entry.c &+= time } else { entry.b &+= time }
    }
  }

  mutating func called(task: Int, number: Int, from: Int64, to: Int64, isOpen: Bool) {}

  mutating func lost(cpu: Int, from: Int64, to: Int64, count: Int) {
    losses.append((cpu, count))
    add(cpu, from, to) { entry, time in entry.unknown &+= time }
  }

  mutating func named(interrupt: Int, machine: Int, _ name: UnsafeRawBufferPointer) {
    let line = InterruptLine(machine: machine, number: interrupt)
    if named.insert(line).inserted { interrupts[line] = Array(name) }
  }

  // MARK: Entries

  /// Time in which a row's task waited.
  mutating func wait(
    _ row: Int, _ state: TaskState, _ from: Int64, _ to: Int64, latency: Int64?
  ) {
    switch state {
    case .woken, .preempted: add(row, from, to) { entry, time in entry.b &+= time }
    case .blocked: add(row, from, to) { entry, time in entry.c &+= time }
    case .unknown, .running, .sleeping, .dead: return
    }
    guard let latency, latency > 0 else { return }
    withEntry(row, UInt32(truncatingIfNeeded: max(to, 0) >> shift)) { entry in
      entry.latency = max(entry.latency, UInt32(clamping: latency))
    }
  }

  @inline(__always) private mutating func countEvent(_ row: Int, _ bucket: UInt32) {
    let last = Int(lastEvent[row])
    if _fastPath(last >= 0 && entries[last].entry.bucket == bucket) {
      entries[last].entry.events &+= 1
      return
    }
    lastEvent[row] = append(row, bucket)
    entries[Int(lastEvent[row])].entry.events = 1
  }

  @inline(__always) private mutating func append(_ row: Int, _ bucket: UInt32) -> Int32 {
    entries.append(
      Counted(row: Int32(truncatingIfNeeded: row), entry: IndexEntry(bucket: bucket)))
    return Int32(truncatingIfNeeded: entries.count &- 1)
  }

  @inline(__always) private mutating func withEntry(
    _ row: Int, _ bucket: UInt32, _ body: (inout IndexEntry) -> Void
  ) {
    var place = Int(lastTime[row])
    if place < 0 || entries[place].entry.bucket != bucket {
      // Most often it is where the row's last event was counted.
      place = Int(lastEvent[row])
      if place < 0 || entries[place].entry.bucket != bucket { place = Int(append(row, bucket)) }
      lastTime[row] = Int32(truncatingIfNeeded: place)
    }
    body(&entries[place].entry)
  }

  @inline(__always) private mutating func add(
    _ row: Int, _ from: Int64, _ to: Int64, _ body: (inout IndexEntry, UInt32) -> Void
  ) {
    var from = max(from, 0)
    while from < to {
      let bucket = from >> shift
      let end = min(to, (bucket + 1) << shift)
      let time = UInt32(truncatingIfNeeded: (end - from) >> unit)
      withEntry(row, UInt32(truncatingIfNeeded: bucket)) { body(&$0, time) }
      from = end
    }
  }

  /// The entries by row and bucket, each once.
  func sorted() -> [Counted] {
    Self.merged(entries)
  }

  static func merged(_ entries: [Counted]) -> [Counted] {
    var sorted = entries.sorted {
      $0.row != $1.row ? $0.row < $1.row : $0.entry.bucket < $1.entry.bucket
    }
    guard !sorted.isEmpty else { return [] }
    var last = 0
    for index in 1..<max(sorted.count, 1) {
      let next = sorted[index]
      if next.row == sorted[last].row, next.entry.bucket == sorted[last].entry.bucket {
        sorted[last].entry.add(next.entry)
      } else {
        last += 1
        sorted[last] = next
      }
    }
    sorted.removeSubrange((last + 1)...)
    return sorted
  }
}

/// An interrupt line of a machine.
struct InterruptLine: Hashable, Comparable {
  var machine: Int
  var number: Int

  static func < (a: InterruptLine, b: InterruptLine) -> Bool {
    (a.machine, a.number) < (b.machine, b.number)
  }
}
