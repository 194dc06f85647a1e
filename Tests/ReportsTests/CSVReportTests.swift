import ByteIO
import EventFormats
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// The tables of `report --csv`: every occurrence once, every column once, nothing lost on the way.
@Suite struct CSVReportTests {
  let folder = TemporaryFolder()

  /// All events of a recording that occur, each as a table, against the JSON report.
  @Test(arguments: ["all-events", "scheduling", "kprobes", "awkward"])
  func tablesHoldWhatTheJSONReportHolds(recording: String) throws {
    let path = Fixture.path("\(recording).dat")
    let objects = try ReportRun([path], .json).objects()
    let names = Set(
      objects.compactMap { object in
        object["system"]?.string.flatMap { system in
          object["event"]?.string.map { "\(system):\($0)" }
        }
      })
    #expect(names.count > 1)
    for name in names {
      let wanted = objects.filter {
        "\($0["system"]?.string ?? ""):\($0["event"]?.string ?? "")" == name
      }
      let run = try ReportRun([path], .csv(name))
      let columns = try #require(try run.rows().first).map { String(decoding: $0, as: UTF8.self) }
      #expect(Set(columns).count == columns.count, "\(name): \(columns)")
      let table = try run.table()
      #expect(table.count == wanted.count, "\(name)")
      for (row, object) in zip(table, wanted) {
        for member in ["time", "cpu", "pid", "comm"] {
          #expect(row[member] == object[member].map(Self.cell), "\(name).\(member)")
        }
        for (field, value) in object["fields"]?.members ?? [] {
          let column = CSVColumns.common.contains(field) ? "field_\(field)" : field
          #expect(row[column] == Self.cell(value), "\(name).\(field)")
        }
      }
    }
  }

  private static func cell(_ value: JSONValue) -> String {
    switch value {
    case .number(let text), .string(let text): text
    case .array(let values): values.map(cell).joined(separator: " ")
    default: ""
    }
  }

  @Test func awkwardTextsComeThrough() throws {
    let path = folder.write(TextEvent.recording.version7, to: "t.dat")
    let rows = try ReportRun([path], .csv("words")).rows()
    #expect(
      rows[0].map { String(decoding: $0, as: UTF8.self) }
        == ["time", "cpu", "pid", "comm", "field_comm", "text", "value"])
    try #require(rows.count == TextEvent.texts.count + 1)
    for (number, text) in TextEvent.texts.enumerated() {
      let expected = [
        Array("\(1_000_000_001 + number * 7)".utf8), Array("0".utf8), Array("\(number)".utf8),
        TextEvent.name(number), text, text + text, Array("\(number - 3)".utf8),
      ]
      #expect(rows[number + 1] == expected)
    }
  }

  /// What differences.md tells readers of tables to do.
  @Test(.enabled(if: CommandRun.exists("python3"), "python3 is not installed"))
  func pythonReadsAllOfIt() throws {
    let path = folder.write(TextEvent.recording.version7, to: "t.dat")
    folder.write(try ReportRun([path], .csv("words")).bytes, to: "t.csv")
    let script = """
      import csv, os, sys
      with open(sys.argv[1], newline='', encoding='utf-8', errors='surrogateescape') as file:
        for row in csv.DictReader(file):
          print(','.join(os.fsencode(row[name]).hex() for name in ('comm', 'field_comm', 'text')),
            row['value'])
      """
    let run = try #require(CommandRun(["python3", "-c", script, folder.path("t.csv")]))
    #expect(run.status == 0)
    func hex(_ bytes: [UInt8]) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    let expected = TextEvent.texts.enumerated().map { number, text in
      "\(hex(TextEvent.name(number))),\(hex(text)),\(hex(text + text)) \(number - 3)\n"
    }
    #expect(run.output == expected.joined())
  }

  /// Kernels that describe an event differently, and one that does not have it.
  @Test func columnsAreThoseOfAllKernels() throws {
    func recording(_ fields: String, _ bytes: [UInt8], time: UInt64) -> TraceBuilder {
      var page = PageBuilder(time: time)
      page.event(UInt16(300).bytes(.little) + [0, 0, 7, 0, 0, 0] + bytes)
      var builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, page.bytes)])])
      let own = "\tfield:unsigned int value;\toffset:8;\tsize:4;\tsigned:0;\n"
      builder.systems[0].formats = [TestEvent.format.replacing(own, with: fields)]
      return builder
    }
    let old = recording(
      "\tfield:u32 value;\toffset:8;\tsize:4;\tsigned:0;\n"
        + "\tfield:u32 gone;\toffset:12;\tsize:4;\tsigned:0;\n", [1, 0, 0, 0, 2, 0, 0, 0], time: 10)
    let new = recording(
      "\tfield:u16 pid;\toffset:8;\tsize:2;\tsigned:0;\n"
        + "\tfield:u32 value;\toffset:12;\tsize:4;\tsigned:0;\n", [3, 0, 0, 0, 4, 0, 0, 0], time: 20
    )
    var without = TraceBuilder(cpuCount: 1, buffers: [])
    without.systems = [("kscope_test", [TextEvent.format])]
    without.buffers = TextEvent.recording.buffers
    let paths = [
      folder.write(old.version7, to: "old.dat"), folder.write(new.version7, to: "new.dat"),
      folder.write(without.version7, to: "without.dat"),
    ]
    let run = try ReportRun(paths, .csv("number"))
    #expect(
      run.lines == [
        "file,time,cpu,pid,comm,value,gone,field_pid",
        "\(paths[0]),10,0,7,<...>,1,2,", "\(paths[1]),20,0,7,<...>,4,,3",
      ])
    #expect(
      try ReportRun([paths[1]], .csv("number")).lines.first == "time,cpu,pid,comm,field_pid,value")
  }

  @Test func instancesAreNamed() throws {
    let builder = TraceBuilder(
      cpuCount: 1,
      buffers: [
        .init(cpus: [(0, TestEvent.pages(1, perPage: 1)[0])]),
        .init(
          name: "a,b", cpus: [(0, TestEvent.pages(1, from: 5, time: 2_000_000_000, perPage: 1)[0])]),
      ])
    let path = folder.write(builder.version7, to: "t.dat")
    #expect(
      try ReportRun([path], .csv("kscope_test:number")).lines == [
        "buffer,time,cpu,pid,comm,value", ",1000000000,0,1,init,0",
        "\"a,b\",2000000000,0,1,init,5",
      ])
  }

  /// Files without a top-level buffer, whose names are longer than all that stand before lines.
  @Test func filesOfInstancesAloneAreNamed() throws {
    let builder = TraceBuilder(
      cpuCount: 1,
      buffers: [.init(name: "a", cpus: [(0, TestEvent.pages(1, perPage: 1)[0])])])
    let paths = ["first.dat", "second.dat"].map { folder.write(builder.version7, to: $0) }
    #expect(
      try ReportRun(paths, .csv("number")).lines == [
        "file,buffer,time,cpu,pid,comm,value", "\(paths[0]),a,1000000000,0,1,init,0",
        "\(paths[1]),a,1000000000,0,1,init,0",
      ])
    #expect(
      try ReportRun(paths, .text).lines.prefix(2) == ["first.dat: cpus=1", "second.dat: cpus=1"])
  }

  @Test func lossesAreSaidBesideTheTable() throws {
    let path = folder.write(LostPages.recording.version7, to: "t.dat")
    let run = try ReportRun([path], .csv("number"))
    #expect(run.lines.count == 4)
    #expect(
      run.problems.map(\.message) == [
        "\(path): CPU 0 lost 12 events", "\(path): CPU 1 lost events at 1 place, uncounted",
      ])
    #expect(run.problems.allSatisfy { $0.exitStatus == 0 })
    // Each loss once, however the recording is cut.
    var options = ReportOptions()
    options.bytesPerSlice = 1
    options.workers = 3
    #expect(
      try ReportRun([path], .csv("number"), options).problems.map(\.message)
        == run.problems.map(\.message))
  }

  @Test func anUnknownEventIsRefusedWithTheNearest() throws {
    let path = Fixture.path("scheduling.dat")
    for (name, hint) in [
      ("sched_swich", "did you mean sched_switch?"),
      ("shed:sched_switch", "did you mean sched:sched_switch?"),
      ("zzz", "'kscope report -E' lists the events that it has formats of"),
    ] {
      do {
        _ = try ReportRun([path], .csv(name))
        Issue.record("\(name) was taken")
      } catch let error as UnknownEvent {
        #expect(error.hint?.hasPrefix(hint.dropLast(1)) ?? false, "\(error.hint ?? "")")
      }
    }
  }

  @Test func aFieldThatIsCalledTwiceHasTwoColumns() throws {
    func format(_ name: String, _ offset: Int) throws -> EventFormat {
      let text = TestEvent.format.replacing(
        "unsigned int value;\toffset:8", with: "unsigned int \(name);\toffset:\(offset)")
      return try Array(text.utf8).withUnsafeBytes {
        try EventFormat(parsing: $0, system: "kscope_test", longSize: 8)
      }
    }
    var one = try format("x", 8)
    let other = try format("field_time", 8)
    let time = try format("time", 12)
    one.fields += one.fields + time.fields
    let columns = CSVColumns([one, nil, other])
    #expect(columns.names == ["x", "field_x", "field_time", "field_field_time"])
    #expect(
      columns.fields.map { $0.map { $0 != nil } } == [
        [true, true, true, false], [false, false, false, false], [false, false, false, true],
      ])
  }
}
