import Glibc
import Testing

@testable import Tracefs

/// Runs against a real kernel, in the lab only: `Lab/tests/dynamic-events.sh` calls these.
@Suite(.enabled(if: getenv("KSCOPE_LAB") != nil), .serialized)
struct LabDynamicEventTests {
  /// Events of every kind.
  static let events = [
    "p vfs_read", "p:lab/offset kfree+0", "p:lab/registers vfs_write a=%ax b=%di:u64 c=%ip:x64",
    "p:lab/nested vfs_write x=+0($arg2):u8 y=+u0(+8($arg1)):s32 z=-4(%di):x16",
    "p:lab/texts do_sys_openat2 f=+0($arg2):ustring g=+u0($arg2):string k=$arg2:symbol",
    #"p:lab/values vfs_open a=\1:u32 b=\"hello" c=\-5:s64 d=@jiffies:u64 e=@jiffies+4:u32"#,
    "p:lab/arrays vfs_open a=+0($arg1):x8[4] b=+0($arg1):b4@4/32 c=+0($arg1):string[2]",
    "p:lab/stack vfs_open a=$stack b=$stack2:x8 c=$comm:string",
    "p:lab/unnamed vfs_read $arg1 %ax:u8 $comm +0($arg2)", "p:lab/symstr vfs_open a=$arg1:symstr",
    "p:lab/char vfs_open a=$arg1:char", "p:lab/dentry vfs_open a=+0($arg1):%pd b=$arg1:%pD",
    "p:lab/btf vfs_open path dentry=path->dentry name=path->dentry->d_name.name:string",
    "p:lab/all vfs_open $arg*", "r vfs_read $retval", "r10:lab/max vfs_read ret=$retval:s64",
    "p:lab/suffix vfs_read%return ret=$retval", "r:lab/both vfs_write ret=$retval a=$arg1",
    "p /bin/bash:0x30000", "p:lab/user /bin/bash:0x30000 a=%ax:u64 b=+0(%sp):string",
    "p:lab/counter /bin/bash:0x30010(0x130000) a=@+0x10:u32 b=$comm c=$stack1",
    "r:lab/userreturn /bin/bash:0x30000 ret=$retval", "e sched.sched_wakeup",
    "e:lab/field sched.sched_switch a=$next_pid:u32",
    "e:lab/filtered sched.sched_waking comm=$comm p=$pid if pid > 3",
    "e:lab/file syscalls.sys_enter_openat f=+0($filename):ustring", "f vfs_read",
    "f:lab/fentry vfs_read a=$arg1", "f:lab/fexit vfs_read%return ret=$retval a=$arg1",
    "f:lab/fields vfs_read buf count file->f_pos", "f:lab/many vfs_f* a=$arg1", "t sched_switch",
    "t:lab/tracepoint sched_waking pid=p->pid", "s:lab_one u64 lat; pid_t pid; char comm[16]",
    "s:lab_two unsigned int a; char name[]; unsigned long b[4]", "s:lab_stack u64 a; long stack[]",
    "s:lab_types s8 a; bool b; gfp_t c; unsigned char d; int e; unsigned long f; u16 g",
  ]

  @Test func definesEveryKind() throws {
    let directory = try TracingDirectory.find()
    let before = try directory.dynamicEventLines()
    let features = try directory.features()
    let state = SavedState(directory)
    defer { state.restore() }
    var kinds: Set<DynamicEvent.Kind> = []
    for text in Self.events {
      let event = try DynamicEvent(text)
      if !event.features.isSubset(of: features.present) {
        #expect(throws: TracefsError.self, "\(text)") { try directory.define(event, saving: state) }
        continue
      }
      do { try directory.define(event, saving: state) } catch {
        Issue.record("\(text): \(error.message)")
        continue
      }
      kinds.insert(event.kind)
      let line = try #require(directory.dynamicEventLines().last { !before.contains($0) })
      let all = try directory.dynamicEventLines()
      let listed = all.compactMap { try? DynamicEvent($0) }
      #expect(listed.count == all.count, "\(all)")
      #expect(listed.contains { event.isListed(as: $0) }, "\(text) is listed as \(line)")
    }
    print("# kinds: \(kinds.map(\.rawValue).sorted().joined(separator: ", "))")
    for feature in KernelFeature.allCases where !features.has(feature) {
      print("# this kernel has no \(feature.title)")
    }
    #expect(state.restore() == [])
    #expect(try directory.dynamicEventLines() == before)
  }

  @Test func removesAndExplains() throws {
    let directory = try TracingDirectory.find()
    let state = SavedState(directory)
    defer { state.restore() }
    let probe = try directory.define("p:lab/base vfs_read count=$arg3", saving: state)
    let attached = try directory.define(
      "e:lab/attached sched.sched_switch c=$next_pid", saving: state)
    try directory.define("p:lab/base vfs_readv count=$arg3", saving: state)
    #expect(try directory.dynamicEvents().filter { $0.eventName == probe }.count == 2)

    try directory.top.enableEvents("lab:attached", saving: state)
    let inUse = #expect(throws: TracefsError.self) {
      try directory.remove([attached], saving: state)
    }
    #expect(inUse?.hint?.contains("top level") == true, "\(String(describing: inUse))")
    try directory.top.disableEvents("lab:attached", saving: state)
    try directory.remove([probe, attached], saving: state)
    #expect(try directory.dynamicEvents().allSatisfy { $0.group != "lab" })

    func message(_ text: String) -> String {
      do throws(TracefsError) { try directory.define(text, saving: state) } catch {
        return error.message
      }
      return ""
    }
    let symbol = message("p:lab/bad   nosuchfunction")
    #expect(symbol.contains("Invalid probed address or symbol"), "\(symbol)")
    #expect(symbol.contains("\n  p:lab/bad nosuchfunction\n            ^"), "\(symbol)")
    let register = message("p:lab/bad vfs_read a=%zz")
    #expect(register.contains("Invalid register name"), "\(register)")
    #expect(register.hasSuffix("                       ^"), "\(register)")
    let field = message("e:lab/bad sched.sched_switch a=$nosuch")
    // Linux 6.1 says no more than ENOENT.
    #expect(field.contains("Invalid $-variable") || field.contains("a=$nosuch"), "\(field)")
    #expect(message("p:sched/sched_switch vfs_read").contains("exists"))
    #expect(state.restore() == [])
  }

  /// On `sched:sched_switch`, and `system:event text` elsewhere.
  static let triggers = [
    "traceon", "traceoff:0 if prev_pid == 1", "snapshot if next_pid == 999999", "stacktrace",
    "stacktrace:100000 if prev_pid == 1", "enable_event:sched:sched_waking",
    "enable_event:sched:sched_waking:3 if prev_pid == 999999",
    "disable_event:kmem:kmalloc:1 if prev_pid == 999999", "hist:keys=prev_pid",
    "hist:key=prev_pid:val=hitcount:sort=prev_pid.descending:size=100",
    "hist:keys=prev_pid,next_pid:vals=prev_prio:sort=prev_prio.descending,hitcount",
    "hist:keys=prev_pid.hex:vals=prev_prio.hex", "hist:keys=common_stacktrace",
    "hist:keys=prev_pid,stacktrace:vals=prev_prio", "hist:keys=common_pid.execname",
    "hist:keys=prev_prio.log2", "hist:keys=prev_prio.buckets=10",
    "hist:keys=common_timestamp.usecs", "hist:keys=prev_pid:vals=prev_prio.percent,next_prio.graph",
    "hist:keys=prev_pid:vals=prev_prio:nohitcount:sort=prev_prio",
    "hist:keys=prev_pid:vals=prev_prio:nohitcount", "hist:keys=prev_pid:pause",
    "hist:keys=prev_pid:name=lab", "hist:keys=common_cpu",
    "hist:keys=prev_pid:ts0=common_timestamp.usecs:x=prev_prio+1",
    "hist:keys=prev_comm:values=prev_prio,next_prio if prev_comm ~ \"a*\" && next_pid > 3",
    "hist:keys=prev_state.sym,prev_pid.sym-offset",
    "raw_syscalls:sys_enter hist:keys=id.syscall,common_pid.execname",
    "kmem:kmalloc hist:keys=call_site.sym:vals=bytes_req",
    "kmem:kmalloc hist:keys=call_site.sym-offset,bytes_req.log2:sort=bytes_req.descending",
  ]

  static let actions = [
    "onmatch(sched.sched_waking).trace(lab_wakeup,$lat,next_pid)",
    "onmatch(sched.sched_waking).lab_wakeup($lat,next_pid)",
    "onmax($lat).save(next_comm,prev_pid,prev_comm)", "onmax($lat).snapshot()",
    "onchange($lat).snapshot()", "onchange($lat).save(next_comm)",
    "onmax($lat).trace(lab_wakeup,$lat,next_pid)",
    "onmatch(sched.sched_waking).trace(lab_wakeup,$lat,next_pid):onmax($lat).save(next_comm)"
      + " if next_pid > 0",
  ]

  private func checkTrigger(
    _ text: String, on event: EventName, in top: Instance, hasStacks: KernelFeatures
  ) throws {
    let state = SavedState(top.directory)
    defer { state.restore() }
    let trigger = try Trigger(text)
    if case .histogram(let histogram) = trigger,
      !histogram.features.isSubset(of: hasStacks.present)
    {
      #expect(throws: TracefsError.self) { try top.addTrigger(trigger, to: event, saving: state) }
      return
    }
    do { try top.addTrigger(trigger, to: event, saving: state) } catch {
      Issue.record("\(text): \(error.message)")
      return
    }
    let lines = try top.triggerLines(of: event)
    var listed = try top.triggers(of: event)
    #expect(listed.count == lines.count, "\(lines)")
    // What counts has counted already.
    if case .action(var action, let filter) = trigger, action.count != nil, filter == nil {
      action.count = nil
      listed = listed.map { listed in
        guard case .action(var other, let filter) = listed else { return listed }
        other.count = nil
        return .action(other, filter: filter)
      }
      #expect(listed.contains(.action(action, filter: nil)), "\(text) is listed as \(lines)")
    } else if case .action(let action, _) = trigger, action.count ?? 0 > 9 {
      #expect(lines.contains { $0.contains("stacktrace:count=") }, "\(lines)")
    } else {
      #expect(listed.contains(trigger), "\(text) is listed as \(lines)")
    }
    #expect(state.restore() == [], "\(text)")
    #expect(try top.triggerLines(of: event).isEmpty, "\(text)")
  }

  @Test func listsTriggersAsTheyWereWritten() throws {
    let directory = try TracingDirectory.find()
    let features = try directory.features()
    let switched = EventName(system: "sched", name: "sched_switch")
    for line in Self.triggers {
      let parts = line.split(separator: " ", maxSplits: 1)
      if let event = EventName(parts[0]), !line.hasPrefix("hist"), !line.hasPrefix("enable_"),
        !line.hasPrefix("disable_"), parts.count == 2, parts[1].hasPrefix("hist")
      {
        try checkTrigger(String(parts[1]), on: event, in: directory.top, hasStacks: features)
      } else {
        try checkTrigger(line, on: switched, in: directory.top, hasStacks: features)
      }
    }
    let state = SavedState(directory)
    defer { state.restore() }
    try directory.define("s:lab_wakeup u64 lat; pid_t pid", saving: state)
    try directory.top.addTrigger(
      "hist:keys=pid:ts0=common_timestamp.usecs", on: "sched:sched_waking", saving: state)
    for action in Self.actions {
      try checkTrigger(
        "hist:keys=next_pid:lat=common_timestamp.usecs-$ts0:\(action)", on: switched,
        in: directory.top, hasStacks: features)
    }
    for action in ["enable_hist", "disable_hist"] {
      try checkTrigger(
        "\(action):sched:sched_waking", on: switched, in: directory.top, hasStacks: features)
    }
    #expect(state.restore() == [])
  }

  @Test func listsFunctionCommandsAsTheyWereWritten() throws {
    let directory = try TracingDirectory.find()
    let state = SavedState(directory)
    defer { state.restore() }
    let before = try directory.top.list(.setFtraceFilter)
    // Of functions that nobody calls, or counts would have gone down.
    let commands = [
      "vfs_fallocate:traceon", "vfs_fallocate:traceoff:3", "vfs_fallocate:snapshot",
      "vfs_fallocate:stacktrace:5", "vfs_fallocate:dump", "vfs_fallocate:cpudump",
      "vfs_mknod:enable_event:sched:sched_switch", "vfs_mknod:disable_event:sched:sched_switch:2",
    ]
    for text in commands {
      try directory.top.addFunctionCommand(try FunctionCommand(text), saving: state)
    }
    let listed = try directory.top.functionCommands()
    for text in commands {
      #expect(listed.contains(try FunctionCommand(text)), "\(text): \(listed)")
    }
    #expect(state.restore() == [])
    #expect(try directory.top.list(.setFtraceFilter) == before)
  }

  /// This thread's id; the kernel's filters know no other.
  private func thread() throws -> Int {
    var buffer = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/thread-self", &buffer, buffer.count)
    let path = String(
      decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return try #require(Int(path.split(separator: "/").last ?? ""))
  }

  @Test func countsInHistograms() throws {
    let directory = try TracingDirectory.find()
    let top = directory.top
    let calls = 57
    let me = try thread()
    func tables(
      _ trigger: String, on event: EventName, calls: Int = calls, state: SavedState
    ) throws -> [HistogramTable] {
      let filtered = "\(trigger) if common_pid == \(me)"
      try top.addTrigger(try Trigger(filtered), to: event, saving: state)
      for _ in 0..<calls { _ = getppid() }
      return try top.histograms(of: event)
    }
    let state = SavedState(directory)
    defer { state.restore() }
    let syscall = EventName(system: "syscalls", name: "sys_enter_getppid")
    let probe = try directory.define("p:lab/getppid __x64_sys_getppid", saving: state)

    var all = try tables("hist:keys=common_pid", on: syscall, state: state)
    #expect(all.count == 1)
    #expect(
      all.first?.rows == [.init(keys: [.number(UInt64(me))], hitcount: UInt64(calls), values: [])])
    #expect(all.first?.hits == UInt64(calls))
    #expect(all.first?.entries == 1)
    #expect(all.first?.dropped == 0)

    all = try tables(
      "hist:keys=common_pid.execname,common_stacktrace:vals=__syscall_nr", on: syscall, state: state
    )
    let stacks = try #require(all.first { $0.trigger.keys.count == 2 })
    #expect(stacks.rows.compactMap(\.hitcount).reduce(0, +) == UInt64(calls))
    for row in stacks.rows {
      guard case .task(_, let pid) = row.keys[0], case .stack(let frames) = row.keys[1] else {
        Issue.record("\(row)")
        continue
      }
      #expect(pid == UInt64(me))
      #expect(frames.contains { $0.name == "do_syscall_64" }, "\(frames)")
      #expect(row.values == [.number(UInt64(SYS_getppidNumber) * (row.hitcount ?? 0))])
    }

    // More keys than rows: 200 different moments in 128 rows.
    all = try tables(
      "hist:keys=common_timestamp:size=128", on: syscall, calls: 200, state: state)
    let times = try #require(all.first { $0.trigger.size == 128 })
    #expect(times.hits + times.dropped == 200)
    #expect(times.dropped > 0)
    #expect(UInt64(times.rows.count) == times.entries)

    all = try tables(
      "hist:keys=__probe_ip.sym,common_cpu:sort=common_cpu", on: probe, state: state)
    for row in try #require(all.first).rows {
      guard case .symbol(let symbol) = row.keys[0] else {
        Issue.record("\(row)")
        continue
      }
      // Two names of one address.
      #expect(["__x64_sys_getppid", "__do_sys_getppid"].contains(symbol.name))
    }
    #expect(all.first?.hits == UInt64(calls))
    let profile = try directory.kprobeProfile().first { $0.name == "getppid" }
    #expect(profile?.hits ?? 0 >= UInt64(calls))

    // Pausing one that is there is undone by going on.
    let other = SavedState(directory)
    try top.addTrigger(
      "hist:keys=common_pid:pause if common_pid == \(me)", to: syscall, saving: other)
    #expect(try top.histograms(of: syscall).contains { $0.isPaused })
    #expect(other.restore() == [])
    #expect(!(try top.histograms(of: syscall).contains { $0.isPaused }))
    #expect(state.restore() == [])
    #expect(try top.triggerLines(of: syscall).isEmpty)
  }

  /// Linux's own number on x86-64.
  private let SYS_getppidNumber = 110

  @Test func readsAndSetsTheSmallFiles() throws {
    let directory = try TracingDirectory.find()
    let top = directory.top
    let state = SavedState(directory)
    defer { state.restore() }
    #expect(try !top.isSnapshotAllocated())
    try top.writeMarker("kscope was here")
    try top.writeRawMarker(id: 7, [1, 2, 3])
    try top.takeSnapshot(saving: state)
    #expect(try top.isSnapshotAllocated())
    let text = String(decoding: try top.snapshot(), as: UTF8.self)
    #expect(text.contains(part: "kscope was here"))
    #expect(text.contains(part: "# 7 buf:"), "\(text.suffix(300))")
    try top.clearSnapshot()
    #expect(!String(decoding: try top.snapshot(), as: UTF8.self).contains(part: "kscope was"))

    try top.enableEvents("sched:sched_switch", saving: state)
    try top.setOption("record-tgid", true, saving: state)
    usleep(300_000)
    #expect(try !directory.savedTaskNames().isEmpty)
    #expect(try !directory.savedThreadGroups().isEmpty)
    #expect(try top.bufferStats().map(\.stats.entries).reduce(0, +) > 0)
    #expect(try directory.functionTotals().functions > 10_000)
    #expect(try directory.printkFormats().count > 10)
    #expect(try top.timestampMode().all == ["delta", "absolute"])
    #expect(try top.totalBufferSize() > 0)
    try top.setTracingThreshold(microseconds: 123, saving: state)
    #expect(try top.tracingThreshold() == 123)
    #expect(try top.tracingMaxLatency() >= 0)

    try directory.setStackTraceFilter(["vfs_read", "vfs_write"], saving: state)
    try directory.setStackTracing(true, saving: state)
    #expect(try directory.isStackTracing())
    _ = try TextFile.read("/proc/self/stat")
    #expect(try directory.enabledFunctions().contains { $0.name == "vfs_read" && $0.count > 0 })
    let usage = try directory.stackUsage()
    #expect(usage.isRunning)
    #expect(usage.frames.count > 2)
    #expect(try directory.stackMaxSize() >= usage.frames.first?.depth ?? 0)
    #expect(state.restore() == [])
    #expect(try !directory.isStackTracing())
    #expect(try !top.isSnapshotAllocated())
    try directory.clearStackMaxSize()
  }

  /// Makes one of each and is killed: `kscope reset` must find its way back.
  @Test func changesAndDies() throws {
    let directory = try TracingDirectory.find()
    let state = SavedState(directory)
    for text in [
      "p vfs_read", "r:lab/r vfs_read $retval", "e:lab/e sched.sched_switch p=$next_pid",
      "p:lab/u /bin/bash:0x30000", "s:lab_wakeup u64 lat; pid_t pid",
    ] {
      try directory.define(text, saving: state)
    }
    try directory.define("e:lab/on sched.sched_waking", saving: state)
    try directory.top.enableEvents("lab", saving: state)
    try directory.top.addTrigger(
      "hist:keys=pid:ts0=common_timestamp.usecs", on: "sched:sched_waking", saving: state)
    try directory.top.addTrigger(
      "hist:keys=next_pid:lat=common_timestamp.usecs-$ts0:onmatch(sched.sched_waking)"
        + ".trace(lab_wakeup,$lat,next_pid)", on: "sched:sched_switch", saving: state)
    try directory.top.addTrigger("stacktrace:3", on: "lab:r", saving: state)
    try directory.top.addTrigger("hist:keys=pid", on: "synthetic:lab_wakeup", saving: state)
    try directory.top.addFunctionCommand(
      try FunctionCommand("vfs_mknod:traceoff:2"), saving: state)
    try directory.top.takeSnapshot(saving: state)
    try directory.setStackTraceFilter(["vfs_read"], saving: state)
    try directory.setStackTracing(true, saving: state)
    kill(getpid(), SIGKILL)
  }
}
