import Testing
import TraceTestSupport
import Tracefs

@testable import KernelTools

/// Interrupts of known lengths: hardirqs and softirqs.
@Suite struct InterruptToolTests {
  /// The disk's on both CPUs at the same time, 10 and 20 µs; a timer's, 1.5 µs; one whose begin was
  /// before. Softly: receiving, 100 and 3 µs, with a timer's 5 within the first; one of no name.
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["irq"])
    func add(_ time: UInt64, _ cpu: Int, _ event: String, _ field: String, _ number: Int) {
      trace.add(
        1_000_000_000 + time, cpu: cpu, thread: 7, "irq:\(event)",
        [field: .number(number), "name": .text(number == 25 ? "virtio1-req.0" : "timer, too")])
    }
    func hard(_ from: UInt64, _ to: UInt64, cpu: Int, _ number: Int) {
      add(from, cpu, "irq_handler_entry", "irq", number)
      add(to, cpu, "irq_handler_exit", "irq", number)
    }
    add(0, 0, "irq_handler_exit", "irq", 25)
    hard(1_000, 11_000, cpu: 0, 25)
    hard(2_000, 22_000, cpu: 1, 25)
    hard(30_000, 31_500, cpu: 0, 0)
    add(40_000, 0, "softirq_entry", "vec", 3)
    add(41_000, 0, "softirq_entry", "vec", 1)
    add(46_000, 0, "softirq_exit", "vec", 1)
    add(140_000, 0, "softirq_exit", "vec", 3)
    add(50_000, 1, "softirq_entry", "vec", 3)
    add(53_000, 1, "softirq_exit", "vec", 3)
    add(60_000, 1, "softirq_entry", "vec", 12)
    add(60_500, 1, "softirq_exit", "vec", 12)
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func handlersBySumsAndCounts(kernel: String) throws {
    var trace = try Self.trace(kernel)
    #expect(
      try trace.rows("hardirqs") == [
        "Tracing hard irq event time... Hit Ctrl-C to end.", "",
        "HARDIRQ                    TOTAL_usecs",
        "timer, too                           1", "virtio1-req.0                       30",
      ])
    #expect(
      try trace.rows("hardirqs", ["-N", "--csv"])
        == ["hardirq,total_ns", #""timer, too",1500"#, "virtio1-req.0,30000"])
    #expect(
      try trace.rows("hardirqs", ["-Cj"])
        == [#"{"hardirq":"timer, too","count":1}"#, #"{"hardirq":"virtio1-req.0","count":2}"#])
    #expect(
      try trace.rows("hardirqs", ["-d", "--csv"]) == [
        "hardirq,from_us,to_us,count", #""timer, too",1,2,1"#, "virtio1-req.0,8,16,1",
        "virtio1-req.0,16,32,1",
      ])
    #expect(
      try trace.rows("hardirqs", ["-C", "--csv", "-t", "0.000025"]) == [
        "time_s,hardirq,count", "1.000025,virtio1-req.0,2", #"1.000032,"timer, too",1"#,
      ])
    trace.loseEvents(cpu: 1)
    trace.add(1_001_000_000, cpu: 1, thread: 7, "irq:irq_handler_exit", ["irq": .number(25)])
    #expect(try trace.rows("hardirqs", ["-C", "--csv"]).last == "virtio1-req.0,2")
  }

  /// CPU 0 loses events between 100 and 900 µs. What runs on CPU 1 meanwhile is seen whole; what CPU 0
  /// began before has no end, though one comes.
  @Test(
    arguments: ToolTrace.kernels,
    [("hardirqs", "irq_handler", "irq"), ("softirqs", "softirq", "vec")])
  func anotherCPUsLossIsNothingToAHandler(
    kernel: String, tool: (name: String, event: String, field: String)
  ) throws {
    var trace = try ToolTrace(kernel: kernel, ["irq"])
    func add(_ time: UInt64, _ cpu: Int, _ end: String) {
      trace.add(
        1_000_000_000 + time * 1000, cpu: cpu, thread: 7, "irq:\(tool.event)_\(end)",
        [tool.field: .number(1), "name": .text("timer")])
    }
    add(90, 1, "entry")
    add(100, 0, "entry")
    add(105, 1, "exit")
    add(500, 1, "entry")
    add(507, 1, "exit")
    add(899, 1, "entry")
    trace.loseEvents(cpu: 0)
    add(900, 0, "exit")
    add(901, 1, "exit")
    add(950, 0, "entry")
    add(951, 0, "exit")
    #expect(try trace.rows(tool.name, ["-N", "--csv"]).dropFirst() == ["timer,25000"])
    // What a CPU itself lost is.
    add(1000, 1, "entry")
    trace.loseEvents(cpu: 1)
    add(2000, 1, "exit")
    #expect(try trace.rows(tool.name, ["-C", "--csv"]).dropFirst() == ["timer,4"])
  }

  /// Handlers that share a line have one number.
  @Test(arguments: ToolTrace.kernels) func handlersOfOneLine(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["irq"])
    func add(_ time: UInt64, _ cpu: Int, _ event: String, _ name: String = "") {
      trace.add(
        1_000_000_000 + time, cpu: cpu, thread: 7, "irq:irq_handler_\(event)",
        ["irq": .number(9), "name": .text(name)])
    }
    add(1_000_000, 0, "entry", "acpi")
    add(2_000_000, 1, "entry", "eth0")
    add(3_000_000, 1, "exit")
    add(10_000_000, 0, "exit")
    #expect(
      try trace.rows("hardirqs", ["-N", "--csv"])
        == ["hardirq,total_ns", "eth0,1000000", "acpi,9000000"])
    // The kernel's sums are of the line.
    let names = ["eth0", "acpi", "eth0"].map { name in
      (CountedRow(keys: [.number(9), .text(name)], count: 1, sums: []), 1)
    }
    let sum = (CountedRow(keys: [.number(9), .number(0)], count: 2, sums: [10_000]), 0)
    let empty = try ToolTrace(kernel: kernel, ["irq"])
    #expect(
      try empty.run("hardirqs", ["-N", "--csv"], counted: names + [sum]).text.last
        == "acpi/eth0,10000")
  }

  @Test(arguments: ToolTrace.kernels) func vectorsByName(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("softirqs", ["-N", "--csv"])
        == ["softirq,total_ns", "vec 12,500", "timer,5000", "net_rx,103000"])
    #expect(
      try trace.rows("softirqs", ["-C"]).suffix(4) == [
        "SOFTIRQ                    TOTAL_count", "timer                                1",
        "vec 12                               1", "net_rx                               2",
      ])
    #expect(
      try trace.rows("softirqs", ["-d", "--csv"]) == [
        "softirq,from_us,to_us,count", "net_rx,2,4,1", "net_rx,64,128,1", "timer,4,8,1",
        "vec 12,0,1,1",
      ])
  }
}
