import ByteIO
import Reports
import Testing
import TraceTestSupport

@testable import Timeline

/// What a trace tells of tasks and CPUs is what a plain walk over all events finds, however it is cut
/// into slices.
@Suite struct OracleTests {
  private static let sliceSizes = [4096, 20_000, 1 << 30]

  private func compare(
    _ machine: SchedulerLoad.Machine, seed: UInt64, sliceSizes: [Int] = Self.sliceSizes
  ) throws {
    let load = try SchedulerLoad(machine, seed: seed)
    let input = try load.input()
    let oracle = Oracle(input)
    #expect(oracle.counts.values.reduce(0, +) == load.eventCount)
    var random = SplitMix64(state: seed)
    for (place, size) in sliceSizes.enumerated() {
      OracleComparison(input, bytesPerSlice: size, workers: 1 + place % 2, oracle).all(&random)
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func everythingWasRecorded(seed: UInt64) throws {
    try compare(SchedulerLoad.Machine(), seed: seed)
  }

  /// With slices of any size, and on machines of other kinds.
  @Test(arguments: [11, 12, 13] as [UInt64]) func slicesOfAllSizes(seed: UInt64) throws {
    var machine = SchedulerLoad.Machine()
    machine.steps = 900
    machine.cpuCount = 5
    try compare(machine, seed: seed, sliceSizes: [1, 5000, 9000, 13_000, 40_000])
  }

  @Test(arguments: [1, 2] as [UInt64]) func otherByteOrderAndWordSize(seed: UInt64) throws {
    var machine = SchedulerLoad.Machine()
    machine.order = .big
    machine.longSize = 4
    try compare(machine, seed: seed)
    machine.order = .little
    machine.kernel = "6.1"
    try compare(machine, seed: seed)
  }

  /// As with `trace-cmd record -P`: nobody knows who runs between the chosen tasks.
  @Test(arguments: [1, 2, 3] as [UInt64]) func eventsOfChosenTasks(seed: UInt64) throws {
    var machine = SchedulerLoad.Machine()
    machine.isFiltered = true
    try compare(machine, seed: seed)
  }

  /// A ring that was overwritten holds less of a busy CPU.
  @Test(arguments: [1, 2] as [UInt64]) func cpusThatBeginLate(seed: UInt64) throws {
    var machine = SchedulerLoad.Machine()
    machine.firstLateCPU = 1
    try compare(machine, seed: seed)
  }

  @Test(arguments: [1, 2] as [UInt64]) func interruptsOfWhichOneSideIsRecorded(seed: UInt64) throws
  {
    var machine = SchedulerLoad.Machine()
    machine.interruptsEnd = false
    try compare(machine, seed: seed)
    machine.interruptsEnd = true
    machine.interruptsBegin = false
    try compare(machine, seed: seed)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func eventsAreLost(seed: UInt64) throws {
    var machine = SchedulerLoad.Machine()
    machine.lossDistance = seed < 4 ? 300 : 60
    try compare(machine, seed: seed)
  }

  @Test(arguments: [1, 2] as [UInt64]) func buffersOfOneFile(seed: UInt64) throws {
    var machine = SchedulerLoad.Machine()
    machine.bufferCount = 3
    try compare(machine, seed: seed)
  }

  /// Tasks of equal numbers are others.
  @Test func twoMachines() throws {
    let first = try SchedulerLoad(seed: 1)
    var machine = SchedulerLoad.Machine()
    machine.cpuCount = 2
    machine.order = .big
    machine.kernel = "6.1"
    let second = try SchedulerLoad(machine, seed: 2)
    var (one, other) = (try first.recording(), try second.recording())
    one.offset = 12_345
    other.offset = -6789
    let input = try ReportInput([one, other])
    let oracle = Oracle(input)
    var random = SplitMix64(state: 5)
    for size in Self.sliceSizes {
      OracleComparison(input, bytesPerSlice: size, workers: 2, oracle).all(&random)
    }
  }

  /// Buckets are as wide as their times in ns allow.
  @Test(arguments: [1, 2] as [UInt64]) func severalDays(seed: UInt64) throws {
    var machine = SchedulerLoad.Machine()
    machine.longestPause = 20_000_000_000_000
    machine.steps = 800
    try compare(machine, seed: seed)
  }
}
