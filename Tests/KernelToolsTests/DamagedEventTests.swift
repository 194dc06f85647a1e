import KernelTools
import Testing
import TraceTestSupport

/// What a recording's bytes may say: no number of theirs ends a tool, and no row is made of them that
/// is not so.
@Suite struct DamagedEventTests {
  /// The same numbers every time.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      return mixed ^ mixed >> 31
    }
  }

  private static let needed: [String: [String]] = [
    "funccount": ["*"], "funclatency": ["-F", "*"], "stackcount": ["-P", "sched:sched_switch"],
    "perf-stat-hist": ["block:block_rq_complete", "nr_sector"],
    "argdist": [
      "-C", "sched:sched_switch:next_pid,prev_state", "-H", "block:block_rq_issue:sector",
    ],
    "trace": [#"sched:sched_switch "%d %s", next_pid, next_comm"#],
  ]

  private static let others: [(tool: String, arguments: [String])] = [
    ("iosnoop", ["-Qst"]), ("biosnoop", ["-Q"]), ("hardirqs", ["-N"]), ("softirqs", ["-dj"]),
    ("cpudist", ["-OLe"]), ("runqlat", ["-Pj", "0.001"]), ("runqslower", ["-P", "0"]),
    ("syscount", ["-c", "--latency"]), ("syslatency", ["-m"]), ("offcputime", ["-j"]),
    ("biolatency", ["-DFj"]), ("biotop", ["0.001", "50"]), ("filetop", ["-aj", "0.001"]),
    ("fileslower", ["0"]), ("killsnoop", ["-s"]), ("stackcount", ["-f", "sched:sched_switch"]),
  ]

  @Test(arguments: ToolTrace.kernels, 1...2)
  func noNumberEndsATool(kernel: String, seed: UInt64) throws {
    var random = Numbers(state: seed)
    let fixtures = [
      ["sched", "irq", "ftrace", "raw_syscalls", "block", "task"],
      ["opens", "kscope", "task", "filemap", "writeback", "oom", "capability"],
      ["syncs"], ["syscalls", "signal"], ["mounts", "kscope"], ["stats", "kscope"],
      ["files", "kscope"],
      ["kscope-tcp", "sock", "skb", "tcp", "ftrace"],
    ]
    var worked: Set<String> = []
    let names = ToolList.all.map { $0.about.name }
    let runs = names.map { (tool: $0, arguments: Self.needed[$0] ?? []) } + Self.others
    for fixture in fixtures {
      var trace = try ToolTrace(kernel: kernel, fixture)
      if fixture.contains("filemap") {
        // What cachestat has probes of.
        for function in ["folio_mark_accessed", "mark_buffer_dirty"] {
          trace.copyFormat("kscope:do_filp_open", as: function)
        }
      }
      trace.addAnything(1000, &random)
      for (name, arguments) in runs {
        do {
          let rows = try trace.rows(name, arguments)
          if rows.count > 1 { worked.insert(name) }
        } catch let error as ToolError {
          guard case .missingEvents = error else { throw error }
        }
      }
    }
    // A tool whose events are in no fixture is not tested.
    #expect(Set(names).subtracting(worked).sorted() == [])
  }

  @Test(arguments: ToolTrace.kernels) func tasksHaveNumbersBelowZero(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["sched", "ftrace"])
    trace.add(1_000_000_000, thread: 0, "sched:sched_wakeup", ["pid": .number(-5)])
    trace.add(1_000_005_000, thread: 0, "sched:sched_switch", ["next_pid": .number(-5)])
    trace.add(
      1_000_010_000, thread: -5, "sched:sched_switch",
      ["prev_pid": .number(-5), "prev_state": .number(1), "prev_comm": .text("odd")])
    trace.add(
      1_000_017_000, thread: 0, "sched:sched_waking", ["pid": .number(-5), "comm": .text("odd")])
    trace.add(1_000_018_000, thread: 0, "sched:sched_switch", ["next_pid": .number(-5)])
    #expect(try trace.rows("runqlat", ["-L", "--csv"]).last == "-5,4,8,1")
    #expect(try trace.rows("runqslower", ["0", "--csv"]).last == "1.000005,,-5,5")
    #expect(try trace.rows("cpudist", ["-L", "--csv"]).last == "-5,4,8,1")
    #expect(try trace.rows("offcputime", ["--csv"]).last == "odd,8")
    #expect(try trace.rows("wakeuptime", ["--csv"]).last == "<idle>;odd,7")
  }

  /// What no recording can bring about, as all tools above show: it is a tool's mistake.
  @Test func aValueHasAColumn() async {
    await #expect(processExitsWith: .failure) {
      var rows = RowWriter([], .csv)
      rows.add(1)
    }
    await #expect(processExitsWith: .failure) {
      var rows = RowWriter([Column("A", "a", isCut: true)], .text)
      rows.add("one")
      rows.add("two")
    }
    await #expect(processExitsWith: .success) {
      var rows = RowWriter([Column("A", "a")], .json)
      rows.add("one")
      rows.endRow()
      rows.add("two")
      rows.endRow()
    }
  }

  @Test func resultsOfSystemCallsMayBeAnyNumber() {
    #expect(KernelNames.errno(.min) == "9223372036854775808")
    #expect(KernelNames.result(.min) == "-9223372036854775808")
    #expect(KernelNames.errno(-2) == "ENOENT")
  }

  @Test(arguments: ToolTrace.kernels) func handlersEndBeforeTheyBegin(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["irq"])
    for (time, name) in [(2_000_000, "irq_handler_entry"), (1_000_000, "irq_handler_exit")] {
      trace.add(UInt64(1_000_000_000 + time), thread: 7, "irq:\(name)", ["irq": .number(-1)])
    }
    #expect(try trace.rows("hardirqs", ["-N", "--csv"]) == ["hardirq,total_ns"])
  }

  private static let request: [String: ToolTrace.Value] = [
    "dev": .number(8 << 20), "sector": .number(.max), "nr_sector": .number(8),
    "rwbs": .text("R"), "comm": .text("dd"),
  ]

  @Test(arguments: ToolTrace.kernels) func requestsGoOnBehindTheLastSector(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["block"])
    trace.add(1_000_000_000, thread: 7, "block:block_rq_issue", Self.request)
    trace.add(
      1_001_000_000, thread: 0, "block:block_rq_complete",
      Self.request.merging(["nr_sector": .number(1)]) { $1 })
    trace.add(
      1_002_000_000, thread: 0, "block:block_rq_complete",
      Self.request.merging(["sector": .number(.min), "nr_sector": .number(7)]) { $1 })
    #expect(try trace.rows("iosnoop").last?.hasSuffix(" 2.00") == true)
  }

  /// The request took place, its time is not known.
  @Test(arguments: ToolTrace.kernels) func timesThatGoBackAreNotShown(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["block"])
    trace.add(1_005_000_000, thread: 7, "block:block_rq_issue", Self.request)
    trace.add(1_001_000_000, thread: 0, "block:block_rq_complete", Self.request)
    #expect(try trace.rows("iosnoop").last?.hasSuffix(" ?") == true)
    #expect(try trace.rows("biosnoop").last?.hasSuffix(" ?") == true)
    #expect(try trace.rows("iosnoop", ["-j"]).last?.hasSuffix(#""lat_ms":null}"#) == true)
    #expect(try trace.rows("biotop").last?.hasSuffix(" ?") == true)
    #expect(try trace.rows("iolatency", ["-j"]) == [])
    trace.add(1_006_000_000, thread: 7, "block:block_rq_issue", Self.request)
    trace.add(1_009_000_000, thread: 0, "block:block_rq_complete", Self.request)
    let rows = try trace.rows("biotop", ["--csv"])
    #expect(rows.last?.hasSuffix(",2,8,3.00") == true)
  }

  @Test(arguments: ToolTrace.kernels) func functionsReturnBeforeTheirCall(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["ftrace"])
    trace.symbols = "ffffffff00001000 T vfs_read\nffffffff00002000 T end\n"
    for (call, end) in [(Int.min, Int.max), (-1, 1), (1, 1025)] {
      trace.add(
        1_000_000_000, thread: 7, "ftrace:funcgraph_exit",
        [
          "func": .number(Int(bitPattern: 0xffff_ffff_0000_1000)), "calltime": .number(call),
          "rettime": .number(end),
        ])
    }
    #expect(
      try trace.rows("funclatency", ["vfs_read", "--csv"]) == [
        "from_ns,to_ns,count", "1024,2048,1",
      ])
  }

  @Test func bucketsBeginAboveTheLeastNumber() throws {
    let trace = try ToolTrace(kernel: "6.12", ["block"])
    let event = ["block:block_rq_issue", "bytes"]
    #expect(throws: ToolUsageError.self) {
      try trace.rows("perf-stat-hist", ["-b", "\(Int.min),0"] + event)
    }
    #expect(try trace.rows("perf-stat-hist", ["-b", "\(Int.min + 1),0"] + event).count > 3)
  }

  // MARK: Memory

  @Test func groupsAreBounded() {
    var tables = LatencyTables(.microseconds, by: "tid")
    for thread in 0..<(1 << 16 + 3) { tables.add(nanoseconds: 1000, to: .number(thread)) }
    tables.add(nanoseconds: 1000, to: .number(3))
    #expect(
      tables.leftOut == ["3 events were not counted to keep memory bounded: too many values of tid"]
    )
  }
}
