import Testing

@testable import Tracefs

/// Texts of the kernel's documents (events.rst, ftrace.rst, histogram.rst) and listings of Linux
/// 6.1 and 6.12.
@Suite struct TriggerTests {
  @Test(arguments: [
    "traceon", "traceoff:3", "traceoff if nr_rq > 1", "snapshot:1 if nr_rq > 1", "stacktrace:5",
    "stacktrace:5 if bytes_req >= 65536", "enable_event:kmem:kmalloc:1",
    "disable_event:kmem:kmalloc:3 if nr_rq > 1", "enable_hist:sched:sched_process_exit",
    "disable_hist:net:netif_receive_skb:2 if len != 0",
    "hist:keys=call_site:vals=bytes_req", "hist:keys=call_site.hex:vals=bytes_req",
    "hist:keys=call_site.sym-offset:vals=bytes_req,bytes_alloc:sort=bytes_req.descending",
    "hist:keys=id.syscall,common_pid.execname:sort=id,hitcount",
    "hist:keys=common_stacktrace:vals=bytes_req,bytes_alloc:sort=bytes_alloc.descending",
    "hist:keys=bytes_req.log2:sort=bytes_req.descending", "hist:keys=bytes_req.buckets=32",
    "hist:keys=skbaddr.hex:vals=len:pause", "hist:keys=skbaddr.hex:vals=len:clear if len < 0",
    "hist:name=foo:keys=skbaddr.hex:vals=len", "hist:keys=a:vals=b.percent,hitcount.graph",
    "hist:keys=prev_pid:vals=prev_prio:size=4096:nohitcount:continue", "hist:name=foo",
    "hist:keys=pid:ts0=common_timestamp.usecs if comm == \"cyclictest\"",
    "hist:keys=next_pid:wakeup_lat=common_timestamp.usecs-$ts0:onmatch(sched.sched_waking)"
      + ".wakeup_latency($wakeup_lat,next_pid,next_comm) if next_comm == \"cyclictest\"",
    "hist:keys=next_pid:lat=common_timestamp.usecs-$ts0,s=$st:onmatch(sched.sched_waking)"
      + ".trace(wl,$lat,next_pid):onmax($lat).save(next_comm,prev_pid)",
    "hist:keys=next_pid:lat=1:onmax($lat).snapshot()",
    "hist:keys=next_pid:lat=$x:onchange($lat).snapshot():onchange($lat).save(a,b,c)",
    "hist:keys=pid:x=prev_prio+1,y=$x*2-a/3,z=-($y+1)-sched.sched_waking.$ts0",
    "hist:keys=stack.stacktrace:vals=lat", "hist:keys=pid:clock=mono",
  ])
  func printsWhatItReads(_ text: String) throws {
    let trigger = try Trigger(text)
    #expect(trigger.description == text)
    try trigger.check()
  }

  /// Written, and as the kernel lists it.
  @Test(arguments: [
    ("traceon", "traceon:unlimited"), ("traceoff:2", "traceoff:count=2"),
    ("traceoff if prev_pid == 1", "traceoff:unlimited if prev_pid == 1"),
    ("enable_event:sched:sched_waking", "enable_event:sched:sched_waking:unlimited"),
    (
      "enable_event:sched:sched_waking:3 if prev_pid == 2",
      "enable_event:sched:sched_waking:count=3 if prev_pid == 2"
    ),
    ("disable_hist:a:b:3 if x==1", "disable_hist:a:b:count=3 if x==1"),
    ("hist:keys=prev_pid", "hist:keys=prev_pid:vals=hitcount:sort=hitcount:size=2048 [active]"),
    (
      "hist:key=prev_pid:val=hitcount:sort=prev_pid.descending:size=100",
      "hist:keys=prev_pid:vals=hitcount:sort=prev_pid.descending:size=128 [active]"
    ),
    (
      "hist:keys=prev_pid,next_pid:values=prev_prio:sort=prev_prio.descending,hitcount",
      "hist:keys=prev_pid,next_pid:vals=hitcount,prev_prio:sort=prev_prio.descending,hitcount"
        + ":size=2048 [active]"
    ),
    (
      "hist:keys=stacktrace",
      "hist:keys=common_stacktrace:vals=hitcount:sort=hitcount:size=2048 "
        + "[active]"
    ),
    (
      "hist:keys=prev_pid:vals=prev_prio.percent,hitcount.graph",
      "hist:keys=prev_pid:vals=hitcount,prev_prio.percent,hitcount.graph:sort=hitcount:size=2048 "
        + "[active]"
    ),
    (
      "hist:keys=prev_pid:NOHC:vals=prev_prio",
      "hist:keys=prev_pid:vals=prev_prio:sort=hitcount:size=2048:nohitcount [active]"
    ),
    (
      "hist:keys=prev_pid:pause",
      "hist:keys=prev_pid:vals=hitcount:sort=hitcount:size=2048 [paused]"
    ),
    (
      "hist:keys=prev_pid:name=foo",
      "hist:name=foo:keys=prev_pid:vals=hitcount:sort=hitcount:size=2048 [active]"
    ),
    (
      "hist:keys=prev_pid:ts0=common_timestamp.usecs:x=prev_prio+1",
      "hist:keys=prev_pid:vals=hitcount:ts0=common_timestamp.usecs,x=prev_prio+1:sort=hitcount"
        + ":size=2048:clock=global [active]"
    ),
    (
      "hist:keys=prev_comm:sort=hitcount.ascending if prev_comm ~ \"a*\"",
      "hist:keys=prev_comm:vals=hitcount:sort=hitcount:size=2048 if prev_comm ~ \"a*\" [active]"
    ),
    (
      "hist:keys=next_pid:lat=common_timestamp.usecs-$ts0:onmatch(sched.sched_waking)"
        + ".wl($lat,next_pid):onmax($lat).save(next_comm) if next_pid > 0",
      "hist:keys=next_pid:vals=hitcount:lat=common_timestamp.usecs-$ts0:sort=hitcount:size=2048"
        + ":clock=global:onmatch(sched.sched_waking).wl($lat,next_pid):onmax($lat)"
        + ".save(next_comm) if next_pid > 0 [active]"
    ),
  ])
  func readsItsListedForm(_ written: String, _ listed: String) throws {
    #expect(try Trigger(written) == (try Trigger(listed)))
  }

  /// The text, what is said, and the column of the caret.
  @Test(arguments: [
    ("", "what to do", 0), ("tracoff", "no such trigger", 0), ("traceoff:x", "a count", 9),
    ("traceoff:3x", "no number", 9), ("dump", "no such trigger", 0), ("traceoff when x", "'if'", 8),
    ("stacktrace if ", "condition", 14), ("enable_event:sched", "':'", 18),
    ("enable_event:../x:y", "':'", 13 + 2), ("hist:", "1 to 3 keys", 5),
    ("hist:vals=a", "1 to 3 keys", 5), ("hist:keys=a,b,c,d", "1 to 3 keys", 5),
    ("hist:keys=a.hexx", "no such modifier", 12), ("hist:keys=a.buckets", "'='", 19),
    ("hist:keys=a:sort=a.down", "ascending", 19), ("hist:keys=a:sort=a,b,c", "one or two", 5),
    ("hist:keys=a:size=9", "65", 5), ("hist:keys=a:foo", "no such part", 12),
    ("hist:keys=a:onmax(lat).save(a)", "$NAME", 18), ("hist:keys=$a", "no variable", 5),
    ("hist:keys=a:ontrigger(b).snapshot()", "no such handler", 12),
    ("hist:keys=a:onmatch(a.b).snapshot()", "onmax", 12), ("hist:keys=a:x=1,x=2", "free", 5),
    ("hist:keys=a:x=-b", "-(…)", 15), ("hist:keys=a:onmax($b).save()", "list of fields", 12),
    ("hist:keys=a x", "'if'", 11), ("hist:keys=", "a field", 10),
    ("hist:keys=a:x=1+", "a field", 16),
  ])
  func saysWhereATextIsWrong(_ text: String, _ problem: String, _ place: Int) {
    let error = #expect(throws: TracefsError.self) { try Trigger(text) }
    guard case .malformed(let malformed)? = error else {
      Issue.record("\(text): \(String(describing: error))")
      return
    }
    #expect(malformed.place == place, "\(text): \(malformed.problem)")
    #expect(malformed.problem.contains(problem), "\(text): \(malformed.problem)")
  }

  @Test func namesTheNearest() {
    func hint(_ text: String) -> String {
      do { _ = try Trigger(text) } catch { return error.hint ?? "" }
      return ""
    }
    #expect(hint("tracoff").contains("traceoff"))
    #expect(hint("hist:keys=a.log").contains("log2"))
    #expect(hint("hist:keys=a:puase").contains("pause"))
    #expect(hint("hist:keys=a:onmacth(a.b).x()").contains("onmatch"))
  }

  @Test(arguments: [
    HistogramTrigger(keys: []), HistogramTrigger(keys: [.init(field: "a b")]),
    HistogramTrigger(keys: [.init(field: "a")], filter: "x\ny"),
    HistogramTrigger(keys: [.init(field: "a")], filter: " "),
    HistogramTrigger(keys: [.init(field: "a", .buckets(0))]),
    HistogramTrigger(keys: [.init(.variable("x"))]),
    HistogramTrigger(keys: [.init(field: "a")], size: 1 << 18),
    HistogramTrigger(keys: [.init(field: "a")], variables: [.init("keys", .init(field: "b"))]),
    HistogramTrigger(keys: [.init(field: "a")], clock: "a b"),
    HistogramTrigger(name: "a:b", keys: [.init(field: "a")]),
    HistogramTrigger(keys: [.init(field: "a")], handlers: [.init(.onMax("x"), .save(["a)b"]))]),
    HistogramTrigger(keys: [.init(field: "a")], handlers: [.init(.onMax("x"), .event("save", []))]),
  ])
  func refusesWrongHistograms(_ histogram: HistogramTrigger) {
    #expect(throws: TracefsError.self) { try Trigger.histogram(histogram).check() }
  }

  @Test func refusesWrongActions() {
    #expect(throws: TracefsError.self) { try Trigger.action(CountedAction(.dump)).check() }
    #expect(throws: TracefsError.self) {
      try Trigger.action(CountedAction(.traceoff, count: -1)).check()
    }
    let outside = EventName(system: "..", name: "a/b")
    #expect(throws: TracefsError.self) { try Trigger.action(.init(.enableEvent(outside))).check() }
    #expect(throws: TracefsError.self) {
      try FunctionCommand("a:b", CountedAction(.traceoff)).check()
    }
    #expect(throws: TracefsError.self) {
      try FunctionCommand("a", CountedAction(.enableHistogram(outside))).check()
    }
  }

  // MARK: Function commands

  /// Written, as the kernel lists it, and what takes it away.
  @Test(arguments: [
    ("vfs_read:traceon", "vfs_read:traceon:unlimited", "!vfs_read:traceon"),
    ("vfs_write:traceoff:3", "vfs_write:traceoff:count=3", "!vfs_write:traceoff:0"),
    ("do_exit:dump", "do_exit:dump:count=1", "!do_exit:dump"),
    ("do_exit:cpudump:1", "do_exit:cpudump:unlimited", "!do_exit:cpudump"),
    ("a*:stacktrace:5", "a*:stacktrace:count=5", "!a*:stacktrace:0"),
    ("ext4_open:snapshot", "ext4_open [ext4]:snapshot:unlimited", "!ext4_open:snapshot"),
    (
      "vfs_write:disable_event:sched:sched_switch:2",
      "vfs_write:disable_event:sched:sched_switch:count=2",
      "!vfs_write:disable_event:sched:sched_switch:0"
    ),
  ])
  func readsFunctionCommands(_ written: String, _ listed: String, _ removal: String) throws {
    #expect(try FunctionCommand(written) == (try FunctionCommand(listed)))
    #expect(try FunctionCommand(listed).removal == removal)
  }

  @Test(arguments: [
    ("vfs_read:tracof", "no such trigger", 9), (":traceoff", "a function", 0), ("a", "':'", 1),
    ("a:traceoff if b", "the end", 11), ("a:enable_hist:b:c", "no such trigger", 2),
  ])
  func saysWhereACommandIsWrong(_ text: String, _ problem: String, _ place: Int) {
    let error = #expect(throws: TracefsError.self) { try FunctionCommand(text) }
    guard case .malformed(let malformed)? = error else {
      Issue.record("\(text): \(String(describing: error))")
      return
    }
    #expect(malformed.place == place, "\(text): \(malformed.problem)")
    #expect(malformed.problem.contains(problem), "\(text): \(malformed.problem)")
  }
}
