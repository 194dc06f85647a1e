import KernelTools
import Testing
import TraceTestSupport

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

  /// The scheduler's own events alone: 70 has a thread 71, begins 72 that runs a program, and 73, of
  /// which nothing more is known.
  private static func plain(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["sched"])
    trace.factsOf = { [70: ThreadFacts(process: 70), 71: ThreadFacts(process: 70)][$0] ?? .init() }
    func fork(_ time: UInt64, by creator: Int32, _ child: Int) {
      trace.add(
        time, thread: creator, "sched:sched_process_fork", ["child_pid": .number(child)])
    }
    func exit(_ time: UInt64, _ thread: Int, _ comm: String) {
      trace.add(
        time, thread: Int32(thread), "sched:sched_process_exit",
        ["pid": .number(thread), "comm": .text(comm)])
    }
    fork(1_000_000_000, by: 70, 71)
    fork(1_100_000_000, by: 71, 72)
    fork(1_200_000_000, by: 70, 73)
    trace.add(1_300_000_000, thread: 72, "sched:sched_process_exec", ["pid": .number(72)])
    exit(1_350_000_000, 72, "ls")
    exit(1_400_000_000, 71, "worker")
    exit(1_450_000_000, 73, "who")
    exit(1_500_000_000, 70, "main")
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func theSchedulersOwnEventsDo(kernel: String) throws {
    let trace = try Self.plain(kernel)
    let (rows, notes) = try trace.run("exitsnoop", ["--csv"])
    #expect(
      rows == [
        "comm,pid,ppid,tid,age_s,code", "ls,72,70,72,0.25,", "who,,,73,0.25,", "main,70,,70,,",
      ])
    #expect(notes.count == 1 && notes[0].contains("sched_process_exit"))
    #expect(
      try trace.rows("exitsnoop", ["--per-thread", "-L", "71"]).last
        == "worker           70      ?       71          0.40 ?")
    #expect(
      try trace.rows("exitsnoop", ["-p", "72", "--csv"]).dropFirst() == ["ls,72,70,72,0.25,"])
    #expect(try trace.rows("exitsnoop", ["-p", "70", "--csv"]).count == 4)
    // Whether it failed is not known.
    let (failures, words) = try trace.run("exitsnoop", ["-x", "--csv"])
    #expect(failures.count == 1 && words.contains { $0.contains("-x shows none") })
    // A loss may have hidden that a number was another's.
    var lossy = try Self.plain(kernel)
    lossy.add(1_600_000_000, thread: 70, "sched:sched_process_fork", ["child_pid": .number(75)])
    lossy.loseEvents()
    lossy.add(
      1_700_000_000, thread: 75, "sched:sched_process_exit",
      ["pid": .number(75), "comm": .text("late")])
    #expect(try lossy.rows("exitsnoop", ["--csv"]).last == "late,,,75,,")
    // Where its own event is, the others are none.
    var both = try ToolTrace(kernel: kernel, ["kscope", "sched"])
    both.add(
      1_000_000_000, thread: 70, "sched:sched_process_exit",
      ["pid": .number(70), "comm": .text("main")])
    #expect(try both.rows("exitsnoop", ["--csv"]).count == 1)
  }
}
