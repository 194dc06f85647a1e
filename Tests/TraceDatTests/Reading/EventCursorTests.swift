import ByteIO
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

/// The merge of several CPUs' events, counted another way: by sorting them all.
@Suite struct EventCursorTests {
  private struct Seen: Equatable {
    var stream: Int
    var time: UInt64
    /// Which event of its CPU.
    var number: UInt32
    var lost: LostEvents
  }

  /// Three CPUs that are busy by turns, with equal times on all of them, and one page after a loss.
  private static func recording() -> (file: [UInt8], expected: [Seen]) {
    var cpus: [(cpu: Int, pages: [UInt8])] = []
    var expected: [Seen] = []
    for cpu in 0..<3 {
      var pages: [UInt8] = []
      var time: UInt64 = 1000
      var number: UInt32 = 0
      for page in 0..<4 {
        var builder = PageBuilder(time: time)
        if cpu == 1, page == 2 { builder.lost = .count(7) }
        for index in 0..<20 {
          // Bursts of 1, 2, 3 … events, with waits that put the CPUs' bursts side by side.
          let delta: UInt64 = Int(number) % (cpu + 3) == 0 ? 30 : UInt64(index % 2) * 10
          time += delta
          builder.event(after: delta, [UInt8](repeating: 0, count: 8) + number.bytes(.little))
          expected.append(
            Seen(
              stream: cpu, time: time, number: number,
              lost: cpu == 1 && page == 2 && index == 0 ? .some(7) : .none))
          number += 1
        }
        pages += builder.bytes
      }
      cpus.append((cpu, pages))
    }
    expected.sort { ($0.time, $0.stream, $0.number) < ($1.time, $1.stream, $1.number) }
    return (TraceBuilder(cpuCount: 3, buffers: [.init(cpus: cpus)]).version7, expected)
  }

  private static func streams(of file: [UInt8]) throws -> [EventStream] {
    let mapped = file.withUnsafeBytes { MappedFile(copying: $0, named: "merged.dat") }
    let trace = try TraceFile(mapped: mapped)
    return try trace.buffers[0].cpus.map {
      EventStream(pages: try PageIndex($0, of: trace.buffers[0], in: trace), buffer: 0)
    }
  }

  private static func seen(_ record: Record, _ stream: Int, _ lost: LostEvents) -> Seen {
    Seen(
      stream: stream, time: record.time, number: record.payload.load(UInt32.self, at: 8, .little),
      lost: lost)
  }

  @Test func eventsComeInTheOrderOfTheirTimes() throws {
    let (file, expected) = Self.recording()
    var cursor = EventCursor(try Self.streams(of: file))
    var found: [Seen] = []
    while let event = cursor.next() {
      found.append(Self.seen(event.record, event.stream, event.lost))
    }
    #expect(found.count == 240)
    #expect(found == expected)
  }

  @Test func runsAreTheSameEvents() throws {
    let (file, expected) = Self.recording()
    var cursor = EventCursor(try Self.streams(of: file))
    var found: [Seen] = []
    var runs = 0
    while let run = cursor.nextRun() {
      runs += 1
      for index in 0..<run.count {
        found.append(Self.seen(run.records[index], run.stream, index == 0 ? run.lost : .none))
      }
    }
    #expect(found == expected)
    #expect(runs < expected.count, "neighbours of one CPU come together")
  }

  /// Every cut of every stream: what is before it and what is behind make the whole.
  @Test func aCutLosesNothing() throws {
    let (file, expected) = Self.recording()
    let streams = try Self.streams(of: file)
    for time in stride(from: UInt64(990), through: expected.last?.time ?? 0, by: 70) {
      let cut = streams.map { $0.position(ofTime: time, notBefore: .start) }
      var found: [Seen] = []
      var before = EventCursor(streams, to: cut)
      while let event = before.next() {
        found.append(Self.seen(event.record, event.stream, event.lost))
      }
      #expect(found.allSatisfy { $0.time < time })
      var behind = EventCursor(streams, from: cut)
      while let run = behind.nextRun() {
        for index in 0..<run.count {
          found.append(Self.seen(run.records[index], run.stream, index == 0 ? run.lost : .none))
        }
      }
      #expect(found == expected)
    }
  }
}
