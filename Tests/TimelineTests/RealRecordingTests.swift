import Reports
import Testing
import TraceDat
import TraceTestSupport

@testable import Timeline

/// Recordings that kernels made.
@Suite struct RealRecordingTests {
  private static let files = [
    "ReportsTests/Fixtures/scheduling.dat", "ReportsTests/Fixtures/all-events.dat",
    "ReportsTests/Fixtures/awkward.dat", "ReportsTests/Fixtures/follow.dat",
    "ReportsTests/Fixtures/function.dat", "ReportsTests/Fixtures/function-graph.dat",
    "ReportsTests/Fixtures/instances.dat", "ReportsTests/Fixtures/kprobes.dat",
    "ReportsTests/Fixtures/repeats.dat", "ReportsTests/Fixtures/stacks.dat",
    "ReportsTests/Fixtures/timers.dat", "ReportsTests/Fixtures/arm64-stacks.dat",
    "KernelToolsTests/Fixtures/arm64/6.1.dat", "KernelToolsTests/Fixtures/arm64/6.12.dat",
  ]

  private func recording(_ file: String) throws -> ReportInput.Recording {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return ReportInput.Recording(
      try TraceFile(path: file.hasPrefix("/") ? file : "/\(tests)/\(file)"))
  }

  private func agree(_ input: ReportInput, ranges: Int = 30) {
    let oracle = Oracle(input)
    var random = SplitMix64(state: 1)
    for (place, size) in [1, 30_000, 1 << 30].enumerated() {
      OracleComparison(input, bytesPerSlice: size, workers: 1 + place % 2, oracle)
        .all(&random, ranges: ranges)
    }
  }

  @Test(arguments: Self.files) func aRecordingIsTold(file: String) throws {
    agree(try ReportInput([recording(file)]))
  }

  /// Side by side, as of two machines, at times that are not their own.
  @Test func twoRecordings() throws {
    var first = try recording(Self.files[0])
    let second = try recording(Self.files[12])
    let times = try [first, second].map {
      try ReportInput([$0]).streams.compactMap { $0.timeSpan()?.lowerBound }.min() ?? 0
    }
    first.offset = Int64(bitPattern: times[1] &- times[0])
    agree(try ReportInput([first, second]))
  }
}
