import ByteIO

/// Puts together what slices tell by themselves, one after the other: which task is which, and what
/// each did between the last event of one slice that told of it and the first of another.
struct SliceStitcher {
  private let cpuCount: Int
  private let shift: Int64
  /// By how many bits times are made smaller to fit.
  private let unit: Int64
  private var rows: [UInt64: Int] = [:]
  /// By number of the task; its row is behind those of the CPUs.
  private(set) var tasks: [TraceTask] = []
  private(set) var carried: [CarriedState] = []
  private var runs: [Bool] = []
  /// Those that run, wait for a CPU, or are blocked: what they do takes time in each slice.
  private var active = Set<Int>()
  private var extra: [SliceCounter.Counted] = []
  private var cpus: [CarriedCPU]
  private var crossings: [Band] = []

  /// A slice in its place.
  struct Stitched {
    var block: IndexBlock
    /// Of each task in the slice, by its number there.
    var numbers: [Int32]
    /// What tasks are in at its end, of those of which that is new.
    var changes: [(task: Int32, state: CarriedState)]
    /// Interrupts and losses that end in it, and began before it.
    var crossings: [Band]
  }

  init(cpuCount: Int, shift: Int) {
    self.cpuCount = cpuCount
    self.shift = Int64(shift)
    unit = Int64(max(0, shift - 31))
    cpus = [CarriedCPU](repeating: CarriedCPU(), count: cpuCount)
  }

  /// - Parameter isLast: what goes on ends with the trace.
  mutating func add(_ slice: SliceResult, isLast: Bool) -> Stitched {
    extra = []
    crossings = []
    let numbers = slice.tasks.map { Int32(number(of: $0, slice)) }
    var changes: [(task: Int32, state: CarriedState)] = []
    var mentioned = Set<Int>()
    for (index, task) in slice.tasks.enumerated() {
      let number = Int(numbers[index])
      // A number that was used again may have had two tasks in the slice.
      mentioned.insert(number)
      resolve(task, number, slice, numbers)
      tasks[number].running += task.ran
      changes.append((Int32(number), carried[number]))
    }
    for number in active.subtracting(mentioned).sorted() {
      let before = carried[number]
      goOn(number, slice)
      if carried[number].state != before.state { changes.append((Int32(number), carried[number])) }
    }
    if slice.cpus.contains(where: { !$0.losses.isEmpty }) {
      // Those that sleep may have run meanwhile, too.
      for number in carried.indices where carried[number].state == .sleeping {
        guard carried[number].cpu >= 0, !mentioned.contains(number),
          !slice.cpus[Int(carried[number].cpu)].losses.isEmpty
        else { continue }
        carried[number].state = .unknown
        changes.append((Int32(number), carried[number]))
      }
    }
    for number in mentioned { note(number) }
    for cpu in slice.cpus.indices { follow(cpu, slice, isLast: isLast) }
    return Stitched(
      block: block(slice, numbers), numbers: numbers, changes: changes, crossings: crossings)
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
    if task.hasRun { runs[found] = true }
    if task.born >= 0 { tasks[found].born = tasks[found].born ?? task.born }
    if task.gone >= 0 { tasks[found].gone = task.gone }
    if task.parent != 0 { tasks[found].parent = task.parent }
    if task.isThread == true {
      let parent = rows[UInt64(UInt32(bitPattern: task.parent)) | UInt64(task.machine) << 32]
      let process = parent.map { tasks[$0].process } ?? 0
      tasks[found].process = process != 0 ? process : task.parent
    } else if task.isThread == false || (task.born >= 0 && tasks[found].process == 0) {
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
    var before = carried[number]
    let isOnlyMentioned = task.isHeadOpen && task.now.state == .unknown
    // Who runs, or waits for a CPU, is not woken.
    let isVain =
      task.head == .woken && task.firstWaitEnded == .unseen
      && [.running, .preempted, .dead].contains(before.state)
      && (task.isInFirstWait || task.now.state == .unknown)
    if isOnlyMentioned || isVain {
      let call =
        task.knowsCall ? (task.now.call, task.now.callSince) : (before.call, before.callSince)
      goOn(number, slice)
      (carried[number].call, carried[number].callSince) = call
      return
    }
    if task.headEnd >= 0, before.cpu >= 0,
      let loss = slice.cpus[Int(before.cpu)].losses.first, loss < task.headEnd
    {
      went(number, before, slice.start, loss)
      if before.state != .dead { before.state = .unknown }
    }
    var now = task.now
    now.other = now.other.number(numbers).map { OtherTask(inTrace: $0) } ?? .none
    if task.headEnd >= 0 { close(task, number, before, slice, &now) }
    if task.born >= 0, now.state == .sleeping, before.state == .sleeping, now.since == task.born {
      now.since = before.since
    }
    if now.state == .dead {
      now.call = -1
    } else if !task.knowsCall, task.born < 0 {
      (now.call, now.callSince) = (before.call, before.callSince)
    }
    carried[number] = now
  }

  /// Tells what a task did from the slice's start up to where the slice knows it by itself.
  ///
  /// - Parameter now: what it does at the end of the slice, as the slice knows it.
  private mutating func close(
    _ task: SliceTask, _ number: Int, _ before: CarriedState, _ slice: SliceResult,
    _ now: inout CarriedState
  ) {
    var (end, how) = (task.headEnd, task.head)
    var before = before
    if task.head == .woken {
      let waitEnd = task.isInFirstWait ? slice.end : task.firstWaitEnd
      if [.sleeping, .blocked, .unknown].contains(before.state) {
        went(number, before, slice.start, task.headEnd)
        before = CarriedState(state: .woken, since: task.headEnd)
        wait(cpuCount + number, .woken, task.headEnd, waitEnd)
      } else {
        went(number, before, slice.start, waitEnd)
        if task.isInFirstWait {
          let cpu = now.cpu
          (now.state, now.since, now.other) = (before.state, before.since, before.other)
          now.cpu = before.state == .woken ? cpu : before.cpu
        }
      }
      if task.isInFirstWait { return }
      end = waitEnd
      how = task.firstWaitEnded == .served ? .served : .found
    } else {
      went(number, before, slice.start, end)
    }
    if how == .served, before.state.isRunnable {
      waited(cpuCount + number, end, end - before.since)
    }
    guard task.headCPU >= 0 else { return }
    if how == .found, before.state == .running, before.cpu == task.headCPU {
      if now.state == .running, now.since == end { now.since = before.since }
    } else if how == .found, task.headRan {
      began(number, on: Int(task.headCPU), end)
    }
  }

  /// What a task did for some time, as was known before.
  private mutating func went(_ number: Int, _ state: CarriedState, _ from: Int64, _ to: Int64) {
    if state.state == .running {
      ran(number, on: Int(state.cpu), from, to)
    } else {
      wait(cpuCount + number, state.state, from, to)
    }
  }

  /// A task goes on with what it did, through the whole slice or until events of its CPU are lost.
  private mutating func goOn(_ number: Int, _ slice: SliceResult) {
    let now = carried[number]
    guard now.cpu >= 0 else { return went(number, now, slice.start, slice.end) }
    let cpu = slice.cpus[Int(now.cpu)]
    went(number, now, slice.start, cpu.losses.first ?? slice.end)
    if !cpu.losses.isEmpty, now.state != .dead { carried[number].state = .unknown }
    note(number)
  }

  // MARK: Time that only shows when slices are put together

  private mutating func ran(_ number: Int, on cpu: Int, _ from: Int64, _ to: Int64) {
    guard to > from else { return }
    tasks[number].running += UInt64(to - from)
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

  /// A run began that the slice took for one from before.
  private mutating func began(_ number: Int, on cpu: Int, _ time: Int64) {
    var entry = IndexEntry(bucket: UInt32(truncatingIfNeeded: max(time, 0) >> shift))
    entry.switches = 1
    extra.append(SliceCounter.Counted(row: Int32(cpu), entry: entry))
    extra.append(SliceCounter.Counted(row: Int32(cpuCount + number), entry: entry))
  }

  private mutating func wait(
    _ row: Int, _ state: TaskState, _ from: Int64, _ to: Int64
  ) {
    switch state {
    case .woken, .preempted: pieces(row, from, to) { entry, time in entry.b = time }
    case .blocked: pieces(row, from, to) { entry, time in entry.c = time }
    case .unknown, .running, .sleeping, .dead: return
    }
  }

  /// A wait for a CPU ended.
  private mutating func waited(_ row: Int, _ time: Int64, _ latency: Int64) {
    guard latency > 0 else { return }
    var entry = IndexEntry(bucket: UInt32(truncatingIfNeeded: max(time, 0) >> shift))
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
      body(&entry, UInt32(truncatingIfNeeded: (end - from) >> unit))
      extra.append(SliceCounter.Counted(row: Int32(row), entry: entry))
      from = end
    }
  }

  // MARK: CPUs

  /// A CPU between slices.
  private struct CarriedCPU {
    /// Interrupts that go on.
    var open: [(line: SliceCPU.Line, since: Int64)] = []
    var knowsHard = false
    var knowsSoft = false
    /// From when on something is known; -1 before that.
    var floor: Int64 = -1
    /// Streams that lose events, and since when.
    var losing: [(stream: Int, since: Int64)] = []
  }

  /// Ends interrupts and losses that began in a slice before.
  private mutating func follow(_ cpu: Int, _ slice: SliceResult, isLast: Bool) {
    let now = slice.cpus[cpu]
    guard now.first >= 0 || !now.losses.isEmpty || isLast else { return }
    var carried = cpus[cpu]
    if carried.floor < 0 { carried.floor = now.first }
    for end in now.ends {
      if let place = carried.open.lastIndex(where: { $0.line == end.line }) {
        let since = carried.open.remove(at: place).since
        interrupted(cpu, end.line, carried.open, since, end.time)
      } else if end.isFirst, !(end.line.isSoft ? carried.knowsSoft : carried.knowsHard) {
        interrupted(cpu, end.line, carried.open, carried.floor, end.time)
      }
    }
    carried.open.removeAll {
      now.settled.contains($0.line) || (now.hasSwitched && !$0.line.isSoft)
    }
    if let loss = now.losses.first {
      for begun in carried.open { interrupted(cpu, begun.line, carried.open, begun.since, loss) }
      carried.open = []
      (carried.knowsHard, carried.knowsSoft) = (false, false)
    }
    carried.open += now.open
    carried.knowsHard = carried.knowsHard || now.knowsHard
    carried.knowsSoft = carried.knowsSoft || now.knowsSoft
    if now.floor >= 0 { carried.floor = now.floor }
    for (stream, time, count) in now.lossEnds {
      let place = carried.losing.firstIndex { $0.stream == stream }
      lost(cpu, place.map { carried.losing.remove(at: $0).since } ?? slice.start, time, count)
    }
    for (stream, since) in now.losing where !carried.losing.contains(where: { $0.stream == stream })
    {
      carried.losing.append((stream, since >= 0 ? since : slice.start))
    }
    if isLast {
      for begun in carried.open {
        interrupted(cpu, begun.line, carried.open, begun.since, slice.end)
      }
    }
    cpus[cpu] = carried
  }

  private mutating func interrupted(
    _ cpu: Int, _ line: SliceCPU.Line, _ others: [(line: SliceCPU.Line, since: Int64)],
    _ from: Int64, _ to: Int64
  ) {
    guard to > from else { return }
    let depth = others.count { $0.line.isSoft == line.isSoft && $0.since < from }
    crossings.append(Band(interrupt: line, on: cpu, depth: depth, from, to))
    guard depth == 0 else { return }
    pieces(cpu, from, to) { entry, time in
      if line.isSoft { entry.c = time } else { entry.b = time }
    }
  }

  private mutating func lost(_ cpu: Int, _ from: Int64, _ to: Int64, _ count: Int) {
    crossings.append(Band(lost: count, on: cpu, from, to))
    pieces(cpu, from, to) { entry, time in entry.unknown = time }
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

  /// Puts entries, from a place on, in the order of their buckets, each once.
  static func merge(_ entries: inout [IndexEntry], from start: Int) {
    let rest = entries[start...]
    guard zip(rest, rest.dropFirst()).contains(where: { $0.bucket >= $1.bucket }) else { return }
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
