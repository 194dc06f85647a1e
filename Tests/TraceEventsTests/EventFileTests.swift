import Testing
import TraceEvents

/// The library as a program from outside uses it.
@Suite struct EventFileTests {
  private static let fixtures: String = {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(folder)/ReportsTests/Fixtures"
  }()

  @Test func theReadmesExample() throws {
    var lines: [String] = []
    for event in try EventFile(path: "\(Self.fixtures)/scheduling.dat")
    where event.name == "sched_switch" {
      lines.append(
        "\(event.time) \(event.cpu) \(event["next_comm"] ?? "?") \(event["next_pid"] ?? 0)")
    }
    // What trace-cmd prints of them.
    #expect(lines.count == 151)
    #expect(lines.first == "39369564728 0 swapper/0 0")
  }

  @Test func fieldsHaveTypes() throws {
    let file = try EventFile(path: "\(Self.fixtures)/scheduling.dat")
    let event = try #require(file.first { $0.name == "sched_switch" })
    #expect(event.system == "sched")
    #expect(event.buffer.isEmpty)
    #expect(event["prev_comm"]?.string == event.comm)
    #expect(event["prev_pid"]?.int == Int(event.pid))
    #expect(event["prev_prio"] == 120)
    #expect(event["common_pid"]?.int == Int(event.pid))
    #expect(event["no_such_field"] == nil)
    #expect(event.fieldNames.prefix(2) == ["prev_comm", "prev_pid"])
    #expect(event.text.contains(" ==> "))
    #expect(file.cpuCount == 2)
    #expect(file.problems.isEmpty)
  }

  @Test func everyEventOfEveryBufferIsThere() throws {
    let file = try EventFile(path: "\(Self.fixtures)/instances.dat")
    let buffers = Dictionary(grouping: file, by: \.buffer).mapValues(\.count)
    // As many lines as trace-cmd prints, and its first.
    #expect(buffers.values.reduce(0, +) == 2223)
    #expect(Set(buffers.keys) == ["one", "two"])
    let times = file.map(\.time)
    #expect(times == times.sorted())
  }

  @Test func stacksAndTextsAreRead() throws {
    let file = try EventFile(path: "\(Self.fixtures)/stacks.dat")
    let stack = try #require(file.first { $0.name == "kernel_stack" })
    guard case .array(let addresses) = try #require(stack["caller"]) else {
      Issue.record("a stack is an array of addresses")
      return
    }
    #expect(addresses.count == 8)
  }

  @Test func whatIsNoRecordingSaysSo() {
    let error = #expect(throws: EventFileError.self) {
      try EventFile(path: #filePath)
    }
    #expect(error?.description.contains("is not a trace.dat file") ?? false)
  }
}
