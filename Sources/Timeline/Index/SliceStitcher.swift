import ByteIO

/// Puts together what slices tell by themselves, one after the other: which task is which, and what
/// each did between the last event of one slice that told of it and the first of another.
struct SliceStitcher {
  private let cpuCount: Int
  private let shift: Int64
  private var rows: [UInt64: Int] = [:]
  /// By number of the task; its row is behind those of the CPUs.
  private(set) var tasks: [TraceTask] = []
  private(set) var carried: [CarriedState] = []
  private var runs: [Bool] = []
  /// Those that run, wait for a CPU, or are blocked: what they do takes time in each slice.
  private var active = Set<Int>()
  private var extra: [SliceCounter.Counted] = []

  /// A slice in its place.
  struct Stitched {
    var block: IndexBlock
    /// Of each task in the slice, by its number there.
    var numbers: [Int32]
    /// What tasks are in at its end, of those of which that is new.
    var changes: [(task: Int32, state: CarriedState)]
  }

  init(cpuCount: Int, shift: Int) {
    self.cpuCount = cpuCount
    self.shift = Int64(shift)
  }

  mutating func add(_ slice: SliceResult) -> Stitched {
    extra = []
    let numbers = slice.tasks.map { Int32(number(of: $0, slice)) }
    var changes: [(task: Int32, state: CarriedState)] = []
    var mentioned = Set<Int>()
    for (index, task) in slice.tasks.enumerated() {
      let number = Int(numbers[index])
      // A number that was used again may have had two tasks in the slice.
      mentioned.insert(number)
      resolve(task, number, slice, numbers)
      changes.append((Int32(number), carried[number]))
    }
    for number in active.subtracting(mentioned).sorted() {
      let before = carried[number]
      goOn(number, slice)
      if carried[number].state != before.state { changes.append((Int32(number), carried[number])) }
    }
    for number in mentioned { note(number) }
    return Stitched(
      block: block(slice, numbers), numbers: numbers, changes: changes)
  }

  private mutating func note(_ number: Int) {
    switch carried[number].state {
    case .running, .woken, .preempted, .blocked: active.insert(number)
    case .unknown, .sleeping, .dead: active.remove(number)
    }
  }

  // MARK: Which task is which

  private mutating func number(of task: SliceTask, _ slice: SliceResult) -> Int {
    let key = UInt64(UInt32(bitPattern: task.pid)) | UInt64(task.machine) << 32
    var number = rows[key]
    if task.born >= 0, let known = number,
      tasks[known].born == nil || tasks[known].gone != nil || runs[known]
    {
      number = nil
    }
    let found = number ?? tasks.count
    if number == nil {
      tasks.append(TraceTask(pid: task.pid, machine: task.machine))
      carried.append(CarriedState())
      runs.append(false)
      rows[key] = found
    }
    if task.born >= 0 { tasks[found].born = tasks[found].born ?? task.born }
    if task.gone >= 0 { tasks[found].gone = task.gone }
    if task.parent != 0 { tasks[found].parent = task.parent }
    if task.isThread,
      let parent = rows[UInt64(UInt32(bitPattern: task.parent)) | UInt64(task.machine) << 32]
    {
      tasks[found].process = tasks[parent].process != 0 ? tasks[parent].process : task.parent
    } else if task.born >= 0, tasks[found].process == 0, !task.isThread {
      tasks[found].process = task.pid
    }
    for name in task.names {
      let text = String(decoding: name.bytes, as: UTF8.self)
      if tasks[found].names.last != text, tasks[found].names.count < 64 {
        tasks[found].names.append(text)
      }
    }
    return found
  }

  // MARK: What was open

  private mutating func resolve(
    _ task: SliceTask, _ number: Int, _ slice: SliceResult, _ numbers: [Int32]
  ) {
    let before = carried[number]
    let row = cpuCount + number
    if task.isHeadOpen, task.now.state == .unknown {
      // Nothing was said of what it does.
      let call =
        task.knowsCall ? (task.now.call, task.now.callSince) : (before.call, before.callSince)
      goOn(number, slice)
      (carried[number].call, carried[number].callSince) = call
      return
    }
    if task.headEnd >= 0 {
      let isEnd = task.head == .run && before.state.isRunnable
      wait(row, before.state, slice.start, task.headEnd, isEnd ? task.headEnd - before.since : nil)
    }
    if task.firstRun >= 0 {
      let since = before.state.isRunnable ? before.since : task.firstWake
      wait(row, .woken, task.firstRun, task.firstRun, task.firstRun - since)
    }
    var now = task.now
    now.other = now.other.number(numbers).map { OtherTask(inTrace: $0) } ?? .none
    if task.isInFirstWait, before.state.isRunnable {
      (now.state, now.since, now.other) = (before.state, before.since, before.other)
    }
    if task.startsRunning, before.state == .running, before.cpu == now.cpu {
      now.since = before.since
    }
    if !task.knowsCall, task.born < 0 {
      (now.call, now.callSince) = (before.call, before.callSince)
    }
    if now.state == .running { runs[number] = true }
    carried[number] = now
  }

  /// A task goes on with what it did, through the whole slice or until events of its CPU are lost.
  private mutating func goOn(_ number: Int, _ slice: SliceResult) {
    let now = carried[number]
    guard now.cpu >= 0 else {
      return wait(cpuCount + number, now.state, slice.start, slice.end, nil)
    }
    let cpu = slice.cpus[Int(now.cpu)]
    let end = cpu.losses.first ?? slice.end
    if now.state == .running {
      // Somebody else runs there: its end was not recorded.
      let isOver = cpu.floor >= 0 && cpu.losses.isEmpty
      if !isOver { ran(number, on: Int(now.cpu), slice.start, end) }
      if isOver || !cpu.losses.isEmpty { carried[number].state = .unknown }
    } else {
      wait(cpuCount + number, now.state, slice.start, end, nil)
      if !cpu.losses.isEmpty { carried[number].state = .unknown }
    }
    note(number)
  }

  // MARK: Time that only shows when slices are put together

  private mutating func ran(_ number: Int, on cpu: Int, _ from: Int64, _ to: Int64) {
    pieces(cpu, from, to) { entry, time in
      entry.a = time
      entry.stretch = time
      entry.who = UInt32(number)
    }
    pieces(cpuCount + number, from, to) { entry, time in
      entry.a = time
      entry.stretch = time
      entry.who = UInt32(cpu)
    }
  }

  private mutating func wait(
    _ row: Int, _ state: TaskState, _ from: Int64, _ to: Int64, _ latency: Int64?
  ) {
    switch state {
    case .woken, .preempted: pieces(row, from, to) { entry, time in entry.b = time }
    case .blocked: pieces(row, from, to) { entry, time in entry.c = time }
    case .unknown, .running, .sleeping, .dead: return
    }
    guard let latency, latency > 0 else { return }
    var entry = IndexEntry(bucket: UInt32(truncatingIfNeeded: max(to, 0) >> shift))
    entry.latency = UInt32(clamping: latency)
    extra.append(SliceCounter.Counted(row: Int32(row), entry: entry))
  }

  private mutating func pieces(
    _ row: Int, _ from: Int64, _ to: Int64, _ body: (inout IndexEntry, UInt32) -> Void
  ) {
    var from = max(from, 0)
    while from < to {
      let bucket = from >> shift
      let end = min(to, (bucket + 1) << shift)
      var entry = IndexEntry(bucket: UInt32(truncatingIfNeeded: bucket))
      body(&entry, UInt32(truncatingIfNeeded: end - from))
      extra.append(SliceCounter.Counted(row: Int32(row), entry: entry))
      from = end
    }
  }

  // MARK: The block

  private mutating func block(_ slice: SliceResult, _ numbers: [Int32]) -> IndexBlock {
    /// Where the entries of a row are, in the slice's list or in the additions.
    struct Range {
      var row: Int
      var isExtra: Bool
      var bounds: Swift.Range<Int>
    }
    let counted = slice.counted
    let additions = SliceCounter.merged(extra)
    var ranges: [Range] = []
    func split(_ list: [SliceCounter.Counted], isExtra: Bool, _ row: (Int) -> Int) {
      var start = 0
      while start < list.count {
        var end = start + 1
        while end < list.count, list[end].row == list[start].row { end += 1 }
        ranges.append(
          Range(row: row(Int(list[start].row)), isExtra: isExtra, bounds: start..<end))
        start = end
      }
    }
    split(counted, isExtra: false) { $0 < cpuCount ? $0 : cpuCount + Int(numbers[$0 - cpuCount]) }
    split(additions, isExtra: true) { $0 }
    ranges.sort { $0.row < $1.row }

    var parts: [IndexBlock.Part] = []
    var entries: [IndexEntry] = []
    entries.reserveCapacity(counted.count + additions.count)
    var index = 0
    while index < ranges.count {
      let row = ranges[index].row
      let start = entries.count
      var next = index
      while next < ranges.count, ranges[next].row == row {
        let range = ranges[next]
        for place in range.bounds {
          var entry = range.isExtra ? additions[place].entry : counted[place].entry
          if row < cpuCount, entry.who != .max {
            // Whose row that is: of the slice's own tasks the number is not yet the row's.
            let number = range.isExtra ? Int(entry.who) : Int(numbers[Int(entry.who)])
            entry.who = UInt32(cpuCount + number)
          }
          entries.append(entry)
        }
        next += 1
      }
      if next > index + 1 { Self.merge(&entries, from: start) }
      if row >= cpuCount {
        for entry in entries[start...] {
          tasks[row - cpuCount].running += UInt64(entry.a)
          tasks[row - cpuCount].eventCount += Int(entry.events)
        }
      }
      parts.append(
        IndexBlock.Part(
          row: UInt32(row), start: UInt32(start), count: UInt32(entries.count - start)))
      index = next
    }
    return IndexBlock(parts: parts, entries: entries)
  }

  private static func merge(_ entries: inout [IndexEntry], from start: Int) {
    entries[start...].sort { $0.bucket < $1.bucket }
    var last = start
    for index in entries.indices[(start + 1)...] {
      if entries[index].bucket == entries[last].bucket {
        let other = entries[index]
        entries[last].add(other)
      } else {
        last += 1
        entries[last] = entries[index]
      }
    }
    entries.removeSubrange((last + 1)...)
  }
}
