import ByteIO
import RingBuffer
import Testing
import TraceTestSupport

@testable import TraceDat

/// Cuts of recordings into slices.
@Suite struct SlicePlanTests {
  /// Streams of so many pages each; a page has one event, and a page's time is 10 after the last.
  private func streams(
    _ counts: [Int], time: (_ cpu: Int, _ page: Int) -> UInt64 = { 1000 + UInt64($1 * 10 + $0) }
  ) throws -> [EventStream] {
    let cpus = counts.enumerated().map { cpu, count in
      (
        cpu: cpu,
        pages: (0..<count).flatMap { page -> [UInt8] in
          var builder = PageBuilder(time: time(cpu, page))
          builder.event(after: 1, TestEvent.record(UInt32(page)))
          return builder.bytes
        }
      )
    }
    let bytes = TraceBuilder(cpuCount: counts.count, buffers: [.init(cpus: cpus)]).version7
    let file = try TraceFile(
      mapped: bytes.withUnsafeBytes { MappedFile(copying: $0, named: "test") })
    return try file.buffers[0].cpus.map {
      EventStream(
        pages: try PageIndex($0, of: file.buffers[0], in: file), buffer: 0, clock: .none)
    }
  }

  private func times(_ plan: SlicePlan) -> [UInt64] {
    var plan = plan
    var times: [UInt64] = []
    while let time = plan.next() { times.append(time) }
    return times
  }

  /// A recording of many sections is cut evenly: no slice is twice as large as it should be.
  @Test(arguments: [[4000], [3000, 700, 1], [0, 2000], [1500, 1500]])
  func slicesAreOfAboutOneSize(counts: [Int]) throws {
    let streams = try streams(counts)
    let plan = SlicePlan(streams, bytesPerSlice: 8 * 4096)
    let times = times(plan)
    #expect(times == Array(Set(times)).sorted())
    let total = counts.reduce(0, +)
    #expect(times.count + 1 > total / 16 && times.count + 1 < total / 4)
    var largest = 0
    var from = streams.map { _ in EventStream.Position.start }
    for time in times {
      let to = streams.indices.map { streams[$0].position(ofTime: time, notBefore: from[$0]) }
      largest = max(largest, zip(from, to).reduce(0) { $0 + $1.1.page - $1.0.page })
      from = to
    }
    #expect(largest <= 20)
    #expect(abs(plan.estimatedCount - total / 8) <= 1)
  }

  @Test func whatIsSmallIsOneSlice() throws {
    #expect(times(SlicePlan(try streams([3]), bytesPerSlice: 1 << 19)) == [])
    #expect(times(SlicePlan(try streams([0]), bytesPerSlice: 1 << 19)) == [])
    #expect(times(SlicePlan([], bytesPerSlice: 1 << 19)) == [])
  }

  /// A damaged recording's times may stand still or run backwards; the cuts rise all the same.
  @Test func cutsRiseWhateverTheTimes() throws {
    let still = try streams([2000]) { _, _ in 77 }
    #expect(times(SlicePlan(still, bytesPerSlice: 8 * 4096)).count <= 1)
    let backwards = try streams([2000]) { _, page in UInt64(1_000_000 - page * 10) }
    let found = times(SlicePlan(backwards, bytesPerSlice: 8 * 4096))
    #expect(found == Array(Set(found)).sorted())
    let mixed = try streams([2000, 2000]) { cpu, page in UInt64((page * 7919 + cpu) % 5003) }
    let cuts = times(SlicePlan(mixed, bytesPerSlice: 8 * 4096))
    #expect(cuts == Array(Set(cuts)).sorted())
  }

  @Test func aRangeIsCutWithinItself() throws {
    let streams = try streams([4000])
    let range = EventRange(streams, times: 11_000...20_999)
    let times = times(SlicePlan(streams, bytesPerSlice: 8 * 4096, in: range))
    #expect(times.count > 60)
    #expect(times.allSatisfy { (11_000...21_000).contains($0) })
  }
}
