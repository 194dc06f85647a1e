import KernelTools
import Testing
import TraceTestSupport

/// Rows and the calls that led to them.
@Suite struct RowStackTests {
  private static let symbols = """
    ffffffff80000000 T path_openat
    ffffffff80000100 T do_sys_openat2
    ffffffff80000200 T do_syscall_64
    ffffffff80000300 T do_exit
    ffffffff80000400 T submit_bio
    ffffffff80000500 T blk_mq_sched

    """
  private enum Call: UInt64 {
    case pathOpen = 0xffff_ffff_8000_0010
    case open = 0xffff_ffff_8000_0110
    case system = 0xffff_ffff_8000_0210
    case exit = 0xffff_ffff_8000_0310
    case submit = 0xffff_ffff_8000_0410
    case schedule = 0xffff_ffff_8000_0510
  }

  private static func trace(_ kernel: String, _ names: [String]) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, names + ["ftrace"])
    trace.symbols = symbols
    return trace
  }

  /// - Parameter hasStacks: of the two events that may have one.
  private static func opens(_ kernel: String, hasStacks: Bool = true) throws -> ToolTrace {
    var trace = try trace(kernel, ["opens", "kscope"])
    func open(_ time: UInt64, _ cpu: Int, _ thread: Int32, _ name: String?, _ result: Int) {
      func stack(_ after: UInt64, _ calls: [Call]) {
        guard hasStacks else { return }
        trace.addStack(time + after, cpu: cpu, thread: thread, calls.map(\.rawValue))
      }
      trace.add(time, cpu: cpu, thread: thread, "syscalls:sys_enter_openat")
      if let name {
        trace.add(
          time + 10, cpu: cpu, thread: thread, "kscope:do_filp_open", ["name": .text(name)])
        stack(20, [.open, .system])
      }
      trace.add(
        time + 30, cpu: cpu, thread: thread, "syscalls:sys_exit_openat", ["ret": .number(result)])
      stack(40, [.system])
    }
    // One task, that goes from CPU to CPU; the last event of a CPU is behind those of the others.
    open(1_000_000_000, 0, 7, "first", 3)
    // What is looked up otherwise leaves nothing for the next row.
    trace.add(1_050_000_000, thread: 7, "kscope:do_filp_open", ["name": .text("/bin/true")])
    if hasStacks { trace.addStack(1_050_000_010, thread: 7, [Call.pathOpen.rawValue]) }
    open(1_100_000_000, 1, 7, nil, -14)
    open(1_200_000_000, 0, 7, "third", 4)
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func theCallsOfAnEarlierEventAreTheRows(
    kernel: String
  ) throws {
    let trace = try Self.opens(kernel)
    let (text, notes) = try trace.run("opensnoop", ["-S"])
    #expect(
      text == [
        "Tracing open()s. Ctrl-C to end.", "COMM             PID      FD FILE",
        "dd               7         3 first", "\tdo_sys_openat2", "\tdo_syscall_64",
        // It had not looked for a file: its own.
        "dd               7      -EFAULT ?", "\tdo_syscall_64",
        "dd               7         4 third", "\tdo_sys_openat2", "\tdo_syscall_64",
      ])
    #expect(notes.isEmpty)
    #expect(
      try trace.rows("opensnoop", ["--csv", "--stacks"]) == [
        "comm,pid,fd,file,stack", "dd,7,3,first,do_sys_openat2;do_syscall_64",
        "dd,7,-14,,do_syscall_64", "dd,7,4,third,do_sys_openat2;do_syscall_64",
      ])
    #expect(
      try trace.rows("opensnoop", ["-jS", "first"]) == [
        #"{"comm":"dd","pid":7,"fd":3,"file":"first","#
          + #""stack":["do_sys_openat2","do_syscall_64"]}"#
      ])
    // Nobody is shown calls that he did not ask for.
    #expect(try trace.rows("opensnoop", ["--csv"]).last == "dd,7,4,third")
  }

  /// The same rows, in the same order, and one word on what is missing.
  @Test(arguments: ToolTrace.kernels) func aRecordingMayHaveNone(kernel: String) throws {
    let trace = try Self.opens(kernel, hasStacks: false)
    let (text, notes) = try trace.run("opensnoop", ["-S"])
    #expect(text == (try trace.rows("opensnoop")))
    #expect(text.count == 5)
    #expect(
      notes == ["the recording has no calls of these events: kscope record -T keeps them"])
    #expect(try trace.rows("opensnoop", ["-jS"]).allSatisfy { $0.hasSuffix(#","stack":[]}"#) })
    #expect(try trace.run("opensnoop", ["-S", "nothing"]).notes.isEmpty)
  }

  @Test(arguments: ToolTrace.kernels) func theCallsOfARowsOwnEvent(kernel: String) throws {
    var trace = try Self.trace(kernel, ["kscope"])
    for (time, pid) in [(1_000_000_000 as UInt64, 70), (1_100_000_000, 71)] {
      trace.add(
        time, thread: Int32(pid), "kscope:taskstats_exit",
        ["pid": .number(pid), "tid": .number(pid), "last": .number(pid - 70)])
      trace.addStack(
        time + 10, thread: Int32(pid),
        [Call.exit.rawValue, pid == 70 ? Call.open.rawValue : Call.system.rawValue])
    }
    // The first makes no row, and its calls are no other's.
    #expect(
      try trace.rows("exitsnoop", ["-S"]).suffix(2) == ["\tdo_exit", "\tdo_syscall_64"])
    #expect(try trace.rows("exitsnoop", ["-S"]).count == 5)
  }

  /// What stands in for a tool's own event in other recordings has calls, too.
  @Test(
    arguments: ToolTrace.kernels,
    [("exitsnoop", "sched:sched_process_exit"), ("execsnoop", "sched:sched_process_exec")]
  ) func theCallsOfAStandIn(kernel: String, tool: (name: String, event: String)) throws {
    var trace = try Self.trace(kernel, ["sched"])
    trace.add(1_000_000_000, thread: 70, tool.event, ["pid": .number(70)])
    trace.addStack(1_000_000_010, thread: 70, [Call.exit.rawValue, Call.system.rawValue])
    let (rows, notes) = try trace.run(tool.name, ["-S"])
    #expect(rows.suffix(2) == ["\tdo_exit", "\tdo_syscall_64"])
    #expect(!notes.contains { $0.contains("no calls") })
  }

  /// A request is completed in an interrupt: what is shown is who queued or issued it.
  @Test(arguments: ToolTrace.kernels, ["iosnoop", "biosnoop"]) func requests(
    kernel: String, tool: String
  ) throws {
    var trace = try Self.trace(kernel, ["block"])
    func add(_ time: UInt64, cpu: Int = 0, thread: Int32, _ name: String, _ sector: Int) {
      trace.add(
        time, cpu: cpu, thread: thread, "block:block_rq_\(name)",
        [
          "dev": .number(8 << 20), "sector": .number(sector), "nr_sector": .number(8),
          "bytes": .number(4096), "rwbs": .text("R"), "comm": .text("dd"),
        ])
    }
    add(1_000_000_000, thread: 7, "insert", 800)
    trace.addStack(1_000_000_010, thread: 7, [Call.submit.rawValue])
    add(1_000_000_020, thread: 50, "issue", 800)
    trace.addStack(1_000_000_030, thread: 50, [Call.schedule.rawValue])
    add(1_000_000_040, thread: 7, "issue", 1600)
    trace.addStack(1_000_000_050, thread: 7, [Call.submit.rawValue, Call.system.rawValue])
    add(1_100_000_000, cpu: 1, thread: 0, "complete", 1600)
    add(1_200_000_000, cpu: 1, thread: 0, "complete", 800)
    #expect(
      try trace.rows(tool, ["--stacks", "--csv"]).dropFirst().map {
        $0.split(separator: ",").last.map(String.init)
      } == ["submit_bio;do_syscall_64", "submit_bio"])
  }

  /// Of the idle tasks of two CPUs, which are all thread 0.
  @Test(arguments: ToolTrace.kernels) func eachCPUHasItsOwn(kernel: String) throws {
    var trace = try Self.trace(kernel, ["tcp", "kscope-tcp"])
    let values = TCPEvent.ends(1, TCPEvent.v4, 40001, TCPEvent.other4, 80, isProbe: false)
      .merging(["state": .number(1)]) { $1 }
    for cpu in 0..<2 {
      trace.add(
        1_000_000_000 + UInt64(cpu), cpu: cpu, thread: 0, "tcp:tcp_retransmit_skb", values)
      trace.addStack(
        1_000_000_010 + UInt64(cpu), cpu: cpu, thread: 0,
        [cpu == 0 ? Call.submit.rawValue : Call.exit.rawValue])
    }
    let rows = try trace.rows("tcpretrans", ["-s"])
    #expect(rows.count == 6)
    #expect([rows[3], rows[5]] == ["\tsubmit_bio", "\tdo_exit"])
  }
}
