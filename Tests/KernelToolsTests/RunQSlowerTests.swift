import KernelTools
import Testing
import TraceTestSupport

/// Waits of known length, by all that begins one, and what is none.
@Suite struct RunQSlowerTests {
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["sched"])
    func wake(_ microseconds: Int, _ pid: Int, _ what: String = "wakeup", cpu: Int = 0) {
      trace.add(
        1_000_000_000 + UInt64(microseconds) * 1000, cpu: cpu, thread: 0, "sched:sched_\(what)",
        ["pid": .number(pid), "comm": .text("x")])
    }
    func run(
      _ microseconds: Int, _ next: Int, _ name: String, after previous: Int = 0,
      _ previousName: String = "swapper/0", state: Int = 1, nanoseconds: Int = 0
    ) {
      trace.add(
        1_000_000_000 + UInt64(microseconds * 1000 + nanoseconds), thread: Int32(previous),
        "sched:sched_switch",
        [
          "prev_pid": .number(previous), "prev_comm": .text(previousName),
          "prev_state": .number(state), "next_pid": .number(next), "next_comm": .text(name),
        ])
    }
    wake(0, 7)
    run(10_001, 7, "dd")
    wake(20_000, 9, cpu: 1)
    // 7 makes room for it, and waits itself; what is cut off does not count.
    run(50_000, 9, "my shell", after: 7, "dd", state: 0x100)
    run(60_000, 7, "dd", after: 9, "my shell", state: 2, nanoseconds: 999)
    // It sleeps and is not woken.
    run(70_000, 0, "swapper/0", after: 7, "dd")
    run(200_000, 7, "dd")
    run(210_000, 0, "swapper/0", after: 7, "dd")
    wake(220_000, 8, "wakeup_new")
    run(320_000, 8, "new")
    // Woken while it runs; then it has to make room.
    wake(330_000, 8)
    run(400_000, 0, "swapper/0", after: 8, "new", state: 0)
    run(415_000, 8, "new")
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyLongWaitHasItsRow(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("runqslower", []) == [
        "Tracing run queue latency higher than 10000 us",
        "TIME(s)        COMM             TID           LAT(us)",
        "1.010001       dd               7               10001",
        "1.050000       my shell         9               30000",
        "1.320000       new              8              100000",
        "1.415000       new              8               15000",
      ])
    #expect(
      try Self.trace(kernel).rows("runqslower", ["-P", "15000", "--csv"]) == [
        "time_s,comm,tid,lat_us,prev_comm,prev_tid", "1.050000,my shell,9,30000,dd,7",
        "1.320000,new,8,100000,<idle>,0",
      ])
    #expect(try Self.trace(kernel).rows("runqslower", ["0", "--csv"]).count == 1 + 5)
    #expect(
      try Self.trace(kernel).rows("runqslower", ["-t", "9", "--csv"]).dropFirst()
        == ["1.050000,my shell,9,30000"])
    #expect(try Self.trace(kernel).rows("runqslower", ["-n", "^dd$", "--csv"]).count == 1 + 1)
  }

  /// What the kernel makes itself comes to the same; of another run's event nothing is lost on it.
  @Test(arguments: ToolTrace.kernels) func theKernelsOwnEventIsARow(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["sched", "synthetic"])
    trace.add(
      1_010_001_000, thread: 0, "synthetic:kscope_runqslower_71",
      [
        "wait_ns": .number(10_001_999), "pid": .number(7), "comm": .text("dd"),
        "prev_pid": .number(0), "prev_comm": .text("swapper/0"),
      ])
    #expect(
      try trace.rows("runqslower", ["-P", "--csv"]).dropFirst()
        == ["1.010001,dd,7,10001,<idle>,0"])
  }

  /// A begin is an event of its own, whatever began it; the end's event comes out where it is long.
  @Test func theKernelPairs() throws {
    let requests = try ArgDistTests.triggers("runqslower", ["500"]) ?? []
    #expect(
      requests.last { $0.hasPrefix("synthetic") }
        == "synthetic:kscope_runqslower_71 [\"wait_ns >= 501000\"]")
    #expect(requests.count { $0.contains(".trace(kscope_runqslower_begin_71,") } == 3)
    #expect(requests.count { $0.contains(":length=common_timestamp-$begin:") } == 1)
  }

  @Test func whatIsLostIsNotPaired() throws {
    var trace = try ToolTrace(kernel: "6.12", ["sched"])
    trace.add(1_000_000_000, thread: 0, "sched:sched_wakeup", ["pid": .number(7)])
    trace.loseEvents()
    trace.add(2_000_000_000, thread: 0, "sched:sched_switch", ["next_pid": .number(7)])
    #expect(try trace.rows("runqslower", ["--csv"]).count == 1)
    #expect(throws: ToolUsageError.self) { try trace.rows("runqslower", ["-5"]) }
    #expect(throws: ToolUsageError.self) { try trace.rows("runqslower", ["soon"]) }
  }
}
