import KernelTools
import Testing

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

  @Test func aSilenceThatIsNotLongIsShown() throws {
    var trace = try ToolTrace(kernel: "6.12", ["sched"])
    trace.add(1_000_000_000, thread: 0, "sched:sched_wakeup", ["pid": .number(7)])
    trace.add(1_100_500_000, thread: 0, "sched:sched_wakeup", ["pid": .number(7)])
    let (rows, notes) = try trace.run("runqlat", ["0.001"])
    #expect(rows.count { $0.contains("distribution") } == 101)
    #expect(notes == [])
  }
}
