import ByteIO
import EventFormats
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// Counts of events by name, against the lines of a report.
@Suite struct EventCountsTests {
  @Test(
    arguments: [
      "all-events", "function", "function-graph", "instances", "kprobes", "scheduling", "stacks",
      "timers",
    ], [1, 3])
  func areThoseOfTheEvents(name: String, workers: Int) throws {
    let input = try ReportInput([ReportInput.Recording(try file(name))])
    let counts = EventCounts(input, workers: workers)
    // Walked in order, one by one.
    var expected: [String: UInt64] = [:]
    var cursor = EventCursor(input.streams)
    while let event = cursor.next() {
      let source = input.sources[input.streams[event.stream].buffer]
      let id = event.record.payload.load(UInt16.self, at: 0, source.file.order)
      let index = source.events.index(id: Int(id))
      let event = index.map { String(decoding: source.events.name(at: $0), as: UTF8.self) }
      expected["\(source.buffer.name) \(event ?? "id=\(id)")", default: 0] += 1
    }
    let found = Dictionary(
      counts.counts.map { ("\($0.buffer) \($0.event)", $0.count) }, uniquingKeysWith: +)
    #expect(found == expected)
    #expect(counts.total == expected.values.reduce(0, +))
    #expect(counts.counts.map(\.count) == counts.counts.map(\.count).sorted(by: >))
    #expect(counts.problems.isEmpty)
  }

  /// What trace-cmd prints of the file, counted by another program: 151 switches of 1,169 events.
  @Test func areWhatTraceCmdPrints() throws {
    let counts = EventCounts(try ReportInput([ReportInput.Recording(try file("scheduling"))]))
    #expect(counts.total == 1169)
    #expect(counts.counts.first { $0.event == "sched_switch" }?.count == 151)
    var text = ByteSink()
    counts.write(to: &text)
    #expect(String(decoding: text.bytes, as: UTF8.self).hasSuffix("        1169  100.0 %  all\n"))
    var json = ByteSink()
    counts.writeJSON(to: &json)
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        .contains("{\"system\":\"sched\",\"event\":\"sched_switch\",\"count\":151}\n"))
  }

  @Test func lossesAndDamageAreCounted() throws {
    var pages = TestEvent.pages(3)
    let builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, pages.flatMap { $0 })])])
    let whole = try counts(builder.version7)
    #expect(whole.problems.isEmpty)
    // The second page claims to hold more than it can.
    pages[1][10] = 0xff
    let damaged = try counts(
      TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, pages.flatMap { $0 })])]).version7)
    #expect(damaged.total < whole.total)
    #expect(damaged.problems.count == 1)
  }

  private func counts(_ bytes: [UInt8]) throws -> EventCounts {
    let mapped = bytes.withUnsafeBytes { MappedFile(copying: $0, named: "test") }
    return EventCounts(
      try ReportInput([ReportInput.Recording(try TraceFile(mapped: mapped))]))
  }

  private func file(_ name: String) throws -> TraceFile {
    try TraceFile(path: Fixture.path("\(name).dat"))
  }
}
