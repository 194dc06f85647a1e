import EventFormats
import KernelTools
import Recording
import Reports
import Testing
import TraceTestSupport

@Suite struct StreamToolTests {
  private static func tool(_ name: String, _ words: [String]) throws -> any StreamTool {
    let type = try #require(ToolList.stream(named: name))
    return try type.init(try #require(try ToolOptions(words, for: type.about)))
  }

  private static func plan(_ name: String, _ words: String...) throws -> RecordingPlan {
    try tool(name, words).plan()
  }

  @Test func functionsAreAskedOfTheFunctionTracer() throws {
    var plan = RecordingPlan()
    plan.buffers[0].tracer = "function"
    plan.buffers[0].functions = ["tcp_*"]
    #expect(try Self.plan("functrace", "tcp_*") == plan)
    plan.duration = 2_500_000_000
    plan.buffers[0].pids = [12]
    #expect(try Self.plan("functrace", "-d2.5", "-L", "12", "tcp_*") == plan)
    plan.followsChildren = true
    #expect(try Self.plan("functrace", "-Hp12", "-d", "2.5", "tcp_*") == plan)
  }

  @Test func whatIsBelowAFunctionIsAskedOfTheGraphTracer() throws {
    var plan = RecordingPlan()
    plan.buffers[0].tracer = "function_graph"
    plan.buffers[0].graphFunctions = ["vfs_read"]
    #expect(try Self.plan("funcgraph", "-aDPtT", "vfs_read") == plan)
    plan.buffers[0].maximumGraphDepth = 3
    plan.buffers[0].options = ["nosleep-time"]
    #expect(try Self.plan("funcgraph", "-Cm3", "vfs_read") == plan)
    #expect(throws: ToolUsageError.self) { try Self.plan("funcgraph", "-m", "0", "vfs_read") }
  }

  @Test func slowCallsAreFoundAmongAllOfTheFunction() throws {
    var plan = RecordingPlan()
    plan.buffers[0].tracer = "function_graph"
    plan.buffers[0].functions = ["vfs_*"]
    #expect(try Self.plan("funcslower", "vfs_*", "10") == plan)
    let live = try Self.tool("funcslower", ["vfs_*", "10"]).reportOptions(ofRecording: false)
    #expect(
      live.selection.filters.map(\.text) == ["ftrace/funcgraph_exit: rettime - calltime >= 10000"])
    #expect(throws: ToolUsageError.missingArgument("MICROSECONDS", tool: "funcslower")) {
      try Self.plan("funcslower", "vfs_read")
    }
    #expect(throws: ToolUsageError.self) { try Self.plan("funcslower", "vfs_read", "-1") }
  }

  @Test func whoWantsTasksOfANameIsToldOfNames() throws {
    var teller = EventRequest("task:task_rename")
    teller.isOptional = true
    #expect(try Self.plan("funcgraph", "-n", "load", "vfs_read").buffers[0].events == [teller])
    let hidden = try Self.tool("funcgraph", ["-n", "load", "vfs_read"])
      .reportOptions(ofRecording: false).selection.filters
    #expect(hidden.first == FilterText("task/task_rename", isInverted: true))
    #expect(hidden.count == 2)
    // A stack stands behind what is shown alone.
    let stacks = try Self.plan("tpoint", "-s", "-n", "load", "sched:sched_switch").buffers[0]
    #expect(stacks.options == [])
    #expect(stacks.events.map(\.triggers) == [["stacktrace"], []])
    // Who asks for that event is shown it.
    let own = ["-n", "load", "task:task_rename"]
    #expect(try Self.tool("tpoint", own).plan().buffers[0].events.count == 1)
    #expect(
      try Self.tool("tpoint", own).reportOptions(ofRecording: false).selection.filters.count == 1)
  }

  @Test(arguments: [
    ("p:do_filp_open", "p:kscope/do_filp_open do_filp_open"),
    ("r:do_filp_open $retval", "r:kscope/do_filp_open do_filp_open $retval"),
    (
      "p:myname do_sys_open file=+0(%si):string",
      "p:kscope/myname do_sys_open file=+0(%si):string"
    ),
    ("p do_filp_open mode=%cx:u16", "p:kscope/do_filp_open do_filp_open mode=%cx:u16"),
    ("p:do_filp_open mode=%cx:u16", "p:kscope/do_filp_open do_filp_open mode=%cx:u16"),
    ("p:mine/own do_filp_open+4", "p:mine/own do_filp_open+4"),
    ("p:ext4:ext4_open.isra.0", "p:kscope/ext4_open_isra_0 ext4:ext4_open.isra.0"),
  ])
  func probesOfTheKernel(text: String, line: String) throws {
    let plan = try Self.plan("kprobe", text, "mode != 0")
    let request = plan.buffers[0].events[0]
    #expect(request.definition.map { "\($0)" } == line)
    #expect(request.filters == ["mode != 0"])
  }

  @Test func probesInOwnWordsAreLeftToThePlan() throws {
    let plan = try Self.plan("kprobe", "-s", "probe:do_filp_open%return")
    #expect(plan.buffers[0].events == [EventRequest("probe:do_filp_open%return")])
    #expect(plan.buffers[0].options == ["stacktrace"])
    let tool = try Self.tool("kprobe", ["probe:do_filp_open%return"])
    #expect(tool.banner == "Tracing kprobe do_filp_open_return. Ctrl-C to end.")
  }

  @Test(arguments: ["x:do_filp_open", "p:/bin/bash:0x10", "e:sched.sched_switch", "p:a b c=", "p"])
  func whatIsNoProbeOfTheKernelIsRefused(text: String) {
    #expect(throws: (any Error).self) { try Self.plan("kprobe", text) }
  }

  @Test func eventsOfTheKernel() throws {
    let plan = try Self.plan("tpoint", "-s", "block:block_rq_issue", "bytes > 9")
    var request = EventRequest("block:block_rq_issue")
    request.filters = ["bytes > 9"]
    #expect(plan.buffers[0].events == [request])
    #expect(plan.buffers[0].options == ["stacktrace"])
    #expect(throws: ToolUsageError.self) { try Self.plan("tpoint", "block") }
    #expect(throws: ToolUsageError.self) { try Self.plan("tpoint", "-l", "block:*") }
    #expect(throws: ToolUsageError.self) { try Self.plan("tpoint", "a:b", "filter", "more") }
  }

  @Test func bannersArePerfTools() throws {
    #expect(
      try Self.tool("functrace", ["vfs_*"]).banner == "Tracing \"vfs_*\"... Ctrl-C to end.")
    #expect(
      try Self.tool("funcslower", ["-d", "5", "a", "9"]).banner
        == "Tracing \"a\" slower than 9 us for 5 seconds...")
    #expect(
      try Self.tool("tpoint", ["-d0.5", "a:b"]).banner == "Tracing a:b for 0.5 seconds...")
    #expect(
      try Self.tool("uprobe", ["r:typed bash:readline $retval"]).banner
        == "Tracing uprobe typed (r:bash:readline). Ctrl-C to end.")
  }

  // MARK: Recordings

  private static func calls(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["ftrace"])
    trace.symbols = """
      ffffffff00001000 T vfs_read
      ffffffff00002000 T rw_verify_area
      ffffffff00003000 T vfs_write

      """
    func address(_ name: Int) -> ToolTrace.Value { .number(-0x1_0000_0000 + name * 0x1000) }
    var time: UInt64 = 1_000_000_000
    func entry(_ thread: Int32, _ function: Int, _ depth: Int) {
      time += 1000
      trace.add(
        time, thread: thread, "ftrace:funcgraph_entry",
        ["func": address(function), "depth": .number(depth)])
    }
    func exit(_ thread: Int32, _ function: Int, _ depth: Int, _ took: Int) {
      time += 1000
      trace.add(
        time, thread: thread, "ftrace:funcgraph_exit",
        [
          "func": address(function), "depth": .number(depth), "calltime": .number(5000),
          "rettime": .number(5000 + took),
        ])
    }
    entry(7, 3, 0)
    entry(7, 1, 1)
    entry(9, 2, 0)
    exit(9, 2, 0, 10)
    entry(7, 2, 2)
    exit(7, 2, 2, 300)
    exit(7, 1, 1, 9000)
    entry(7, 2, 1)
    exit(7, 2, 1, 300)
    exit(7, 3, 0, 20_000)
    entry(9, 1, 0)
    exit(9, 1, 0, 8999)
    entry(9, 2, 0)
    exit(9, 2, 0, 11)
    time += 1000
    trace.add(
      time, thread: 9, "ftrace:function", ["ip": address(1), "parent_ip": address(3)])
    trace.add(
      time + 1, thread: 9, "ftrace:function", ["ip": address(2), "parent_ip": address(1)])
    return trace
  }

  /// What stands behind the name of the event.
  private static func texts(_ lines: [String]) -> [String] {
    lines.map { line in
      let task = line.contains("-9 ") ? "9" : "7"
      return task + (line.split(separator: "|", maxSplits: 1).last.map(String.init) ?? "")
    }
  }

  @Test(arguments: ToolTrace.kernels) func callsBelowAFunction(kernel: String) throws {
    let trace = try Self.calls(kernel)
    #expect(
      Self.texts(try trace.streamed("funcgraph", ["vfs_read"])) == [
        "7    vfs_read() {", "7      rw_verify_area();", "7    }", "9  vfs_read();",
      ])
    #expect(
      Self.texts(try trace.streamed("funcgraph", ["-m1", "-T", "vfs_read"])) == [
        "7    vfs_read() {", "7    } /* vfs_read */", "9  vfs_read();",
      ])
    let bare = try trace.streamed("funcgraph", ["-D", "-L", "9", "vfs_read"])
    #expect(bare.count == 1)
    #expect(bare.first?.hasSuffix("funcgraph_entry:      vfs_read();") == true)
  }

  /// The end of the function is lost; what is called next by the same caller is not below it.
  @Test(arguments: ToolTrace.kernels) func aLostEndCostsOneCall(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["ftrace"])
    trace.symbols = "ffffffff00001000 T vfs_read\nffffffff00002000 T other\n"
    for (place, call) in [(1, 1), (2, 2), (2, 1), (1, 2), (1, 3)].enumerated() {
      trace.add(
        1_000_000_000 + UInt64(place), thread: 7, "ftrace:funcgraph_entry",
        ["func": .number(-0x1_0000_0000 + call.0 * 0x1000), "depth": .number(call.1)])
    }
    #expect(
      Self.texts(try trace.streamed("funcgraph", ["vfs_read"])) == [
        "7    vfs_read() {", "7      other() {", "7      vfs_read() {", "7        vfs_read() {",
      ])
  }

  @Test(arguments: ToolTrace.kernels) func slowCalls(kernel: String) throws {
    let trace = try Self.calls(kernel)
    #expect(
      Self.texts(try trace.streamed("funcslower", ["vfs_read", "9"]))
        == ["7    } /* vfs_read */"])
    #expect(
      Self.texts(try trace.streamed("funcslower", ["vfs_*", "0"])) == [
        "7    } /* vfs_read */", "7  } /* vfs_write */", "9  } /* vfs_read */",
      ])
    #expect(try trace.streamed("funcslower", ["-n", "^my", "vfs_*", "9"]).isEmpty)
  }

  @Test(arguments: ToolTrace.kernels) func calledFunctions(kernel: String) throws {
    let lines = try Self.calls(kernel).streamed("functrace", ["vfs_*"])
    #expect(lines.count == 1)
    #expect(lines.first?.hasSuffix("vfs_read <-- vfs_write") == true)
    #expect(try Self.calls(kernel).streamed("functrace", ["-j", "*"]).count == 2)
  }

  @Test(arguments: ToolTrace.kernels) func eventsOfARecording(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["syncs"])
    for result in [0, -9, 0] {
      trace.add(
        1_000_000_000, thread: 7, "syscalls:sys_exit_fsync", ["ret": .number(result)])
    }
    trace.add(1_000_000_001, thread: 9, "syscalls:sys_exit_sync", ["ret": .number(0)])
    #expect(try trace.streamed("tpoint", ["syscalls:sys_exit_fsync"]).count == 3)
    #expect(try trace.streamed("tpoint", ["syscalls:sys_exit_fsync", "ret < 0"]).count == 1)
    #expect(try trace.streamed("tpoint", ["syscalls:sys_exit_*"]).count == 4)
    #expect(try trace.streamed("tpoint", ["-n", "shell", "syscalls:sys_exit_*"]).count == 1)
    #expect(try trace.streamed("tpoint", ["-p", "7", "syscalls:sys_exit_*"]).count == 3)
    #expect(throws: (any Error).self) {
      try trace.streamed("tpoint", ["syscalls:sys_exit_open"])
    }
  }
}
