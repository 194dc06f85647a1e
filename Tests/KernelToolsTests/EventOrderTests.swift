import KernelTools
import Testing
import TraceTestSupport

/// The order in which a tool sees the events of several CPUs, and what it makes of losses on one of
/// them. Times are in microseconds.
@Suite struct EventOrderTests {
  private static let names: [Int: String] = [7: "dd", 9: "my shell"]

  struct Tasks {
    var trace: ToolTrace

    init(_ kernel: String) throws {
      trace = try ToolTrace(kernel: kernel, ["sched", "ftrace"])
      trace.symbols =
        "ffffffff00001000 T schedule\nffffffff00002000 T pipe_read\n"
        + "ffffffff00003000 T end\n"
    }

    mutating func change(_ cpu: Int, _ from: Int, _ to: Int, at time: UInt64) {
      trace.add(
        1_000_000_000 + time * 1000, cpu: cpu, thread: Int32(from), "sched:sched_switch",
        [
          "prev_pid": .number(from), "next_pid": .number(to), "prev_state": .number(1),
          "prev_comm": .text(names[from] ?? ""), "next_comm": .text(names[to] ?? ""),
        ])
    }

    mutating func wake(
      _ cpu: Int, _ thread: Int, by waker: Int32, at time: UInt64, _ event: String = "sched_waking"
    ) {
      trace.add(
        1_000_000_000 + time * 1000, cpu: cpu, thread: waker, "sched:\(event)",
        ["pid": .number(thread), "comm": .text(names[thread] ?? "")])
    }

    mutating func stack(_ cpu: Int, _ address: UInt64, at time: UInt64) {
      let caller = (0..<8).map { UInt8(truncatingIfNeeded: address >> ($0 * 8)) }
      trace.add(
        1_000_000_000 + time * 1000, cpu: cpu, thread: 7, "ftrace:kernel_stack",
        ["size": .number(1), "caller": .bytes(caller + [UInt8](repeating: 0xff, count: 56))])
    }
  }

  /// On CPU 0 nothing follows for long: its events wait for a stack that does not come.
  @Test(arguments: ToolTrace.kernels) func nobodyOvertakesWhoWaits(kernel: String) throws {
    var wakes = try Tasks(kernel)
    wakes.change(1, 7, 0, at: 500)
    wakes.wake(0, 7, by: 9, at: 1000)
    wakes.change(1, 0, 7, at: 1500)
    wakes.change(1, 7, 0, at: 2000)
    wakes.wake(0, 11, by: 9, at: 50_000)
    #expect(try wakes.trace.rows("wakeuptime", ["--csv"]).dropFirst() == ["my shell;dd,500"])

    var sleeps = try Tasks(kernel)
    sleeps.change(0, 7, 0, at: 1000)
    sleeps.change(1, 0, 7, at: 2000)
    sleeps.wake(1, 11, by: 7, at: 3000)
    sleeps.wake(1, 11, by: 7, at: 4000)
    sleeps.change(0, 0, 9, at: 50_000)
    sleeps.change(1, 7, 0, at: 60_000)
    sleeps.change(1, 0, 7, at: 61_000)
    #expect(try sleeps.trace.rows("offcputime", ["--csv"]).dropFirst() == ["dd,2000"])
  }

  @Test(arguments: ToolTrace.kernels) func callsComeAfterOthersEvents(kernel: String) throws {
    var tasks = try Tasks(kernel)
    tasks.change(0, 7, 0, at: 1000)
    tasks.change(1, 9, 7, at: 1001)
    tasks.stack(1, 0xffff_ffff_0000_2010, at: 1002)
    tasks.stack(0, 0xffff_ffff_0000_1010, at: 1003)
    tasks.change(0, 0, 9, at: 1501)
    // A CPU that is silent holds nothing up for longer than a second.
    tasks.change(1, 7, 0, at: 2000)
    tasks.change(0, 9, 7, at: 1_003_000)
    tasks.stack(0, 0xffff_ffff_0000_2010, at: 1_003_001)
    #expect(
      try tasks.trace.rows("offcputime", ["--csv"]).dropFirst()
        == ["dd;schedule,1", "my shell;pipe_read,500", "dd,1001000"])
  }

  /// 7 leaves; then its CPU loses events, and what comes first behind is another's stack.
  @Test(arguments: ToolTrace.kernels) func whatWaitsEndsAtALoss(kernel: String) throws {
    for hasStack in [false, true] {
      var tasks = try Tasks(kernel)
      tasks.change(0, 7, 0, at: 1000)
      tasks.trace.loseEvents()
      if hasStack { tasks.stack(0, 0xffff_ffff_0000_2010, at: 20_000) }
      tasks.change(0, 0, 7, at: 50_000)
      tasks.change(0, 7, 0, at: 60_000)
      tasks.stack(0, 0xffff_ffff_0000_1010, at: 60_001)
      tasks.change(0, 0, 7, at: 61_000)
      #expect(try tasks.trace.rows("offcputime", ["--csv"]).dropFirst() == ["dd;schedule,1000"])
    }
  }

  /// CPU 0 loses events between 500 and 20000 µs: what overlaps that is not paired, be it on CPU 1.
  @Test(arguments: ToolTrace.kernels) func noPairLiesInAGap(kernel: String) throws {
    var tasks = try Tasks(kernel)
    func pair(_ from: UInt64, _ to: UInt64) {
      tasks.wake(1, 7, by: 0, at: from, "sched_wakeup")
      tasks.change(1, 0, 7, at: to)
    }
    tasks.wake(0, 11, by: 9, at: 500)
    tasks.trace.loseEvents()
    tasks.wake(0, 11, by: 9, at: 20_000)
    pair(100, 102)
    pair(490, 510)
    pair(1000, 10_000)
    pair(19_000, 21_000)
    pair(22_000, 22_040)
    #expect(
      try tasks.trace.rows("runqlat", ["--csv"])
        == ["from_us,to_us,count", "2,4,1", "32,64,1"])
    // The same, where events wait for their calls.
    let rows = try tasks.trace.rows("stackcount", ["sched:sched_wakeup", "--csv"])
    #expect(rows.last?.hasSuffix(",5") == true)
  }
}
