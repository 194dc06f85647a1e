import KernelTools
import Testing
import TraceTestSupport

/// Tasks that wait, run and sleep for known times: runqlat, cpudist, offcputime and wakeuptime.
@Suite struct SchedulerToolTests {
  private static let names: [Int: String] = [0: "swapper/0", 7: "dd", 9: "my shell", 11: "new"]
  /// What the addresses of a stack are called.
  private static let symbols = """
    ffffffff00001000 T __schedule
    ffffffff00002000 T schedule
    ffffffff00003000 T do_nanosleep
    ffffffff00004000 T pipe_read
    ffffffff00005000 T hrtimer_wakeup
    ffffffff00006000 T __traceiter_sched_switch
    ffffffff00007000 T last
    ffffffff00008000 T end

    """

  /// One CPU; times in microseconds.
  struct Tasks {
    var trace: ToolTrace

    init(_ kernel: String) throws {
      trace = try ToolTrace(kernel: kernel, ["sched", "ftrace"])
      trace.symbols = symbols
      trace.factsOf = { thread in ThreadFacts(process: thread == 11 ? 9 : thread) }
    }

    private func time(_ time: UInt64) -> UInt64 { 1_000_000_000 + time * 1000 }

    mutating func wake(
      _ thread: Int, _ event: String = "sched_wakeup", by waker: Int32 = 0, at time: UInt64,
      calls: [Int] = []
    ) {
      trace.add(
        self.time(time), thread: waker, "sched:\(event)",
        ["pid": .number(thread), "comm": .text(names[thread] ?? "")])
      stack(calls, waker, time)
    }

    mutating func change(
      _ from: Int, _ to: Int, at time: UInt64, state: Int = 0, calls: [Int] = []
    ) {
      trace.add(
        self.time(time), thread: Int32(from), "sched:sched_switch",
        [
          "prev_pid": .number(from), "next_pid": .number(to), "prev_state": .number(state),
          "prev_comm": .text(names[from] ?? ""), "next_comm": .text(names[to] ?? ""),
        ])
      stack(calls, Int32(from), time)
    }

    /// Numbers of functions, the innermost first, each with an address inside it.
    private mutating func stack(_ calls: [Int], _ thread: Int32, _ time: UInt64) {
      guard !calls.isEmpty else { return }
      var addresses = calls.map { UInt64(0xffff_ffff_0000_0010) + UInt64($0) << 12 }
      addresses += [UInt64](repeating: .max, count: 8 - addresses.count)
      trace.add(
        self.time(time) + 10, thread: thread, "ftrace:kernel_stack",
        [
          "size": .number(calls.count),
          "caller": .bytes(
            addresses.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
            }),
        ])
    }
  }

  /// Task 7 waits 100, 4000 and 500 µs, thread 11 of process 9 3 µs; 9 came by itself.
  private static func waits(_ kernel: String) throws -> ToolTrace {
    var tasks = try Tasks(kernel)
    tasks.wake(7, at: 0)
    tasks.change(0, 7, at: 100)
    tasks.change(7, 9, at: 1000)
    tasks.change(9, 7, at: 5000, state: 1)
    // Made to stop, and woken once more: the last begin counts.
    tasks.change(7, 0, at: 6000, state: 0x100)
    tasks.wake(7, at: 6500)
    tasks.change(0, 7, at: 7000)
    tasks.wake(11, "sched_wakeup_new", by: 7, at: 8000)
    tasks.change(7, 11, at: 8003, state: 2)
    return tasks.trace
  }

  @Test(arguments: ToolTrace.kernels) func waitsForAProcessor(kernel: String) throws {
    let trace = try Self.waits(kernel)
    #expect(
      try trace.rows("runqlat", ["--csv"]) == [
        "from_us,to_us,count", "2,4,1", "64,128,1", "256,512,1", "2048,4096,1",
      ])
    #expect(
      try trace.rows("runqlat", ["-L", "-m", "--csv"]) == [
        "tid,from_ms,to_ms,count", "7,0,1,2", "7,4,8,1", "11,0,1,1",
      ])
    #expect(
      try trace.rows("runqlat", ["-Pj", "-n", "new"])
        == [#"{"pid":9,"from_us":2,"to_us":4,"count":1}"#])
    #expect(try trace.rows("runqlat", ["--csv", "-p", "9"]) == ["from_us,to_us,count", "2,4,1"])
    #expect(try trace.rows("runqlat", ["--csv", "--tid", "7"]).count == 4)
    #expect(
      try trace.rows("runqlat", ["-me"]) == [
        "Tracing run queue latency... Hit Ctrl-C to end.", "",
        "     msecs               : count     distribution",
        "         0 -> 1          : 3        |****************************************|",
        "         2 -> 3          : 0        |                                        |",
        "         4 -> 7          : 1        |**************                          |", "",
        "avg = 1 msecs, total: 4 msecs, count: 4",
      ])
    // Of intervals of 5 ms the second has what comes at its beginning.
    #expect(
      try trace.rows("runqlat", ["0.005", "-t", "--csv"]) == [
        "time_s,from_us,to_us,count", "1.005000,64,128,1", "1.008003,2,4,1", "1.008003,256,512,1",
        "1.008003,2048,4096,1",
      ])
    #expect(try trace.rows("runqlat", ["0.005", "1", "--csv"]).count == 2)
  }

  @Test(arguments: ToolTrace.kernels) func timesOnAndOffTheProcessor(kernel: String) throws {
    var trace = try Self.waits(kernel)
    #expect(
      try trace.rows("cpudist", ["-L", "--csv"]) == [
        "tid,from_us,to_us,count", "7,512,1024,3", "9,2048,4096,1",
      ])
    #expect(
      try trace.rows("cpudist", ["-O", "-P", "--csv"]) == [
        "pid,from_us,to_us,count", "7,512,1024,1", "7,2048,4096,1",
      ])
    #expect(try trace.rows("cpudist", ["-O"]).first == "Tracing off-CPU time... Hit Ctrl-C to end.")
    #expect(try trace.rows("cpudist", ["-m", "--csv", "-n", "^my"]).last == "4,8,1")
    // A switch that is lost: nobody knows who ran when.
    trace.loseEvents()
    trace.add(1_100_000_000, thread: 11, "sched:sched_switch", ["prev_pid": .number(11)])
    #expect(try trace.rows("cpudist", ["--csv", "-L"]).filter { $0.hasPrefix("11,") }.isEmpty)
  }

  /// The formats of Linux 4.4 and of 2.6.32, of x86.
  private static let olderFormats = [
    0x800: #"""
    "%s%s", REC->prev_state & (2048-1) ? __print_flags(REC->prev_state & (2048-1), "|", \
    { 1, "S"} , { 2, "D" }, { 512, "P" }, { 1024, "N" }) : "R", REC->prev_state & 2048 ? "+" : ""
    """#,
    // What nobody understands is taken for a kernel of today.
    0x100: #""%s", REC->prev_state & TASK_WHATEVER( ? "+" : """#,
    0:
      #""%s", REC->prev_state ? __print_flags(REC->prev_state, "|", { 1, "S"} , { 2, "D" }) : "R""#,
  ]

  /// Which bit tells that a task was made to leave is in the event's format: where it is 2048, 256
  /// and 512 are states in which tasks sleep.
  @Test(arguments: ToolTrace.kernels, [0x100, 0x800, 0])
  func whoWasMadeToLeaveWaits(kernel: String, preempted: Int) throws {
    var tasks = try Tasks(kernel)
    if let format = Self.olderFormats[preempted] {
      tasks.trace.setPrintFormat(
        format.replacing("\\\n", with: ""), of: "sched:sched_switch")
    }
    for (place, state) in [0, 0x100, 0x200, 0x800].enumerated() {
      let thread = 20 + place
      tasks.change(thread, 0, at: UInt64(place) * 10_000, state: state)
      tasks.wake(thread, "sched_waking", by: 7, at: UInt64(place) * 10_000 + 90, calls: [5])
      tasks.change(0, thread, at: UInt64(place) * 10_000 + 100)
    }
    let runnable = [(20, 0), (21, 0x100), (23, 0x800)].filter { $0.1 == 0 || $0.1 == preempted }
    let lines = runnable.map { "\($0.0),64,128,1" }
    #expect(try tasks.trace.rows("runqlat", ["-L", "--csv"]).dropFirst() == lines[...])
    #expect(
      try tasks.trace.rows("runqslower", ["50", "--csv"]).dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)[2]
      } == runnable.map { "\($0.0)" })
    #expect(
      try tasks.trace.rows("wakeuptime", ["--csv"]).dropFirst()
        == ["dd;hrtimer_wakeup;,\(90 * (4 - runnable.count))"])
  }

  /// 7 sleeps 2000 and 3000 µs and is made to stop for 40; 9 sleeps 500 by another way.
  private static func sleeps(_ kernel: String) throws -> ToolTrace {
    var tasks = try Tasks(kernel)
    tasks.change(7, 0, at: 0, state: 1, calls: [6, 1, 2, 3])
    tasks.wake(7, "sched_waking", at: 1900, calls: [5])
    tasks.change(0, 7, at: 2000, calls: [1, 2])
    tasks.change(7, 9, at: 2100, state: 0x100, calls: [1, 2])
    tasks.change(9, 7, at: 2140, state: 2, calls: [1, 2, 4])
    tasks.wake(9, "sched_waking", by: 7, at: 2540, calls: [4, 7])
    tasks.change(7, 9, at: 2640, state: 1, calls: [1, 2, 3])
    tasks.change(9, 0, at: 2700, state: 1)
    tasks.wake(7, "sched_waking", at: 5140, calls: [5])
    tasks.change(0, 7, at: 5640, calls: [1])
    return tasks.trace
  }

  @Test(arguments: ToolTrace.kernels) func timesAwayByStack(kernel: String) throws {
    let trace = try Self.sleeps(kernel)
    let long = "dd;do_nanosleep;schedule;__schedule"
    let other = "my shell;pipe_read;schedule;__schedule"
    #expect(
      try trace.rows("offcputime", ["--csv"])
        == ["stack,total_us", "dd;schedule;__schedule,40", "\(other),500", "\(long),5000"])
    #expect(
      try trace.rows("offcputime", ["-f", "-n", "my"]) == ["\(other) 500"])
    #expect(
      try trace.rows("offcputime", ["-j", "-p", "7", "-m", "41", "-M", "2999"])
        == [#"{"stack":"\#(long)","total_us":2000}"#])
    #expect(
      try trace.rows("offcputime", ["-L", "9"]) == [
        "Tracing off-CPU time (us) of TID 9 by kernel stack... Hit Ctrl-C to end.", "",
        "    __schedule", "    schedule", "    pipe_read", "    -                my shell",
        "        500",
      ])
    #expect(throws: ToolUsageError.self) { try trace.rows("offcputime", ["-m", "x"]) }
  }

  /// What was recorded without stacks still has its times, and it is said why there is no way.
  @Test(arguments: ToolTrace.kernels) func noStackIsSaid(kernel: String) throws {
    let words = "the recording has no calls of these events: kscope record -T"
    for (arguments, rows, events) in [
      (["offcputime"], ["dd,100"], " -e 'sched:sched_switch'"),
      (["wakeuptime"], ["dd;dd,90"], " -e 'sched:sched_waking' -e 'sched:sched_switch'"),
      (["stackcount", "sched:sched_waking"], [",1"], " -e 'sched:sched_waking'"),
    ] {
      func run(_ calls: [Int]) throws -> (text: [String], notes: [String]) {
        var tasks = try Tasks(kernel)
        tasks.change(7, 0, at: 0, state: 1, calls: calls)
        tasks.wake(7, "sched_waking", by: 7, at: 90, calls: calls)
        tasks.change(0, 7, at: 100)
        return try tasks.trace.run(arguments[0], arguments.dropFirst() + ["--csv"])
      }
      let (text, notes) = try run([])
      #expect(text.dropFirst() == rows[...])
      #expect(notes == ["\(words)\(events) keeps them"])
      // One that has a stack is enough, and none that has one is needed where nothing came.
      #expect(try run([1, 2]).notes.isEmpty)
      #expect(try Tasks(kernel).trace.run(arguments[0], Array(arguments.dropFirst())).notes.isEmpty)
    }
  }

  @Test(arguments: ToolTrace.kernels) func timesAsleepByWaker(kernel: String) throws {
    var trace = try Self.sleeps(kernel)
    trace.commandLines = "0 idle\n7 dd\n"
    #expect(
      try trace.rows("wakeuptime", ["--csv"]) == [
        "stack,total_us", "dd;last;pipe_read;my shell,400", "<idle>;hrtimer_wakeup;dd,4400",
      ])
    #expect(try trace.rows("wakeuptime", ["-f", "-p", "9"]) == ["dd;last;pipe_read;my shell 400"])
    // Who sleeps is not known after a loss.
    var lossy = try Tasks(kernel)
    lossy.change(7, 0, at: 0, state: 1, calls: [1])
    lossy.trace.loseEvents()
    lossy.wake(7, "sched_waking", at: 1900, calls: [5])
    #expect(try lossy.trace.rows("wakeuptime", ["--csv"]) == ["stack,total_us"])
  }
}
