import ByteIO
import EventFormats
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// Parts of a recording that are told by how many events they have: the same events in every form,
/// wherever pages end.
@Suite struct EventWindowTests {
  let folder = TemporaryFolder()

  /// Two CPUs whose events take turns, five a page, with losses at some pages.
  private func recording() -> String {
    let builder = TraceBuilder(
      cpuCount: 2,
      buffers: [
        .init(cpus: [
          (0, Array(TestEvent.pages(12).joined())),
          (1, Array(TestEvent.pages(9, from: 1000, time: 1_000_000_500).joined())),
        ])
      ])
    return folder.write(builder.version7, to: "t.dat")
  }

  private func values(_ path: String, _ options: ReportOptions) throws -> [UInt64?] {
    try ReportRun([path], .json, options).objects().map { $0["fields"]?["value"]?.number }
  }

  private func options(_ range: ReportRange, filter: String? = nil) -> ReportOptions {
    var options = ReportOptions()
    options.range = range
    options.printsHead = false
    options.selection.filters = filter.map { [FilterText($0)] } ?? []
    return options
  }

  @Test(arguments: [
    nil, "number: value < 10 || value >= 1030", "number: CPU == 1", "number: value == 3",
  ])
  func theLastAreTheEnd(filter: String?) throws {
    let path = recording()
    let whole = try values(path, options(.all, filter: filter))
    // Pages hold five events, four pages of the busiest CPU are looked at first.
    let near = [0, 1, 2, 4, 5, 6, 19, 20, 21, 36, 37, 60]
    for count in near + (-1...2).map({ max(0, whole.count + $0) }) {
      #expect(try values(path, options(.tail(count), filter: filter)) == whole.suffix(count))
    }
  }

  /// At every event's time, one before and one behind it.
  @Test(arguments: [nil, "number: value < 10 || value >= 1030"], [0, 1, 4])
  func thoseAroundATimeAreNextToIt(filter: String?, count: Int) throws {
    let path = recording()
    let objects = try ReportRun([path], .json, options(.all, filter: filter)).objects()
    let events = try objects.map {
      (time: try #require($0["time"]?.number), value: $0["fields"]?["value"]?.number)
    }
    // Events at a page's start and end, the first and the last among them.
    let places = [0, 1, 8, 9, 10, 11, 44, 45, events.count - 2, events.count - 1]
    let chosen = places.filter { events.indices.contains($0) }.map { events[$0].time }
    for time in Set(chosen.flatMap { [$0 - 1, $0, $0 + 1] }) {
      let before = events.filter { $0.time < time }.suffix(count)
      let after = events.filter { $0.time >= time }.prefix(count)
      #expect(
        try values(path, options(.around(time, events: count), filter: filter))
          == (before + after).map(\.value), "at \(time)")
    }
  }

  /// The text shows the events that the other forms show; of a table, rows are counted.
  @Test(arguments: [1, 7, 300])
  func allFormsShowTheSame(count: Int) throws {
    let path = Fixture.path("scheduling.dat")
    let ranges: [ReportRange] = [.tail(count), .around(57_200_000_000, events: count)]
    for range in ranges {
      let text = try ReportRun([path], .text, options(range)).lines
      let objects = try ReportRun([path], .json, options(range)).objects()
      #expect(objects.count == text.count)
      for (line, object) in zip(text, objects) {
        #expect(line.contains(" \(object["event"]?.string ?? "?"): "))
      }
      let wakeups = try ReportRun(
        [path], .json, options(range, filter: "sched_wakeup")
      ).objects()
      let rows = try ReportRun([path], .csv("sched_wakeup"), options(range)).table()
      #expect(rows.map { $0["time"] } == wakeups.map { $0["time"]?.number.map { "\($0)" } })
    }
  }

  /// Lines are those of the whole report, with what they owe to the lines before them.
  @Test(arguments: ["scheduling", "function", "timers"], [1, 40, 200])
  func linesAreCutOutOfTheWhole(recording: String, count: Int) throws {
    let path = Fixture.path("\(recording).dat")
    var options = options(.all)
    options.line.showsDifference = true
    options.line.showsWakeupLatency = true
    func lines() throws -> (events: [String], summary: [String]) {
      let lines = try ReportRun([path], .text, options).lines
      return (lines.filter { $0.contains("] ") }, lines.filter { !$0.contains("] ") })
    }
    let whole = try lines()
    options.range = .tail(count)
    let tail = try lines()
    #expect(tail.events == whole.events.suffix(count))
    // The summary is of the lines that are shown.
    let waits = tail.events.filter { $0.contains(" Latency: ") }.count
    #expect(tail.summary.filter { $0.hasPrefix("Average wakeup") }.count == min(waits, 1))

    let middle = try #require(
      try ReportRun([path], .json).objects()[whole.events.count / 2]["time"]?.number)
    options.range = .around(middle, events: min(count, 100))
    let around = try lines().events
    let first = try #require(around.first)
    let start = try #require(whole.events.firstIndex(of: first))
    #expect(around.count == 2 * min(count, 100))
    #expect(Array(whole.events[start..<start + around.count]) == around)
    #expect(around.dropFirst().allSatisfy { $0.contains("(+") })
  }

  /// Slices lie one behind the other, and all together are what was asked for.
  @Test(arguments: [1, 5000, 1 << 20]) func slicesAreTheWhole(bytes: Int) throws {
    let input = try ReportInput([.init(try TraceFile(path: recording()))])
    var options = options(.tail(50))
    options.bytesPerSlice = bytes
    let window = input.window(options)
    let dealer = SliceDealer(input, options: options, window: window)
    var place = try #require(window.range).from
    var number = 0
    var events = 0
    while let slice = dealer.deal() {
      #expect(slice.number == number)
      #expect(slice.from == place)
      var cursor = EventCursor(input.streams, from: slice.from, to: slice.to)
      while cursor.next() != nil { events += 1 }
      place = slice.to
      number += 1
      #expect(slice.isLast == (place == window.range?.to))
    }
    #expect(events == 50)
    #expect(place == window.range?.to)
    #expect(bytes > 1 || number > 3)
  }
}
