import EventFormats
import Glibc
import Recording
import Testing
import TraceTestSupport
import Tracefs

@testable import KernelTools

/// What the kernel is asked to count, as it is written to it.
@Suite struct KernelCountingTests {
  private func tool(_ name: String, _ arguments: [String]) throws -> any CountingTool {
    let type = try #require(ToolList.tool(named: name))
    let options = try #require(try ToolOptions(arguments, for: type.about))
    return try #require(try type.init(options) as? any CountingTool)
  }

  /// Events that are made, and triggers with the events that they are set on; nil where the kernel is
  /// not asked.
  private func asked(
    _ name: String, _ arguments: String..., functions: [String] = []
  ) throws -> [String]? {
    let tool = try tool(name, arguments)
    let counting = tool.counting(KernelCounting(run: 42) { _ in functions })
    guard let counting else { return nil }
    return counting.definitions.map { "\($0)" }
      + counting.placed.map { placed in
        "\(placed.event) \(placed.trigger)" + (placed.table.map { " -> \($0)" } ?? "")
      }
  }

  /// A kernel whose bit for tasks that were made to leave is another one, and one that has none.
  @Test func statesAreOfTheKernel() throws {
    for (preempted, runnable, sleeping) in [
      (0x800, "(prev_state == 0 || prev_state == 2048)", "prev_state & 2047"),
      (0, "prev_state == 0", "prev_state != 0"),
    ] {
      let kernel = KernelCounting(run: 42, states: { SwitchStates(preempted: preempted) })
      for (name, filter) in [
        ("runqlat", runnable), ("runqslower", runnable), ("wakeuptime", sleeping),
      ] {
        let counting = try #require(try tool(name, []).counting(kernel))
        #expect(
          counting.placed.contains { "\($0.trigger)".hasSuffix("if prev_pid != 0 && \(filter)") },
          "\(name)")
      }
    }
  }

  private var own: String { "common_pid != \(getpid())" }

  @Test func calls() throws {
    #expect(
      try asked("syscount", "-c")
        == ["raw_syscalls:sys_enter hist:keys=id.syscall:size=32768 if \(own) -> 0"])
    #expect(
      try asked("syscount", "-cvx") == [
        "raw_syscalls:sys_exit hist:keys=common_pid.execname,id.syscall:size=32768 "
          + "if \(own) && ret < 0 && ret >= -4095 -> 0"
      ])
    #expect(
      try asked("syscount", "-e", "ENOENT") == [
        "raw_syscalls:sys_exit hist:keys=common_pid.execname:size=32768 if \(own) && ret == -2 -> 0"
      ])
    #expect(
      try asked("syscount", "-c", "--latency") == [
        "s:kscope_syscount_42 u64 length; long id",
        "synthetic:kscope_syscount_42 hist:keys=id.syscall,length.buckets=4611686018427387904:"
          + "vals=length:size=16384 -> 1",
        "raw_syscalls:sys_enter hist:keys=common_pid:begin0=common_timestamp:size=16384:clock=mono",
        "raw_syscalls:sys_exit hist:keys=common_pid:length0=common_timestamp-$begin0:size=16384:"
          + "clock=mono:onmatch(raw_syscalls.sys_enter).trace(kscope_syscount_42,$length0,id) "
          + "if \(own)",
      ])
    #expect(
      try asked("syscount", "--latency")?[1]
        == "synthetic:kscope_syscount_42 hist:keys=common_pid.execname,"
        + "length.buckets=4611686018427387904:vals=length:size=16384 -> 1")
    #expect(try asked("syscount", "-c", "-p", "7") == nil)
    #expect(try asked("syscount", "-c", "-n", "dd") == nil)
    #expect(try asked("syscount", "-c", "ls") == nil)
    #expect(
      try asked("syslatency", "-m", "read")?.last?.contains("length0=common_timestamp/1000-$begin0")
        == true)
    #expect(try asked("syslatency", "--cgroup", "/a") == nil)
  }

  @Test func scheduler() throws {
    let lengths = (0...2).map { number in
      "sched:sched_switch hist:keys=next_pid:length\(number)=common_timestamp/1000-$begin\(number):"
        + "size=16384:clock=mono:onmatch(sched.sched_\(["wakeup", "wakeup_new", "switch"][number]))"
        + ".trace(kscope_runqlat_42,$length\(number),next_pid) if next_pid != 0"
    }
    let begin = "common_timestamp/1000-1:size=16384:clock=mono"
    #expect(
      try asked("runqlat", "-P") == [
        "s:kscope_runqlat_42 u64 length; pid_t pid",
        "synthetic:kscope_runqlat_42 hist:keys=pid,length.log2:vals=length:size=16384 -> 0",
        "sched:sched_wakeup hist:keys=pid:begin0=\(begin)",
        "sched:sched_wakeup_new hist:keys=pid:begin1=\(begin)",
        "sched:sched_switch hist:keys=prev_pid:begin2=\(begin) "
          + "if prev_pid != 0 && (prev_state == 0 || prev_state == 256)",
        // The later of two begins counts.
        "sched:sched_wakeup hist:keys=pid:past0_2=common_timestamp-$begin2:size=16384:clock=mono",
        "sched:sched_switch hist:keys=prev_pid:past2_0=common_timestamp-$begin0:size=16384:"
          + "clock=mono if prev_pid != 0 && (prev_state == 0 || prev_state == 256)",
      ] + lengths)
    #expect(
      try asked("cpudist", "-O", "-m") == [
        "s:kscope_cpudist_42 u64 length",
        "synthetic:kscope_cpudist_42 hist:keys=length.buckets=1000:vals=length:size=16384 -> 0",
        "sched:sched_switch hist:keys=prev_pid:begin0=common_timestamp/1000:size=16384:clock=mono "
          + "if prev_pid != 0",
        "sched:sched_switch hist:keys=next_pid:length0=common_timestamp/1000-$begin0:size=16384:"
          + "clock=mono:onmatch(sched.sched_switch).trace(kscope_cpudist_42,$length0) "
          + "if next_pid != 0",
      ])
    #expect(
      try asked("offcputime", "-m", "20", "-M", "30") == [
        "s:kscope_offcputime_42 u64 length; char comm[16]; unsigned long stack[]",
        "synthetic:kscope_offcputime_42 hist:keys=comm,stack.stacktrace:vals=length:size=16384 "
          + "if length >= 20000 && length <= 30999 -> 0",
        "sched:sched_switch hist:keys=prev_pid:begin=common_timestamp,stack=common_stacktrace:"
          + "size=16384:clock=mono if prev_pid != 0",
        "sched:sched_switch hist:keys=next_pid:length=common_timestamp-$begin:size=16384:"
          + "clock=mono:onmatch(sched.sched_switch).trace(kscope_offcputime_42,$length,next_comm,"
          + "$stack) if next_pid != 0",
      ])
    #expect(
      try asked("wakeuptime", "-m", "0")?[1]
        == "synthetic:kscope_wakeuptime_42 hist:keys=common_pid.execname,comm,stack.stacktrace:"
        + "vals=length:size=16384 -> 0")
    #expect(
      try asked("wakeuptime")?.suffix(2) == [
        "sched:sched_switch hist:keys=prev_pid:begin=common_timestamp:size=16384:clock=mono "
          + "if prev_pid != 0 && prev_state & 255",
        "sched:sched_waking hist:keys=pid:length=common_timestamp-$begin,stack=common_stacktrace:"
          + "size=16384:clock=mono:onmatch(sched.sched_switch).trace(kscope_wakeuptime_42,$length,"
          + "comm,$stack)",
      ])
    #expect(try asked("offcputime", "-p", "7") == nil)
    #expect(try asked("wakeuptime", "-n", "dd") == nil)
    #expect(throws: ToolUsageError.self) { try asked("offcputime", "-m", "9", "-M", "8") }
    #expect(try asked("runqlat", "--tid", "7") == nil)
    #expect(try asked("cpudist", "-p", "7") == nil)
  }

  @Test func interrupts() throws {
    #expect(
      try asked("hardirqs") == [
        "s:kscope_hardirqs_42 u64 length; int irq",
        "irq:irq_handler_entry hist:keys=irq,name -> 1",
        "synthetic:kscope_hardirqs_42 hist:keys=irq,length.buckets=4611686018427387904:vals=length:"
          + "size=16384 -> 0",
        "irq:irq_handler_entry hist:keys=irq,common_cpu:begin0=common_timestamp:size=16384:"
          + "clock=mono",
        "irq:irq_handler_exit hist:keys=irq,common_cpu:length0=common_timestamp-$begin0:size=16384:"
          + "clock=mono:onmatch(irq.irq_handler_entry).trace(kscope_hardirqs_42,$length0,irq)",
      ])
    #expect(try asked("softirqs", "-d")?[1].contains("keys=vec,length.log2") == true)
    for name in ["hardirqs", "softirqs"] {
      #expect(ToolSession.plan(for: try tool(name, []), KernelCounting(run: 42)).showsRecorder)
    }
  }

  @Test func functions() throws {
    let two = ["vfs_read", "vfs_write"]
    #expect(
      try asked("funccount", "vfs_*", functions: two) == [
        "p:kscope_42/funccount vfs_read", "p:kscope_42/funccount vfs_write",
        "kscope_42:funccount hist:keys=__probe_ip.sym -> 0",
      ])
    let name = "kscope_funclatency_42"
    #expect(
      try asked("funclatency", "-F", "vfs_*", functions: two) == [
        "p:kscope_42/funclatency vfs_read", "p:kscope_42/funclatency vfs_write",
        "r:kscope_42/funclatency_return vfs_read", "r:kscope_42/funclatency_return vfs_write",
        "s:\(name) u64 length; u64 function",
        "synthetic:\(name) hist:keys=function.sym,length.log2:vals=length:size=16384 -> 0",
        "kscope_42:funclatency hist:keys=common_pid,__probe_ip:begin0=common_timestamp-1:"
          + "size=16384:clock=mono",
        "kscope_42:funclatency_return hist:keys=common_pid,__probe_func:"
          + "length0=common_timestamp-$begin0:size=16384:clock=mono:"
          + "onmatch(kscope_42.funclatency).trace(\(name),$length0,__probe_func)",
      ])
    // Older kernels have another word for it.
    let stacks = try tool("stackcount", ["t:sched:sched_switch"])
    let old = ToolSession.plan(
      for: stacks, try #require(stacks.counting(KernelCounting(run: 42))),
      kernel: KernelFeatures([]))
    #expect(old.buffers[0].events[0].triggers == ["hist:keys=stacktrace:size=16384:pause"])
    #expect(
      try asked("stackcount", "-P", "t:sched:sched_switch") == [
        "sched:sched_switch hist:keys=common_pid.execname,common_stacktrace:size=16384 -> 0"
      ])
    #expect(
      try asked("stackcount", "vfs_read", functions: ["vfs_read"]) == [
        "p:kscope_42/stackcount vfs_read",
        "kscope_42:stackcount hist:keys=common_stacktrace:size=16384 -> 0",
      ])
    #expect(
      try asked("cachestat") == [
        "p:kscope_42/folio_mark_accessed folio_mark_accessed",
        "p:kscope_42/mark_buffer_dirty mark_buffer_dirty",
        "kscope_42:folio_mark_accessed hist:keys=common_cpu -> 0",
        "kscope_42:mark_buffer_dirty hist:keys=common_cpu -> 1",
        "filemap:mm_filemap_add_to_page_cache hist:keys=common_cpu -> 2",
        "writeback:writeback_dirty_folio hist:keys=common_cpu -> 3",
      ])
    // None, or too many.
    let many = (0...KernelCounting.functionLimit).map { "f\($0)" }
    for tool in ["funccount", "funclatency", "stackcount"] {
      #expect(try asked(tool, "f*", functions: []) == nil)
      #expect(try asked(tool, "f*", functions: many) == nil)
      #expect(try asked(tool, "-p", "7", "f*", functions: two) == nil)
    }
  }

  /// What has no variables waits for the start; names of tasks come by events where rows are about them.
  @Test func plans() throws {
    let tool = try tool("syscount", ["--latency"])
    let counting = try #require(tool.counting(KernelCounting(run: 42)))
    let plan = ToolSession.plan(for: tool, counting)
    #expect(plan.countsByHistograms && !plan.showsRecorder)
    #expect(plan.definitions == counting.definitions)
    let events = plan.buffers[0].events
    #expect(
      events.filter { !$0.isExcluded }.map(\.pattern) == ["task:task_newtask", "task:task_rename"])
    #expect(
      events.map { $0.triggers.contains { $0.contains(":pause") } } == [
        true, false, false, false, false,
      ])
    let byCall = try self.tool("syscount", ["-c"])
    #expect(
      ToolSession.plan(for: byCall, try #require(byCall.counting(KernelCounting(run: 42))))
        .buffers[0].events.count == 1)
  }

  /// What `--verbose` lists: the control files, and what is written to each.
  @Test func listsWhatIsAsked() throws {
    let tool = try tool("cpudist", [])
    let plan = ToolSession.plan(for: tool, try #require(tool.counting(KernelCounting(run: 42))))
    let lines = ToolSession.asked(plan, in: "kscope-42")
    #expect(lines.count == 4)
    #expect(lines[0] == "dynamic_events: s:kscope_cpudist_42 u64 length")
    #expect(
      lines[1]
        == "instances/kscope-42/events/synthetic/kscope_cpudist_42/trigger: "
        + "hist:keys=length.log2:vals=length:size=16384:pause")
    #expect(
      lines[2...3].allSatisfy {
        $0.hasPrefix("instances/kscope-42/events/sched/sched_switch/trigger: hist:keys=")
      })
  }

  /// Rows for tasks follow how many there are, as far as the machine's memory and numbers go.
  @Test func sizesOfTables() throws {
    func rows(_ tasks: Int, pids: Int = 4_194_304, gigabytes: Int = 64) -> Int {
      TableSize(tasks: tasks, largestPID: pids, kilobytes: gigabytes << 20).rows
    }
    #expect([0, 100, 1024].map { rows($0) } == [16384, 16384, 16384])
    #expect([1025, 2048, 2049, 4097].map { rows($0) } == [32768, 32768, 65536, 131_072])
    #expect(rows(.max) == 131_072)
    #expect(rows(50000, pids: 32768) == 32768)
    #expect([1, 2, 4, 8].map { rows(50000, gigabytes: $0) } == [16384, 32768, 65536, 131_072])
    #expect(rows(50000, gigabytes: 0) == 16384)
    let tool = try tool("cpudist", [])
    let counting = tool.counting(KernelCounting(run: 1, rowsByTask: 65536))
    #expect(counting?.placed.map(\.trigger.size) == [65536, 65536, 65536])
  }

  /// Of a full stack the kernel shows a function that it made up.
  @Test func stacksThatAreCarried() throws {
    func stack(_ names: [String]) -> [String] {
      let calls = names.map { KernelSymbol(name: $0, offset: 1, size: 2) }
      return CountedRow(keys: [.text("dd"), .stack(calls)], count: 1, sums: [])
        .carriedStack(1, in: "f1")
    }
    let names = (1...14).map { "f\($0)" }
    #expect(stack(names) == names)
    #expect(stack(Array(names.dropFirst())) == names)
    // What is behind the fifteenth in memory may be nothing.
    #expect(stack(names + ["f15"]) == names + ["f15", "[...]"])
    #expect(stack(names + ["f15", "common_startup_64"]) == names + ["f15", "[...]"])
    #expect(
      stack(names + ["entry_SYSCALL_64_after_hwframe"]).last == "entry_SYSCALL_64_after_hwframe")
    #expect(stack(names + ["ret_from_fork_asm"]).count == 15)
    let row = CountedRow(
      keys: [
        .text("dd"), .stack(["__schedule", "schedule"].map { KernelSymbol(name: $0, offset: 1) }),
      ], count: 2, sums: [2_500_000])
    let tool = try #require(try tool("offcputime", []) as? OffCPUTime)
    for sum in [row.sums[0], 600] {
      tool.times.add(sum: sum, task: row.text(0), calls: row.carriedStack(1, in: "__schedule"))
    }
    #expect(tool.times.shown.lines == ["dd;schedule;__schedule 2500"])
  }

  /// A row as the kernel has it: a length of 0 is 1 there, of 1 is 2, as it counts from a unit earlier.
  @Test func lengthsFromRows() {
    func row(_ key: HistogramKey, _ count: Int, _ sum: UInt64, _ unit: SpanUnit) -> SpanRow {
      SpanRow(CountedRow(keys: [.number(7), key], count: count, sums: [sum]), unit)
    }
    for unit in [SpanUnit.nanoseconds, .microseconds] {
      // 0, 0; 1; 4, 5, 7.
      let rows = [
        row(.power(exponent: 0), 2, 2, unit), row(.power(exponent: 1), 1, 2, unit),
        row(.power(exponent: 3), 3, 19, unit),
      ]
      #expect(rows.map(\.bits) == [0, 1, 3])
      #expect(rows.map(\.sum) == [0, 1, 16])
      #expect(rows.map(\.count) == [2, 1, 3])
    }
    // In groups of 1000 µs: 900 and 999; 1000; 5500.
    let milliseconds = [
      row(.range(0, 999), 2, 1899, .milliseconds), row(.range(1000, 1999), 1, 1000, .milliseconds),
      row(.range(5000, 5999), 1, 5500, .milliseconds),
    ]
    #expect(milliseconds.map(\.bits) == [0, 1, 3])
    #expect(milliseconds.map(\.sum) == [1, 1, 5])
    #expect(row(.range(0, 1 << 62 - 1), 9, 12_345, .sum).sum == 12_345)
    #expect(row(.power(exponent: .max), 1, 0, .nanoseconds).bits == 64)
  }

  @Test func namesOfCalls() {
    let x86 = SyscallNames(machine: "x86_64")
    for (number, name) in [
      (0, "read"), (35, "nanosleep"), (59, "execve"), (83, "mkdir"), (110, "getppid"),
      (230, "clock_nanosleep"), (231, "exit_group"), (257, "openat"), (262, "newfstatat"),
      (334, "rseq"), (424, "pidfd_send_signal"), (435, "clone3"), (437, "openat2"),
      (335, "uretprobe"), (336, "uprobe"), (451, "cachestat"), (462, "mseal"),
      (466, "removexattrat"), (471, "rseq_slice_yield"),
    ] {
      #expect(x86.name(number) == name)
      #expect(x86.number(name) == number)
    }
    let arm = SyscallNames(machine: "aarch64")
    for (number, name) in [
      (0, "io_setup"), (38, "renameat"), (56, "openat"), (63, "read"), (84, "sync_file_range"),
      (101, "nanosleep"), (115, "clock_nanosleep"), (173, "getppid"), (221, "execve"),
      (243, "recvmmsg"), (260, "wait4"), (291, "statx"), (293, "rseq"), (294, "kexec_file_load"),
      (424, "pidfd_send_signal"), (435, "clone3"), (462, "mseal"), (471, "rseq_slice_yield"),
    ] {
      #expect(arm.name(number) == name)
      #expect(arm.number(name) == number)
    }
    #expect(x86.name(400) == "syscall_400" && x86.name(-1) == "syscall_-1")
    // Numbers of 32-bit machines alone, and of this one's own that it has none of.
    #expect(arm.name(403) == "syscall_403" && arm.name(244) == "syscall_244")
    #expect(x86.number("") == nil && arm.number("") == nil)
    #expect(SyscallNames(machine: "s390x").name(3) == "syscall_3")
  }
}
