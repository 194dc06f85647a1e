import ByteIO
import EventFormats
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// The rows of `report --json`, against the recordings themselves and against the text report.
@Suite struct JSONReportTests {
  let folder = TemporaryFolder()

  private struct Event: Equatable {
    var time: UInt64?
    var cpu: UInt64?
    var pid: String
    var name: String?
  }

  @Test(arguments: ReportGoldenTests.recordings)
  func everyEventIsThereOnceWithItsTime(recording: String) throws {
    let path = Fixture.path("\(recording).dat")
    let input = try ReportInput([ReportInput.Recording(try TraceFile(path: path))])
    var expected: [Event] = []
    var cursor = EventCursor(input.streams)
    while let event = cursor.next() {
      let stream = input.streams[event.stream]
      let source = input.sources[stream.buffer]
      let id = Int(event.record.payload.load(UInt16.self, at: 0, source.file.order))
      let index = source.events.index(id: id)
      let pid = event.record.payload.load(Int32.self, at: 4, source.file.order)
      expected.append(
        Event(
          time: event.record.time, cpu: UInt64(stream.cpu), pid: "\(pid)",
          name: index.map { String(decoding: source.events.name(at: $0), as: UTF8.self) }))
    }
    var run = try ReportRun([path], .json)
    #expect(run.problems.isEmpty)
    let found = try run.objects().filter { $0["event"] != .string("lost_events") }.map { object in
      guard case .number(let pid)? = object["pid"] else { throw JSONValue.Wrong(at: 0) }
      return Event(
        time: object["time"]?.number, cpu: object["cpu"]?.number, pid: pid,
        name: object["event"]?.string)
    }
    #expect(found == expected)
    #expect(!found.isEmpty)

    // Slices do not show.
    let whole = run.bytes
    var options = ReportOptions()
    options.bytesPerSlice = 4096
    options.workers = 3
    run = try ReportRun([path], .json, options)
    #expect(run.bytes == whole)
  }

  /// Numbers and texts are those of `report -R`, in whichever base that shows them.
  @Test(arguments: ["all-events", "scheduling", "timers", "kprobes", "instances"])
  func fieldsAreThoseOfTheRawReport(recording: String) throws {
    let path = Fixture.path("\(recording).dat")
    var options = ReportOptions()
    options.line.raw = true
    options.printsHead = false
    let raw = try ReportRun([path], .text, options).lines
    let objects = try ReportRun([path], .json).objects()
    try #require(raw.count == objects.count)
    var compared = 0
    for (line, object) in zip(raw, objects) {
      guard let fields = object["fields"]?.members, let name = object["event"]?.string,
        let start = line.firstRange(of: " \(name): ")
      else { continue }
      let places = Self.values(of: fields.map(\.name), in: line[start.upperBound...])
      for (field, shown) in zip(fields, places) {
        guard let shown, let isSame = Self.isSame(field.value, shown) else { continue }
        compared += 1
        #expect(isSame, "\(name).\(field.name): \(field.value), raw \(shown)")
      }
    }
    #expect(compared > objects.count)
  }

  /// What stands behind each `name=`, up to the next.
  private static func values(of names: [String], in text: Substring) -> [Substring?] {
    var starts: [Range<Substring.Index>?] = []
    var rest = text
    for name in names {
      let found = rest.firstRange(of: starts.isEmpty ? "\(name)=" : " \(name)=")
      starts.append(found)
      if let found { rest = rest[found.upperBound...] }
    }
    return starts.indices.map { index in
      guard let start = starts[index] else { return nil }
      let next = starts[(index + 1)...].compactMap { $0 }.first
      return text[start.upperBound..<(next?.lowerBound ?? text.endIndex)]
    }
  }

  /// Nil where the raw report shows something else on purpose: arrays, what stands at an address.
  private static func isSame(_ value: JSONValue, _ shown: Substring) -> Bool? {
    /// What digits may stand for: formats print hexadecimal with and without 0x.
    func numbers(_ text: some StringProtocol) -> [UInt64] {
      let digits = text.hasPrefix("0x") ? String(text.dropFirst(2)) : String(text)
      let decimal = UInt64(text) ?? Int64(text).map { UInt64(bitPattern: $0) }
      return [decimal, UInt64(digits, radix: 16)].compactMap { $0 }
    }
    switch value {
    case .number(let digits):
      guard let have = UInt64(digits) ?? Int64(digits).map({ UInt64(bitPattern: $0) }) else {
        return false
      }
      // A format may show it with another sign, and in hexadecimal only as wide as it is.
      let wanted = [
        have, have & 0xffff_ffff, have & 0xffff, have & 0xff,
        UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: have))),
      ]
      let found = numbers(shown)
      return found.isEmpty ? nil : found.contains { wanted.contains($0) }
    case .string(let text) where text.hasPrefix("0x"):
      if shown == "(nil)" { return text == "0x0" }
      let found = numbers(shown)
      return found.isEmpty ? nil : found.contains { numbers(text).contains($0) }
    case .string(let text) where !shown.hasPrefix("0x") && !shown.hasPrefix("ARRAY["):
      // Of a symbol, `%ps` leaves out how far in it.
      let name = text.firstRange(of: "+0x").map { text[..<$0.lowerBound] }
      return shown == text || name == shown
    default: return nil
    }
  }

  @Test func awkwardTextsComeThrough() throws {
    let path = folder.write(TextEvent.recording.version7, to: "t.dat")
    let objects = try ReportRun([path], .json).objects()
    try #require(objects.count == TextEvent.texts.count)
    func shown(_ bytes: [UInt8]) -> String {
      // One U+FFFD for each byte that is no part of a character.
      var text = ""
      var rest = bytes[...]
      while !rest.isEmpty {
        let length = (1...4).last { count in
          count <= rest.count
            && String(validating: rest.prefix(count), as: UTF8.self)?.unicodeScalars.count == 1
        }
        text += length.map { String(decoding: rest.prefix($0), as: UTF8.self) } ?? "\u{fffd}"
        rest = rest.dropFirst(length ?? 1)
      }
      return text
    }
    for (number, (text, object)) in zip(TextEvent.texts, objects).enumerated() {
      #expect(object["time"] == .number("\(1_000_000_001 + number * 7)"))
      #expect(object["comm"] == .string(shown(TextEvent.name(number))))
      #expect(
        object["fields"]
          == .object([
            ("comm", .string(shown(text))), ("text", .string(shown(text + text))),
            ("value", .number("\(number - 3)")),
          ]))
    }
  }

  @Test func severalFilesAndInstancesAreNamed() throws {
    func builder(_ first: UInt32) -> TraceBuilder {
      TraceBuilder(
        cpuCount: 1,
        buffers: [
          .init(cpus: [(0, TestEvent.pages(1, from: first)[0])]),
          .init(name: "in\"st", cpus: [(0, TestEvent.pages(1, from: first + 5)[0])]),
        ])
    }
    let one = folder.write(builder(0).version7, to: "one.dat")
    let two = folder.write(builder(100).version7, to: "t,wo.dat")
    for object in try ReportRun([one, two], .json).objects() {
      let value = try #require(object["fields"]?["value"]?.number)
      #expect(object["file"] == .string(value < 100 ? one : two))
      #expect(object["buffer"] == (value % 100 < 5 ? nil : .string("in\"st")))
    }
    let alone = try ReportRun([one], .json).objects()
    #expect(alone.count == 10)
    #expect(alone.allSatisfy { $0["file"] == nil })
  }

  @Test func lossesAreObjects() throws {
    let path = folder.write(LostPages.recording.version7, to: "t.dat")
    let run = try ReportRun([path], .json)
    let lost = try run.objects().filter { $0["event"] == .string("lost_events") }
    #expect(
      lost == [
        .object([("cpu", .number("1")), ("event", .string("lost_events")), ("count", .null)]),
        .object([
          ("cpu", .number("0")), ("event", .string("lost_events")), ("count", .number("12")),
        ]),
      ])
    #expect(run.problems.isEmpty)
  }
}

/// A recording with losses: 12 on CPU 0, some on CPU 1.
enum LostPages {
  static var recording: TraceBuilder {
    func page(_ time: UInt64, _ value: UInt32, _ lost: PageBuilder.Lost) -> [UInt8] {
      var page = PageBuilder(time: time)
      page.lost = lost
      page.event(TestEvent.record(value))
      return page.bytes
    }
    return TraceBuilder(
      cpuCount: 2,
      buffers: [
        .init(cpus: [
          (0, page(1000, 1, .nothing) + page(3000, 3, .count(12))), (1, page(2000, 2, .unknown)),
        ])
      ])
  }
}
