import KernelTools
import Testing

@Suite struct ExitSnoopTests {
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["kscope"])
    func exit(
      _ time: UInt64, _ pid: Int, _ tid: Int, _ code: Int, isLast: Bool = true,
      start: UInt64 = 500_000_000
    ) {
      trace.add(
        time, thread: Int32(tid), "kscope:taskstats_exit",
        [
          "pid": .number(pid), "tid": .number(tid), "ppid": .number(1), "comm": .text("a task"),
          "start": .number(Int(start)), "code": .number(code), "last": .number(isLast ? 1 : 0),
        ])
    }
    exit(1_000_000_000, 70, 70, 0)
    exit(1_100_000_000, 71, 72, 3 << 8, isLast: false)
    exit(1_200_000_000, 71, 71, 3 << 8)
    exit(1_300_000_000, 80, 80, 9)
    // Its core was dumped; it began by another clock.
    exit(1_400_000_000, 81, 81, 11 | 0x80, start: 2_000_000_000)
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyProcessThatEndsHasItsRow(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("exitsnoop") == [
        "Tracing exits. Ctrl-C to end.",
        "PCOMM            PID     PPID    TID       AGE(s) EXIT_CODE",
        "a task           70      1       70          0.50 0",
        "a task           71      1       71          0.70 code 3",
        "a task           80      1       80          0.80 signal 9 (KILL)",
        "a task           81      1       81             ? signal 11 (SEGV)",
      ])
    #expect(try Self.trace(kernel).rows("exitsnoop", ["--per-thread", "-x", "--csv"]).count == 5)
    #expect(
      try Self.trace(kernel).rows("exitsnoop", ["-xj", "-L", "81"])
        == [#"{"comm":"a task","pid":81,"ppid":1,"tid":81,"age_s":null,"code":-11}"#])
    // Of another clock than that of the beginning nothing can be told.
    var local = try Self.trace(kernel)
    local.clock = "local"
    #expect(
      try local.rows("exitsnoop", ["-j", "-L", "80"])
        == [#"{"comm":"a task","pid":80,"ppid":1,"tid":80,"age_s":null,"code":-9}"#])
  }
}
