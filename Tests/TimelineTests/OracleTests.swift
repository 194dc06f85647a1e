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

  @Test(arguments: [1, 2] as [UInt64]) func otherByteOrderAndWordSize(seed: UInt64) throws {
    var machine = SchedulerLoad.Machine()
    machine.order = .big
    machine.longSize = 4
    try compare(machine, seed: seed)
    machine.order = .little
    machine.kernel = "6.1"
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
}
