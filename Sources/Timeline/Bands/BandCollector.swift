/// Takes in, of one slice, what goes on in each row exactly.
struct BandCollector: StateSink, ~Copyable {
  private let cpuCount: Int
  private let firstEvent: Int
  /// By number of the task in the slice.
  private let numbers: [Int32]
  /// By number of the task: what it did when the slice began.
  private let carried: [CarriedState]
  private(set) var bands: [Band] = []
  private(set) var ticks: [Tick] = []

  init(cpuCount: Int, slice: TraceIndex.Slice, carried: [CarriedState]) {
    self.cpuCount = cpuCount
    firstEvent = slice.firstEvent
    numbers = slice.numbers
    self.carried = carried
    ticks.reserveCapacity(slice.eventCount)
  }

  /// A task's row; none where the file is not what it was.
  private func row(_ task: Int) -> UInt32 {
    task >= 0 && task < numbers.count ? UInt32(cpuCount) + UInt32(numbers[task]) : .max
  }

  private func detail(_ other: OtherTask) -> Int32 {
    other.number(numbers).map { Int32(cpuCount + $0) } ?? -1
  }

  mutating func met(_ task: Int, pid: Int32, machine: Int) -> CarriedState? {
    guard task < numbers.count, Int(numbers[task]) < carried.count else { return CarriedState() }
    return carried[Int(numbers[task])]
  }

  mutating func event(cpu: Int, task: Int, time: Int64, source: Int, id: Int) {
    ticks.append(
      Tick(
        time: time, index: firstEvent + ticks.count, cpu: UInt32(cpu), task: row(task),
        source: UInt16(truncatingIfNeeded: source), id: UInt16(truncatingIfNeeded: id)))
  }

  mutating func ran(cpu: Int, task: Int, from: Int64, to: Int64, begins: Bool, isOpen: Bool) {
    guard task >= 0, to > from || isOpen else { return }
    let row = row(task)
    add(
      Band(row: UInt32(cpu), kind: .running, start: from, end: to, detail: Int32(bitPattern: row)),
      isOpen)
    add(Band(row: row, kind: .running, start: from, end: to, detail: Int32(cpu)), isOpen)
  }

  mutating func was(
    _ state: TaskState, task: Int, cpu: Int, other: OtherTask, from: Int64, to: Int64, isEnd: Bool,
    isOpen: Bool
  ) {
    guard to > from || isOpen, let kind = Self.kind(of: state) else { return }
    let detail = kind == .woken || kind == .preempted ? detail(other) : -1
    var band = Band(row: row(task), kind: kind, start: from, end: to, detail: detail)
    band.isServed = isEnd
    add(band, isOpen)
  }

  static func kind(of state: TaskState) -> Band.Kind? {
    switch state {
    case .woken: .woken
    case .preempted: .preempted
    case .blocked: .blocked
    case .sleeping: .sleeping
    case .unknown, .running, .dead: nil
    }
  }

  mutating func interrupted(
    cpu: Int, isSoft: Bool, number: Int, depth: Int, from: Int64, to: Int64, isOpen: Bool
  ) {
    guard to > from else { return }
    let line = SliceCPU.Line(isSoft: isSoft, number: number)
    add(Band(interrupt: line, on: cpu, depth: depth, from, to), isOpen)
  }

  mutating func called(task: Int, number: Int, from: Int64, to: Int64, isOpen: Bool) {
    add(
      Band(row: row(task), kind: .call, start: from, end: to, detail: Int32(clamping: number)),
      isOpen)
  }

  mutating func lost(cpu: Int, from: Int64, to: Int64, count: Int) {
    add(Band(lost: count, on: cpu, from, to), false)
  }

  mutating func named(interrupt: Int, machine: Int, _ name: UnsafeRawBufferPointer) {}

  private mutating func add(_ band: Band, _ isOpen: Bool) {
    guard band.row != .max else { return }
    var band = band
    band.isOpen = isOpen
    bands.append(band)
  }

  /// Tasks that the slice does not tell of go on with what they did.
  mutating func goOn(to end: Int64, cpus: [SliceCPU]) {
    let told = Set(numbers)
    for (number, now) in carried.enumerated() where !told.contains(Int32(number)) {
      let row = UInt32(cpuCount + number)
      let cpu = now.cpu >= 0 && Int(now.cpu) < cpus.count ? cpus[Int(now.cpu)] : SliceCPU()
      let until = cpu.losses.first ?? end
      let isOpen = cpu.losses.isEmpty
      if now.state == .running {
        add(
          Band(
            row: UInt32(now.cpu), kind: .running, start: now.since, end: until, detail: Int32(row)),
          isOpen)
        add(Band(row: row, kind: .running, start: now.since, end: until, detail: now.cpu), isOpen)
      } else if let kind = Self.kind(of: now.state) {
        let detail = kind == .woken || kind == .preempted ? detail(now.other) : -1
        add(
          Band(row: row, kind: kind, start: now.since, end: until, detail: detail), isOpen)
      }
      if now.call >= 0 {
        add(Band(row: row, kind: .call, start: now.callSince, end: end, detail: now.call), true)
      }
    }
  }
}
