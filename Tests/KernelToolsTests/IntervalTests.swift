import KernelTools
import Testing
import TraceTestSupport

/// Tables of intervals, where times are far apart.
@Suite struct IntervalTests {
  @Test func aTimeFarAheadIsNoEndOfIntervals() throws {
    for far in [UInt64(1) << 63, .max - 5, .max] {
      var trace = try ToolTrace(kernel: "6.12", ["sched"])
      trace.add(1_000_000_000, thread: 0, "sched:sched_wakeup", ["pid": .number(7)])
      trace.add(1_000_005_000, thread: 0, "sched:sched_switch", ["next_pid": .number(7)])
      trace.add(far, thread: 0, "sched:sched_wakeup", ["pid": .number(7)])
      let (rows, notes) = try trace.run("runqlat", ["1", "--csv", "-t"])
      #expect(rows == ["time_s,from_us,to_us,count", "2.000000,4,8,1"])
      #expect(notes.count == 1 && notes[0].hasSuffix(" intervals without events were left out"))
      let some = try trace.run("runqlat", ["1", "2"])
      #expect(some.text.count { $0.contains("distribution") } == 2)
      #expect(some.notes == [])
    }
  }

  /// A blank line stands between tables, and below the banner; nothing stands above the first one.
  @Test(arguments: [
    ["runqlat"], ["runqlat", "-P"], ["cpudist", "0.01"], ["biolatency", "-D"], ["iolatency"],
    ["biotop"], ["bitesize"], ["filetop"], ["offcputime"], ["wakeuptime"], ["hardirqs"],
    ["softirqs"], ["stackcount", "sched:sched_switch"], ["syscount"], ["syslatency"],
    ["funccount", "vfs_read"], ["funclatency", "vfs_read"], ["tcpconnect", "-c"],
    ["tcpretrans", "-c"], ["argdist", "-C", "sched:sched_switch:prev_pid"],
    ["perf-stat-hist", "sched:sched_switch", "prev_pid"],
  ])
  func nothingStandsAboveTheFirstTable(arguments: [String]) throws {
    var trace = try ToolTrace(
      kernel: "6.12",
      [
        "sched", "block", "irq", "raw_syscalls", "files", "kscope", "kscope-tcp",
        "filemap", "writeback", "ftrace", "tcp", "sock",
      ])
    for round in 0..<3 {
      let time = 1_000_000_000 + UInt64(round) * 20_000_000
      trace.add(
        time, thread: 7, "sched:sched_switch",
        ["prev_pid": .number(7), "prev_state": .number(1), "next_pid": .number(9)])
      trace.add(time + 1000, thread: 9, "sched:sched_waking", ["pid": .number(7)])
      trace.add(time + 1000, thread: 9, "sched:sched_wakeup", ["pid": .number(7)])
      trace.add(
        time + 9000, thread: 9, "sched:sched_switch",
        ["prev_pid": .number(9), "prev_state": .number(1), "next_pid": .number(7)])
      for (event, time) in [("block_rq_issue", time), ("block_rq_complete", time + 9000)] {
        trace.add(
          time, thread: 7, "block:\(event)", ["nr_sector": .number(8), "rwbs": .text("R")])
      }
      for (event, time) in [("irq_handler_entry", time), ("irq_handler_exit", time + 50)] {
        trace.add(time, thread: 7, "irq:\(event)", ["irq": .number(1)])
      }
      for (event, time) in [("sys_enter", time + 60), ("sys_exit", time + 90)] {
        trace.add(time, thread: 7, "raw_syscalls:\(event)", ["id": .number(1)])
      }
    }
    let below = try trace.rows(arguments[0], Array(arguments.dropFirst()))
    trace.hasBanner = false
    let rows = try trace.rows(arguments[0], Array(arguments.dropFirst()))
    #expect(try #require(rows.first) != "")
    #expect(below.dropFirst().drop { $0.isEmpty } == rows[...])
    if arguments == ["cpudist", "0.01"] {
      #expect(rows.indices.contains { $0 > 0 && rows[$0] == "" && rows[$0 - 1] != "" })
    }
  }

  @Test func aSilenceThatIsNotLongIsShown() throws {
    var trace = try ToolTrace(kernel: "6.12", ["sched"])
    trace.add(1_000_000_000, thread: 0, "sched:sched_wakeup", ["pid": .number(7)])
    trace.add(1_100_500_000, thread: 0, "sched:sched_wakeup", ["pid": .number(7)])
    let (rows, notes) = try trace.run("runqlat", ["0.001"])
    #expect(rows.count { $0.contains("distribution") } == 101)
    #expect(notes == [])
  }
}
