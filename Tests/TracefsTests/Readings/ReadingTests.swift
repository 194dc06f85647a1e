import Testing
import TraceTestSupport

@testable import Tracefs

/// Files as Linux 6.1 and 6.12 print them.
@Suite struct ReadingTests {
  let fake: FakeTracefs
  let directory: TracingDirectory
  let top: Instance
  let state: SavedState

  init() throws {
    fake = try FakeTracefs()
    var directory = try TracingDirectory(path: fake.path)
    // The files outside lie in the fake too.
    directory.root = fake.path
    self.directory = directory
    top = directory.top
    state = SavedState(directory, command: ["test"], in: StateDirectory(path: fake.statePath))
  }

  @Test func namesOfTasks() throws {
    try fake.write("saved_cmdlines", "169 bash\n31 kworker/u8:1\n7 a b \n8 \n9\nx y\n")
    #expect(
      try directory.savedTaskNames()
        == [169: "bash", 31: "kworker/u8:1", 7: "a b ", 8: "", 9: ""])
    try fake.write("saved_tgids", "17 17\n18 17\n\nx 1\n")
    #expect(try directory.savedThreadGroups() == [17: 17, 18: 17])
    #expect(try directory.savedTaskNamesSize() == 128)
  }

  @Test func profilesOfProbes() throws {
    try fake.write(
      "kprobe_profile", "  p_vfs_read_0                      12               3\nrubbish\n a b c\n")
    try fake.write(
      "uprobe_profile",
      "  /lib/x86_64-linux-gnu/libc.so.6 p_libc_0x28000               7\n  /bin/bash u1    0\n")
    #expect(
      try directory.kprobeProfile() == [ProbeProfile(name: "p_vfs_read_0", hits: 12, misses: 3)])
    #expect(
      try directory.uprobeProfile() == [
        ProbeProfile(name: "p_libc_0x28000", hits: 7, path: "/lib/x86_64-linux-gnu/libc.so.6"),
        ProbeProfile(name: "u1", hits: 0, path: "/bin/bash"),
      ])
  }

  @Test func hookedFunctions() throws {
    try fake.write(
      "enabled_functions",
      """
      __probestub_sched_switch (1) R         \ttramp: 0xffffffffc0485000 (fprobe_handler+0x0/0x240) ->fprobe_handler+0x0/0x240
      ext4_file_open [ext4] (2) R I     M \t->arch_ftrace_ops_list_func+0x0/0x1d0
      \tops: something+0x0/0x10
      do_exit (0)            ->arch_ftrace_ops_list_func+0x0/0x1d0
      vfs_open (1)
      rubbish

      """)
    let functions = try directory.enabledFunctions()
    #expect(
      functions.map(\.name) == [
        "__probestub_sched_switch", "ext4_file_open", "do_exit", "vfs_open",
      ])
    #expect(functions.map(\.module) == [nil, "ext4", nil, nil])
    #expect(functions.map(\.count) == [1, 2, 0, 1])
    #expect(functions.map(\.flags) == ["R", "RIM", "", ""])
    let handler = KernelSymbol(name: "fprobe_handler", offset: 0, size: 0x240)
    #expect(functions[0].trampoline == handler)
    #expect(functions[0].callback == handler)
    #expect(functions[2].callback?.name == "arch_ftrace_ops_list_func")
    #expect(functions[3].callback == nil)
  }

  @Test func totalsOfFunctions() throws {
    try fake.write("dyn_ftrace_total_info", "44780 pages:191 groups: 14\nftrace boot update time\n")
    let totals = try directory.functionTotals()
    #expect(totals == FunctionTotals("44780 pages:191 groups: 14"))
    #expect(totals.functions == 44780)
    #expect(totals.pages == 191)
    #expect(totals.groups == 14)
    try fake.write("dyn_ftrace_total_info", "none\n")
    #expect(throws: TracefsError.self) { try directory.functionTotals() }
  }

  @Test func formatsOfPrintk() throws {
    try fake.write(
      "printk_formats", "0xffffffff824d90db : \"CPU_ON\"\n0x10 : \"a : \\n\"\n0x : \"x\"\n0x1 : y\n"
    )
    let formats = try directory.printkFormats()
    #expect(formats.map(\.text) == ["CPU_ON", "a : \\n"])
    #expect(formats.map(\.address) == [0xffff_ffff_824d_90db, 0x10])
  }

  @Test func smallFiles() throws {
    try fake.write("timestamp_mode", "[delta] absolute\n")
    try fake.write("buffer_total_size_kb", "14 (expanded: 2816)\n")
    #expect(try top.timestampMode().current == "delta")
    #expect(try top.totalBufferSize() == 2816)
    try top.setTracingThreshold(microseconds: 100, saving: state)
    #expect(try top.tracingThreshold() == 100)
    #expect(throws: TracefsError.self) {
      try top.setTracingThreshold(microseconds: -1, saving: state)
    }
    try top.setTracingMaxLatency(microseconds: 7, saving: state)
    // The kernel saw a longer one.
    try fake.write("tracing_max_latency", "99\n")
    #expect(state.restore() == [])
    #expect(try fake.read("tracing_thresh") == "0")
    #expect(try top.tracingMaxLatency() == 0)
  }

  @Test func countersOfBuffers() throws {
    try fake.write("per_cpu/cpu1/stats", "entries: 3\noverrun: 2\nbytes: 96\n")
    let rows = try top.bufferStats()
    #expect(rows.map(\.cpu) == [0, 1])
    #expect(rows[1].stats.entries == 3)
    #expect(rows[1].stats.lost == 2)
  }

  // MARK: The stack tracer

  @Test func theDeepestStack() throws {
    let text = """
              Depth    Size   Location    (2 entries)
              -----    ----   --------
        0)     3904      48   rcu_async_should_hurry+0x9/0x20
       10)      176     176   p9_client_rpc+0x156/0x410 [9pnet]

      """
    try fake.write("stack_trace", text)
    try fake.write("stack_max_size", "3904\n")
    let usage = try directory.stackUsage()
    #expect(usage.isRunning)
    #expect(usage.frames.map(\.depth) == [3904, 176])
    #expect(usage.frames.map(\.size) == [48, 176])
    #expect(usage.frames[1].location.module == "9pnet")
    #expect(try directory.stackMaxSize() == 3904)
    #expect(!StackUsage("#\n#  Stack tracer disabled\n#\n").isRunning)
  }

  @Test func aFileOutsideIsPutBackToo() throws {
    try fake.write("proc/sys/kernel/stack_tracer_enabled", "0\n")
    try directory.setStackTracing(true, saving: state)
    #expect(try directory.isStackTracing())
    let path = try #require(fake.journals.first)
    let journal = try #require(Journal(TextFile.read(path)))
    #expect(journal.changes.map(\.path) == ["/proc/sys/kernel/stack_tracer_enabled"])
    #expect(state.restore() == [])
    #expect(try fake.read("proc/sys/kernel/stack_tracer_enabled") == "0")
  }

  @Test func aJournalLeadsNowhereElse() throws {
    func journal(_ path: String) -> Journal? {
      Journal(
        "kscope-journal\t2\nwho\t1\t1\t0\t1\tb\ndirectory\t/t\nchange\t0\t7\tvalue\t\(path)\t1\n")
    }
    #expect(journal("tracing_on") != nil)
    #expect(journal("/proc/sys/kernel/stack_tracer_enabled") != nil)
    #expect(journal("/proc/sys/kernel/core_pattern") == nil)
    #expect(journal("/proc/sys/kernel/../kernel/stack_tracer_enabled") == nil)
    #expect(journal("../../etc/passwd") == nil)
  }

  // MARK: Snapshots and markers

  @Test func aSnapshotsMemoryIsGivenBack() throws {
    #expect(!(try top.isSnapshotAllocated()))
    try top.takeSnapshot(cpu: nil, saving: state)
    #expect(try fake.read("snapshot").hasSuffix("1"))
    #expect(state.restore() == [])
    #expect(try fake.read("snapshot").hasSuffix("0"))
    try fake.write("snapshot", "# tracer: nop\n#\n# * Snapshot is allocated *\n")
    #expect(try top.isSnapshotAllocated())
    try top.takeSnapshot(saving: state)
    #expect(state.changeCount == 0)
    try top.clearSnapshot()
    #expect(try fake.read("snapshot").hasSuffix("12"))
  }

  @Test func writesMarkers() throws {
    try top.writeMarker("hello world")
    try top.writeRawMarker(id: 7, [1, 2, 3])
    #expect(try fake.read("trace_marker") == "hello world")
    #expect(Array(try fake.read("trace_marker_raw").utf8) == [7, 0, 0, 0, 1, 2, 3])
  }
}
