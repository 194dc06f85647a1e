import KernelTools
import Testing
import TraceTestSupport

/// Checks of capabilities, by the function, and by the event of newer kernels.
@Suite struct CapableTests {
  private static func check(
    _ trace: inout ToolTrace, _ time: UInt64, thread: Int32, cap: Int, options: Int = 0, result: Int
  ) {
    trace.add(
      time, thread: thread, "kscope:cap_capable",
      ["uid": .number(1000), "cap": .number(cap), "opts": .number(options)])
    trace.add(time + 1000, thread: thread, "kscope:cap_capable_return", ["ret": .number(result)])
  }

  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["kscope"])
    check(&trace, 1_000_000_000, thread: 7, cap: 21, result: 0)
    check(&trace, 1_100_000_000, thread: 9, cap: 12, options: 4, result: -1)
    check(&trace, 1_200_000_000, thread: 9, cap: 2, options: 2, result: -1)
    check(&trace, 1_300_000_000, thread: 7, cap: 21, result: 0)
    check(&trace, 1_400_000_000, thread: 7, cap: 77, result: 0)
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyCheckHasItsRow(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("capable", ["-t", "-x", "-v"]) == [
        "Tracing checks of capabilities. Ctrl-C to end.",
        "TIMEs            UID    PID    TID    COMM             CAP  NAME                 AUDIT  INSETID RESULT",
        "1.000001         1000   7      7      dd               21   CAP_SYS_ADMIN        1      0       0",
        "1.100001         1000   9      9      my shell         12   CAP_NET_ADMIN        1      1       -EPERM",
        "1.200001         1000   9      9      my shell         2    CAP_DAC_READ_SEARCH  0      0       -EPERM",
        "1.300001         1000   7      7      dd               21   CAP_SYS_ADMIN        1      0       0",
        "1.400001         1000   7      7      dd               77   77                   1      0       0",
      ])
    #expect(try trace.rows("capable", ["--csv"]).count == 5)
    #expect(
      try trace.rows("capable", ["--csv", "-U"]).dropFirst() == [
        "1000,7,dd,21,CAP_SYS_ADMIN,1,0", "1000,9,my shell,12,CAP_NET_ADMIN,1,-1",
        "1000,7,dd,77,77,1,0",
      ])
    #expect(try trace.rows("capable", ["--csv", "-v", "--denied", "READ"]).count == 2)
    #expect(try trace.rows("capable", ["--csv", "-p", "9"]).count == 2)
  }

  @Test func aRecordingWithoutChecksIsSaid() throws {
    let trace = try ToolTrace(kernel: "6.12", ["signal"])
    #expect(throws: ToolError.self) { try trace.rows("capable") }
  }

  /// Where both are there, a check is one row; the event alone does not tell whose user and audit.
  @Test func theEventOfNewerKernels() throws {
    var trace = try ToolTrace(kernel: "6.12", ["kscope", "capability"])
    func event(_ time: UInt64, _ cap: Int, _ result: Int) {
      trace.add(
        time, thread: 7, "capability:cap_capable", ["cap": .number(cap), "ret": .number(result)])
    }
    trace.add(
      1_000_000_000, thread: 7, "kscope:cap_capable", ["uid": .number(5), "cap": .number(1)])
    event(1_000_000_500, 1, -1)
    trace.add(1_000_001_000, thread: 7, "kscope:cap_capable_return", ["ret": .number(-1)])
    event(1_100_000_000, 38, 0)
    #expect(
      try trace.rows("capable", ["--csv"]).dropFirst() == [
        "5,7,dd,1,CAP_DAC_OVERRIDE,1,-1", ",7,dd,38,CAP_PERFMON,,0",
      ])
  }
}

/// Processes that are killed for lack of memory.
@Suite struct OOMKillTests {
  @Test(arguments: ToolTrace.kernels) func everyVictimHasItsRow(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["oom", "kscope"])
    trace.add(
      1_000_000_000, thread: 7, "kscope:oom_kill_process",
      ["pages": .number(5120), "victim": .number(9), "comm": .text("my shell")])
    for (time, pid, comm) in [(1_000_001_000, 9, "my shell"), (1_000_002_000, 7, "dd")] {
      trace.add(
        UInt64(time), thread: 7, "oom:mark_victim", ["pid": .number(pid), "comm": .text(comm)])
    }
    #expect(
      try trace.rows("oomkill", ["-t"]) == [
        "Tracing OOM kills... Ctrl-C to stop.",
        "TIMEs            PID     COMM             KILLED  COMM                 PAGES",
        "1.000001         7       dd               9       my shell              5120",
        "1.000002         7       dd               7       dd                    5120",
      ])
    #expect(
      try trace.rows("oomkill", ["-j"])[0]
        == #"{"pid":7,"comm":"dd","killed_pid":9,"killed_comm":"my shell","total_pages":5120}"#)
  }
}
