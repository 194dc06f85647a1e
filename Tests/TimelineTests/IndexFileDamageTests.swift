import Testing
import TraceTestSupport

@testable import Timeline

/// An index file is no more believed than any other file.
@Suite struct IndexFileDamageTests {
  private func smallMachine() -> SchedulerLoad.Machine {
    var machine = SchedulerLoad.Machine()
    machine.steps = 500
    machine.lossDistance = 100
    return machine
  }

  @Test func bytesThatChanged() throws {
    let kept = try KeptRecording(smallMachine())
    try kept.keep()
    let whole = try kept.index
    let fresh = try kept.trace(keeps: false)
    var random = SplitMix64(state: 1)
    // Those of the head, and some of all others.
    let places = Array(0..<64) + (0..<40).map { _ in Int.random(in: whole.indices, using: &random) }
    for place in places {
      var bytes = whole
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      kept.write(index: bytes)
      let trace = try kept.trace()
      #expect(!trace.wasTaken, "at \(place)")
      trace.expectSame(as: fresh, &random)
      #expect(try kept.index.count == whole.count)
    }
    #expect(try kept.trace().wasTaken)
  }

  @Test func filesThatWereCut() throws {
    let kept = try KeptRecording(smallMachine())
    try kept.keep()
    let whole = try kept.index
    var random = SplitMix64(state: 2)
    let counts = [0, 1, 63, 64, 65, whole.count - 1, whole.count - 40]
    for count in counts + (0..<30).map({ _ in Int.random(in: whole.indices, using: &random) }) {
      kept.write(index: Array(whole[..<count]))
      #expect(try !kept.trace().wasTaken, "cut at \(count)")
      kept.write(index: whole + [UInt8](repeating: 0, count: 1 + count % 50))
      #expect(try !kept.trace().wasTaken)
    }
  }

  /// Whoever makes a file that is whole, and tells nonsense, may mislead, but not make it fail.
  @Test(arguments: [1, 2] as [UInt64]) func filesThatTellNonsense(seed: UInt64) throws {
    let kept = try KeptRecording(smallMachine())
    try kept.keep()
    let whole = try kept.index
    let fresh = try kept.trace(keeps: false)
    var random = SplitMix64(state: seed)
    var refused = 0
    let values: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]
    for _ in 0..<100 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 24..<bytes.count, using: &random)
        let isRun = Bool.random(using: &random)
        for index in place..<min(place + (isRun ? 8 : 1), bytes.count) {
          bytes[index] = values.randomElement(using: &random) ?? 0
        }
      }
      guard bytes != whole else { continue }
      KeptRecording.seal(&bytes)
      kept.write(index: bytes)
      let trace = try kept.trace()
      #expect(trace.isComplete)
      if !trace.wasTaken {
        refused += 1
        continue
      }
      ask(trace)
      #expect(trace.cpuCount == fresh.cpuCount)
    }
    #expect(refused > 10)
  }

  /// Everything that reads what was taken from the file.
  private func ask(_ trace: Trace) {
    let rows = Array(0..<UInt32(trace.cpuCount + trace.tasks.count))
    for level in [trace.finestIndexedLevel, trace.finestIndexedLevel + 5] {
      let count = Int(trace.duration >> Int64(level)) + 1
      let found = trace.columns(of: rows, level: level, from: 0, count: count)
      for column in found.flatMap(\.columns) where column.who != .max {
        #expect(Int(column.who) < rows.count)
      }
    }
    for row in rows.prefix(8) { _ = trace.bands(of: row, in: 0..<trace.duration + 1) }
    var seen = 0
    trace.forEachEvent(from: 0) { _ in
      seen += 1
      return seen < 100
    }
    _ = (trace.cpus, trace.problems, trace.eventCounts)
    for number in trace.index.snapshot.slices.indices { _ = trace.index.carried(before: number) }
    _ = trace.nextEvent(to: trace.duration / 2, on: rows.last, forward: true)
  }
}
