import KernelTools
import Testing
import TraceTestSupport

/// Numbers at the ends of rows, and beyond all of them.
@Suite struct PerfStatHistTests {
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["opens", "kscope", "block"])
    for number in [-2, -1, 0, 1, 3, 4, 15, 16, 1_048_575, 1_048_576, 5_000_000_000, 3, 3, 3] {
      trace.add(
        1_000_000_000, thread: number == 16 ? 9 : 7, "syscalls:sys_exit_openat",
        ["ret": .number(number)])
    }
    trace.add(1_000_000_001, thread: 7, "block:block_rq_issue", ["sector": .number(-1)])
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func rowsAreOfPowers(kernel: String) throws {
    func row(_ range: String, _ count: Int, _ marks: Int) -> String {
      let digits = String(count)
      return range + " : " + digits + String(repeating: " ", count: 9 - digits.count) + "|"
        + String(repeating: "#", count: marks) + String(repeating: " ", count: 38 - marks) + "|"
    }
    #expect(
      try Self.trace(kernel).rows("perf-stat-hist", ["syscalls:sys_exit_openat", "ret"]) == [
        "Tracing syscalls:sys_exit_openat, power-of-4, max 1048576, until Ctrl-C...", "",
        "            Range          : Count    Distribution",
        row("              -> -1       ", 2, 16), row("            0 -> 0        ", 1, 8),
        row("            1 -> 3        ", 5, 38), row("            4 -> 15       ", 2, 16),
        row("           16 -> 63       ", 1, 8), row("           64 -> 255      ", 0, 0),
        row("          256 -> 1023     ", 0, 0), row("         1024 -> 4095     ", 0, 0),
        row("         4096 -> 16383    ", 0, 0), row("        16384 -> 65535    ", 0, 0),
        row("        65536 -> 262143   ", 0, 0), row("       262144 -> 1048575  ", 1, 8),
        row("      1048576 ->          ", 2, 16),
      ])
  }

  @Test(arguments: ToolTrace.kernels) func rowsBeginWhereItIsSaid(kernel: String) throws {
    let trace = try Self.trace(kernel)
    let event = ["syscalls:sys_exit_openat", "ret", "--csv"]
    #expect(
      try trace.rows("perf-stat-hist", ["-b", "3 16"] + event)
        == ["from,to,count", ",3,4", "3,16,6", "16,,4"])
    #expect(
      try trace.rows("perf-stat-hist", ["-P", "10", "-m", "100"] + event).dropFirst()
        == [",0,2", "0,1,1", "1,10,6", "10,100,2", "100,,3"])
    #expect(
      try trace.rows("perf-stat-hist", ["-b", "3", "-f", "ret > 3 || ret == -1"] + event)
        .dropFirst() == [",3,1", "3,,6"])
    #expect(
      try trace.rows("perf-stat-hist", ["-b", "3", "-n", "shell"] + event).dropFirst()
        == [",3,0", "3,,1"])
    // The largest number without a sign is not one below 0.
    #expect(
      try trace.rows("perf-stat-hist", ["-b", "0", "block:block_rq_issue", "sector", "--csv"])
        .dropFirst() == [",0,0", "0,,1"])
  }

  @Test func whatCannotBeCountedIsSaid() throws {
    let trace = try Self.trace("6.1")
    let event = ["syscalls:sys_exit_openat", "ret"]
    for wrong in [
      ["-b", "3 2"], ["-b", "x"], ["-b", ""], ["-P", "1"], ["-m", "0"], ["-P", "-4"],
    ] {
      #expect(throws: ToolUsageError.self, "\(wrong)") {
        try trace.rows("perf-stat-hist", wrong + event)
      }
    }
    #expect(throws: ToolUsageError.self) {
      try trace.rows("perf-stat-hist", ["sched_switch", "x"])
    }
    #expect(throws: ToolUsageError.self) { try trace.rows("perf-stat-hist", ["a:b"]) }
    #expect(throws: ToolError.self) { try trace.rows("perf-stat-hist", [event[0], "count"]) }
    #expect(
      try trace.run("perf-stat-hist", ["block:block_rq_issue", "rwbs"]).notes.contains {
        $0.contains("is a text")
      })
  }
}
