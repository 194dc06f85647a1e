import HistogramQueries
import Testing
import Tracefs

/// The rows of Documentation/sqlhist.md, "One event".
@Suite struct CountTests {
  @Test(arguments: [
    ("SELECT pid FROM sched_waking", "sched/sched_waking hist:keys=pid"),
    ("SELECT pid, prio FROM sched.sched_waking", "sched/sched_waking hist:keys=pid,prio"),
    ("select w.pid from sched_waking as w;", "sched/sched_waking hist:keys=pid"),
    (
      "SELECT CAST(common_pid AS EXECNAME) FROM sched_waking",
      "sched/sched_waking hist:keys=common_pid.execname"
    ),
    ("SELECT CAST(id AS SYSCALL) FROM sys_enter", "raw_syscalls/sys_enter hist:keys=id.syscall"),
    ("SELECT CAST(call_site AS SYM) FROM kmalloc", "kmem/kmalloc hist:keys=call_site.sym"),
    (
      "SELECT CAST(call_site AS sym-offset) FROM kmalloc",
      "kmem/kmalloc hist:keys=call_site.sym-offset"
    ),
    ("SELECT CAST(ptr AS HEX) FROM kmalloc", "kmem/kmalloc hist:keys=ptr.hex"),
    ("SELECT CAST(bytes_req AS LOG) FROM kmalloc", "kmem/kmalloc hist:keys=bytes_req.log2"),
    (
      "SELECT call_site, CAST(bytes_alloc AS _COUNTER_) FROM kmalloc",
      "kmem/kmalloc hist:keys=call_site:vals=bytes_alloc"
    ),
    (
      "SELECT call_site, CAST(bytes_alloc - bytes_req AS _COUNTER_) FROM kmalloc",
      "kmem/kmalloc hist:keys=call_site:vals=bytes_alloc-bytes_req"
    ),
    ("SELECT target_cpu + 1 FROM sched_waking", "sched/sched_waking hist:keys=target_cpu+1"),
    ("SELECT cpu FROM sched_waking", "sched/sched_waking hist:keys=common_cpu"),
    (
      "SELECT TIMESTAMP_USECS FROM sched_waking",
      "sched/sched_waking hist:keys=common_timestamp.usecs"
    ),
    (
      "SELECT common_stacktrace FROM sched_waking",
      "sched/sched_waking hist:keys=common_stacktrace"
    ),
    ("SELECT filename FROM sched_process_exec", "sched/sched_process_exec hist:keys=filename"),
    ("SELECT two.twice.from FROM two.twice", "two/twice hist:keys=from"),
  ])
  func counts(query: String, line: String) throws {
    #expect(try planned(query).lines == [line])
  }

  @Test(arguments: [
    ("prio < 100", "prio < 100"), ("prio = 5", "prio == 5"), ("prio == 5", "prio == 5"),
    ("prio != -1", "prio != -1"), ("prio <= 0x10", "prio <= 16"), ("prio >= 1", "prio >= 1"),
    ("prio & 1", "prio & 1"), ("comm = 'cat'", "comm == \"cat\""),
    ("comm ~ \"ba*\"", "comm ~ \"ba*\""), ("comm != 'a\"b'", "comm != 'a\"b'"),
    ("prio > 1 AND pid < 5 && target_cpu = 0", "prio > 1 && pid < 5 && target_cpu == 0"),
    ("prio > 1 or pid < 5", "prio > 1 || pid < 5"),
    ("prio > 1 AND (pid < 5 OR pid > 9)", "prio > 1 && (pid < 5 || pid > 9)"),
    ("prio > 1 OR pid < 5 AND pid > 2", "prio > 1 || (pid < 5 && pid > 2)"),
    ("NOT prio > 1", "!(prio > 1)"), ("!(prio > 1 || pid = 2)", "!(prio > 1 || pid == 2)"),
    ("CPU = 1", "CPU == 1"), ("sched_waking.comm ~ 'x*'", "comm ~ \"x*\""),
  ])
  func filters(condition: String, filter: String) throws {
    #expect(
      try planned("SELECT pid FROM sched_waking WHERE \(condition)").lines
        == ["sched/sched_waking hist:keys=pid if \(filter)"])
  }

  @Test func whatItPrintsIsReadBack() throws {
    let plan = try planned("SELECT pid, CAST(prio AS _COUNTER_) FROM sched_waking WHERE prio < 9")
    for placed in plan.triggers {
      #expect(try HistogramTrigger("\(placed.trigger)") == placed.trigger)
    }
  }
}
