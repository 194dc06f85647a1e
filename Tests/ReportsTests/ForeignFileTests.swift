import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// Recordings of other machines and older tools: each event of known truth, and the whole text that
/// of trace-cmd.
@Suite struct ForeignFileTests {
  let folder = TemporaryFolder()

  struct Machine: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var order = ByteOrder.little
    var longSize = 8
    var pageSize = 4096
    var cpus = 2
    var version = 7

    init(_ name: String) { testDescription = name }

    static func with(_ name: String, _ change: (inout Machine) -> Void) -> Machine {
      var machine = Machine(name)
      change(&machine)
      return machine
    }

    static let all = [
      with("s390x") { $0.order = .big },
      with("s390x, version 6") { ($0.order, $0.version) = (.big, 6) },
      with("32-bit") { $0.longSize = 4 },
      with("32-bit big-endian, version 6") { ($0.order, $0.longSize, $0.version) = (.big, 4, 6) },
      with("pages of 64 KB") { $0.pageSize = 65536 },
      with("pages of 64 KB, big-endian") { ($0.pageSize, $0.order) = (65536, .big) },
      with("sub-buffers of 16 KB") { $0.pageSize = 16384 },
      with("512 CPUs") { $0.cpus = 512 },
      with("512 CPUs, version 6") { ($0.cpus, $0.version) = (512, 6) },
    ]
  }

  /// Three pages a CPU, the last with a time extend and an absolute time; 7 events a page.
  private func file(_ machine: Machine) -> [UInt8] {
    let cpus = (0..<machine.cpus).map { cpu in
      var value = UInt32(cpu * 1000)
      var pages: [UInt8] = []
      for number in 0..<3 {
        let start = 5_000_000_000 + UInt64(number) * 1_000_000_000 + UInt64(cpu)
        var page = PageBuilder(
          time: start, order: machine.order, longSize: machine.longSize, size: machine.pageSize)
        for index in 0..<7 {
          if number == 2, index == 3 { page.timeExtend(by: 300_000_000) }
          if number == 2, index == 5 { page.absoluteTime(start + 600_000_000) }
          page.event(
            after: index == 0 ? 0 : 1000,
            TestEvent.record(value, pid: Int32(cpu + 1), order: machine.order))
          value += 1
        }
        pages += page.bytes
      }
      return (cpu: cpu, pages: pages)
    }
    var builder = TraceBuilder(
      cpuCount: machine.cpus, pageSize: machine.pageSize,
      buffers: [.init(pageSize: machine.pageSize, cpus: cpus)])
    builder.order = machine.order
    builder.longSize = machine.longSize
    builder.headerPage =
      PageBuilder(
        time: 0, order: machine.order, longSize: machine.longSize, size: machine.pageSize
      ).headerPage
    builder.commandLines = "1 init\n2 two words\n3 \u{fc}mlaut\n"
    return machine.version == 6 ? builder.version6 : builder.version7
  }

  private func report(_ path: String, isForTerminal: Bool = false) throws -> String {
    var options = ReportOptions()
    options.line.isForTerminal = isForTerminal
    options.bytesPerSlice = 1 << 13
    let input = try ReportInput(
      [ReportInput.Recording(try TraceFile(path: path))], options: options)
    #expect(input.problems.isEmpty)
    return try TextOfReport.text(input, options, in: folder)
  }

  @Test(arguments: Machine.all)
  func everyEventIsRead(machine: Machine) throws {
    let path = folder.write(file(machine), to: "t.dat")
    let text = try report(path)
    let lines = text.split(separator: "\n").dropFirst()
    #expect(lines.count == machine.cpus * 21)
    var values: [UInt32: Int] = [:]
    for line in lines {
      if let value = line.split(separator: "value=").last.flatMap({ UInt32($0) }) {
        values[value, default: 0] += 1
      }
    }
    let expected = (0..<machine.cpus).flatMap { cpu in (0..<21).map { UInt32(cpu * 1000 + $0) } }
    #expect(values.keys.sorted() == expected && values.values.allSatisfy { $0 == 1 })
    // The extend and the absolute time of CPU 1's last page: 7.3 s and more, 7.6 s and more.
    for (value, time) in [(1017, "7.300003:"), (1019, "7.600001:"), (1016, "7.000002:")] {
      #expect(lines.contains { $0.contains("value=\(value)") && $0.contains(" \(time)") })
    }
    guard CommandRun.exists("trace-cmd") else { return }
    let theirs = try #require(CommandRun(["trace-cmd", "report", "-i", path]))
    // What trace-cmd says of itself stands before the first line.
    let from = theirs.output.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { !$0.hasPrefix("cpus=") }
    #expect(from.joined(separator: "\n") == text)
  }

  /// Names as odd as the kernel lets tasks have them: with blanks, colons, brackets, escape
  /// sequences, bytes that are no UTF-8, and 15 letters.
  @Test func oddNamesOfTasksStayWhatTheyAre() throws {
    let names: [[UInt8]] = [
      Array("two words".utf8), Array("a-12 [003]:".utf8), [0x1b] + Array("[31mred".utf8),
      [0xff, 0xfe, 0x41], Array("123456789abcdef".utf8), [0x07, 0x0d, 0x41],
    ]
    var page = PageBuilder(time: 1_000_000_000)
    for index in names.indices {
      page.event(
        after: index == 0 ? 0 : 1000, TestEvent.record(UInt32(index), pid: Int32(index + 10)))
    }
    var builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, page.bytes)])])
    builder.commandLineBytes = names.enumerated().flatMap {
      Array("\($0.offset + 10) ".utf8) + $0.element + [0x0a]
    }
    let path = folder.write(builder.version7, to: "odd.dat")
    let bytes = Array(try report(path).utf8)
    for name in names where String(validating: name, as: UTF8.self) != nil {
      #expect(bytes.contains(name + [UInt8(ascii: "-")]))
    }
    let shown = Array(try report(path, isForTerminal: true).utf8)
    #expect(!shown.contains { $0 < 0x20 && $0 != 0x0a && $0 != 0x09 })
    #expect(shown.contains(Array("^[[31mred-12".utf8)))
  }
}

/// The text of a whole report.
enum TextOfReport {
  static func text(
    _ input: ReportInput, _ options: ReportOptions, in folder: TemporaryFolder
  ) throws -> String {
    let path = folder.write([], to: "out.txt")
    let descriptor = open(path, O_WRONLY | O_TRUNC)
    defer { close(descriptor) }
    let losses = try TextReport(input, options: options).write(to: descriptor)
    #expect(losses.isEmpty)
    return String(decoding: folder.read("out.txt"), as: UTF8.self)
  }
}
