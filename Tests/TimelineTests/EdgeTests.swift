import ByteIO
import Reports
import Synchronization
import Testing
import TraceDat
import TraceTestSupport

@testable import Timeline

/// Recordings that have little in them, or too much, or the wrong things.
@Suite struct EdgeTests {
  private let folder = TemporaryFolder()

  private func input(_ cpus: RecordedCPUs, _ texts: EventTexts, _ name: String = "t.dat") throws
    -> ReportInput
  {
    var builder = TraceBuilder(cpuCount: cpus.cpus.count, buffers: [.init(cpus: cpus.pages)])
    builder.systems = texts.systems
    return try input(builder.version7, name)
  }

  private func input(_ bytes: [UInt8], _ name: String = "t.dat") throws -> ReportInput {
    try ReportInput([ReportInput.Recording(TraceFile(path: folder.write(bytes, to: name)))])
  }

  private func texts() throws -> EventTexts {
    try EventTexts(kernel: "6.12", ["sched", "task", "irq", "raw_syscalls"])
  }

  private func agree(_ input: ReportInput, sizes: [Int] = [1, 1 << 20]) {
    let oracle = Oracle(input)
    var random = SplitMix64(state: 1)
    for size in sizes {
      OracleComparison(input, bytesPerSlice: size, workers: 2, oracle).all(&random, ranges: 30)
    }
  }

  private func switches(
    _ cpus: inout RecordedCPUs, _ texts: EventTexts, _ time: UInt64, cpu: Int = 0, from: Int,
    state: Int = 1, to: Int
  ) {
    cpus.add(
      time, cpu: cpu,
      texts.record(
        thread: Int32(from), "sched:sched_switch",
        ["prev_pid": .number(from), "prev_state": .number(state), "next_pid": .number(to)]))
  }

  // MARK: Little

  @Test(arguments: [0, 1]) func fewEvents(count: Int) throws {
    let texts = try texts()
    var cpus = RecordedCPUs(count: 2)
    if count == 1 { switches(&cpus, texts, 1_000_000_500, from: 7, to: 8) }
    let trace = Trace(try input(cpus, texts))
    #expect(trace.columns(of: [0], level: trace.finestIndexedLevel, from: 0, count: 4).count == 1)
    trace.buildIndex()
    #expect(trace.eventCount == count)
    #expect(trace.duration == 0)
    #expect(trace.tasks.map(\.pid) == (count == 1 ? [7, 8] : []))
    let found = trace.columns(of: [0, 1], level: 0, from: 0, count: 2)
    #expect(found.map { $0.columns.map(\.events) } == [[count, 0], [0, 0]])
    // The first that is heard of a thread is that it leaves.
    #expect(trace.bands(of: 0, in: 0..<1).bands.map(\.start) == (count == 1 ? [0] : []))
  }

  @Test func withoutSwitchesNobodyKnowsWhoRuns() throws {
    let texts = try texts()
    var cpus = RecordedCPUs(count: 2)
    for index in 0..<1000 {
      cpus.add(
        1_000_000_000 + UInt64(index) * 1000, cpu: index % 2,
        texts.record(thread: Int32(20 + index % 3), "raw_syscalls:sys_enter", ["id": .number(3)]))
    }
    let input = try input(cpus, texts)
    agree(input)
    let trace = Trace(input, bytesPerSlice: 4096)
    trace.buildIndex()
    #expect(!trace.isScheduled)
    #expect(trace.tasks.map(\.running) == [0, 0, 0])
    #expect(trace.tasks.map(\.eventCount).reduce(0, +) == 1000)
  }

  // MARK: Long

  /// One CPU tells of nothing but its one task, while another fills slices.
  @Test func aTaskThatRunsAllTheTime() throws {
    let texts = try texts()
    var cpus = RecordedCPUs(count: 3)
    func call(_ time: UInt64, _ cpu: Int, _ thread: Int32) {
      cpus.add(
        time, cpu: cpu, texts.record(thread: thread, "raw_syscalls:sys_enter", ["id": .number(1)]))
    }
    call(1_000_000_000, 1, 50)
    // Woken at once, it runs at the end.
    cpus.add(
      1_000_000_100, cpu: 1,
      texts.record(
        thread: 50, "sched:sched_wakeup", ["pid": .number(60), "target_cpu": .number(2)]))
    var last: UInt64 = 0
    for index in 1...2000 {
      last = 1_000_000_000 + UInt64(index) * 2000
      switches(&cpus, texts, last, from: index % 2 * 8, to: (index + 1) % 2 * 8)
    }
    switches(&cpus, texts, last + 7, cpu: 2, from: 0, to: 60)
    call(last + 1000, 1, 50)
    let input = try input(cpus, texts)
    agree(input)
    let trace = Trace(input, bytesPerSlice: 4096)
    trace.buildIndex()
    #expect(trace.index.snapshot.slices.count > 5)
    let task = try #require(trace.tasks.first { $0.pid == 50 })
    #expect(task.running == last + 1000 - 1_000_000_000 + 1)
    let place = try #require(trace.tasks.firstIndex { $0.pid == 60 })
    let row = UInt32(trace.cpuCount + place)
    let level = trace.finestIndexedLevel
    let columns = trace.columns(
      of: [row], level: level, from: 0, count: Int(trace.duration >> Int64(level)) + 1)[0].columns
    #expect(columns.map(\.latency).max() == last + 7 - 1_000_000_100)
    #expect(columns.reduce(0) { $0 + $1.b } == last + 7 - 1_000_000_100)
  }

  // MARK: Many

  @Test func manyCPUs() throws {
    var machine = SchedulerLoad.Machine()
    machine.cpuCount = 512
    machine.taskCount = 2000
    machine.steps = 6000
    machine.pageSize = 4096
    let input = try SchedulerLoad(machine, seed: 3).input()
    agree(input, sizes: [512 * 4096, 1 << 30])
  }

  @Test func manyTasks() throws {
    let texts = try texts()
    var cpus = RecordedCPUs(count: 2)
    let count = 50_000
    for index in 0..<count {
      switches(
        &cpus, texts, 1_000_000_000 + UInt64(index) * 100, cpu: index % 2,
        from: index < 2 ? 0 : 100 + index - 2, to: 100 + index)
    }
    let trace = Trace(try input(cpus, texts), bytesPerSlice: 100_000)
    trace.buildIndex(workers: 2)
    #expect(trace.tasks.count == count)
    #expect(Set(trace.tasks.map(\.pid)).count == count)
    // Each runs for two steps, but those at the end.
    #expect(trace.tasks.dropLast(2).allSatisfy { $0.running == 200 })
  }

  // MARK: Wrong

  /// Times that lie about, to the ends of what a page can say, cost no more than others.
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func clocksThatJump(seed: UInt64) throws {
    let texts = try texts()
    var random = SplitMix64(state: seed)
    var cpus = RecordedCPUs(count: 3)
    var time: UInt64 = 1_000_000_000
    let jumps = [0, 1 << 62, .max - 5, 1 << 40, 1_000_000_000] as [UInt64]
    var current = [0, 0, 0]
    for index in 0..<3000 {
      time = time &+ UInt64.random(in: 0...3000, using: &random)
      // The last events' times make the trace's length.
      if index < 2900 || seed == 5, Int.random(in: 0..<100, using: &random) == 0 {
        time = jumps.randomElement(using: &random) ?? 0
      } else if index == 2900, seed != 5 {
        time = 5_000_000_000
      }
      let cpu = index % 3
      let next = Int.random(in: 0...9, using: &random)
      switches(&cpus, texts, time, cpu: cpu, from: current[cpu], to: next)
      current[cpu] = next
    }
    let input = try input(cpus, texts)
    for size in [4096, 1 << 30] {
      let trace = Trace(input, bytesPerSlice: size)
      trace.buildIndex(workers: 2)
      #expect(trace.eventCount == 3000)
      let entries = trace.index.snapshot.blocks.joined().reduce(0) { $0 + $1.entries.count }
      #expect(entries < 20_000_000)
      for row in 0..<UInt32(trace.cpuCount + trace.tasks.count) {
        let count = 16
        let level = Swift.max(0, 63 - Int64(trace.duration).leadingZeroBitCount - 3)
        let columns = trace.columns(of: [row], level: level, from: 0, count: count)[0].columns
        let events = columns.reduce(0) { $0 + $1.events }
        // Slices that the clock left no time are looked at by nobody.
        #expect(events >= trace.bands(of: row, in: 0..<trace.duration + 1).ticks.count)
      }
    }
  }

  /// A page whose lengths make no sense is lost from there on; the others are told of.
  @Test(arguments: [1, 2, 3] as [UInt64]) func brokenPages(seed: UInt64) throws {
    var bytes = try SchedulerLoad(seed: seed).bytes()
    var random = SplitMix64(state: seed)
    let first = bytes.count / 2
    for _ in 0..<6 {
      let place = Int.random(in: first..<bytes.count - 6000, using: &random)
      for index in place..<place + 64 { bytes[index] = 0 }
    }
    let input = try input(bytes)
    let trace = Trace(input, bytesPerSlice: 4096)
    trace.buildIndex(workers: 2)
    let whole = Trace(input, bytesPerSlice: 1 << 30)
    whole.buildIndex()
    #expect(trace.eventCount == whole.eventCount)
    #expect(trace.index.snapshot.damageCount == whole.index.snapshot.damageCount)
    #expect(trace.index.snapshot.damageCount > 0)
  }

  // MARK: Meanwhile

  /// Who asks while the index grows gets what is there by then.
  @Test func readingWhileItIsBuilt() async throws {
    var machine = SchedulerLoad.Machine()
    machine.steps = 20_000
    let input = try SchedulerLoad(machine, seed: 9).input()
    let trace = Trace(input, bytesPerSlice: 4096)
    let isDone = Mutex(false)
    let reader = Task.detached {
      var (last, progress, looks) = (0, 0.0, 0)
      var isGood = true
      while !isDone.withLock({ $0 }) || looks == 0 {
        let (count, part) = (trace.eventCount, trace.progress)
        isGood = isGood && count >= last && part >= progress && part <= 1
        (last, progress) = (count, part)
        let rows = (0..<UInt32(trace.cpuCount + trace.tasks.count)).suffix(20)
        for columns in trace.columns(
          of: Array(rows), level: trace.finestIndexedLevel + 2, from: 0, count: 100)
        {
          let width = UInt64(1) << UInt64(columns.level)
          isGood = isGood && columns.columns.allSatisfy { $0.a <= width }
        }
        for row in rows.prefix(3) {
          let found = trace.bands(of: row, in: 0..<trace.duration + 1)
          isGood = isGood && found.bands.allSatisfy { $0.start <= $0.end }
        }
        looks += 1
      }
      return isGood
    }
    trace.buildIndex(workers: 2)
    isDone.withLock { $0 = true }
    #expect(await reader.value)
    // What was looked at on the way is not what is told now.
    let oracle = Oracle(input)
    var random = SplitMix64(state: 9)
    OracleComparison(trace, oracle).all(&random, ranges: 40)
  }
}
