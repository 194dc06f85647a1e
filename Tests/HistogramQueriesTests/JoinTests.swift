import HistogramQueries
import Testing
import Tracefs

/// The rows of Documentation/sqlhist.md, "Two events" and what follows.
@Suite struct JoinTests {
  private static let joined =
    "FROM sched_waking AS start JOIN sched_switch AS end ON start.pid = end.next_pid"

  /// A selection, the synthetic event's fields, the start event's variables, the end event's, and
  /// what the event is made of.
  @Test(arguments: [
    (
      "end.next_pid AS pid, (end.TIMESTAMP_USECS - start.TIMESTAMP_USECS) AS lat",
      "pid_t pid; u64 lat", "lat_timestamp_usecs=common_timestamp.usecs",
      ":lat=common_timestamp.usecs-$lat_timestamp_usecs", "next_pid,$lat"
    ),
    (
      "TIMESTAMP_DELTA_USECS AS lat", "u64 lat", "lat_timestamp_usecs=common_timestamp.usecs",
      ":lat=common_timestamp.usecs-$lat_timestamp_usecs", "$lat"
    ),
    (
      "timestamp_delta", "u64 timestamp_delta", "lat_timestamp=common_timestamp",
      ":timestamp_delta=common_timestamp-$lat_timestamp", "$timestamp_delta"
    ),
    (
      "start.TIMESTAMP AS woken, end.TIMESTAMP AS ran", "u64 woken; u64 ran",
      "lat_timestamp=common_timestamp", ":ran=common_timestamp", "$lat_timestamp,$ran"
    ),
    (
      "start.pid, start.comm, next_comm", "pid_t pid; char comm[16]; char next_comm[16]",
      "lat_pid=pid,lat_comm=comm", "", "$lat_pid,$lat_comm,next_comm"
    ),
    (
      "start.prio + end.prev_prio - 1 AS sum", "int sum", "lat_prio=prio",
      ":sum=$lat_prio+prev_prio-1", "$sum"
    ),
    (
      "end.prev_state - (start.prio - end.next_prio) AS x", "long x", "lat_prio=prio",
      ":x=prev_state-$lat_prio+next_prio", "$x"
    ),
    (
      "end.next_prio", "int next_prio", "lat_pid=pid", ":matched=$lat_pid", "next_prio"
    ),
    (
      "start.common_pid AS waker, end.common_stacktrace AS stack",
      "int waker; unsigned long stack[]", "lat_common_pid=common_pid",
      ":stack=common_stacktrace", "$lat_common_pid,$stack"
    ),
  ])
  func joins(
    selection: String, fields: String, start: String, end: String, parameters: String
  ) throws {
    #expect(
      try planned("SELECT \(selection) \(Self.joined)").lines == [
        "lat \(fields)", "sched/sched_waking hist:keys=pid:\(start)",
        "sched/sched_switch hist:keys=next_pid\(end):"
          + "onmatch(sched.sched_waking).trace(lat,\(parameters))",
      ])
  }

  @Test func byEventNamesSeveralKeysAndFilters() throws {
    let query = """
      Select sys_exit.ret
      From raw_syscalls.sys_enter
      Join raw_syscalls.sys_exit
      On sys_exit.common_pid == sys_enter.common_pid And sys_enter.id = sys_exit.id
      Where sys_enter.id = 1 and (sys_exit.ret < 0 or sys_exit.ret > 100) and sys_enter.id != 2
      """
    #expect(
      try planned(query).lines == [
        "lat long ret",
        "raw_syscalls/sys_enter hist:keys=common_pid,id:lat_common_pid=common_pid"
          + " if id == 1 && id != 2",
        "raw_syscalls/sys_exit hist:keys=common_pid,id:matched=$lat_common_pid:"
          + "onmatch(raw_syscalls.sys_enter).trace(lat,ret) if ret < 0 || ret > 100",
      ])
  }

  @Test func anEventWithItself() throws {
    let query = """
      SELECT TIMESTAMP_DELTA_USECS AS away FROM sched_switch AS a JOIN sched_switch AS b
      ON a.prev_pid = b.next_pid WHERE a.prev_state & 3
      """
    #expect(
      try planned(query).lines == [
        "lat u64 away",
        "sched/sched_switch hist:keys=prev_pid:lat_timestamp_usecs=common_timestamp.usecs"
          + " if prev_state & 3",
        "sched/sched_switch hist:keys=next_pid:away=common_timestamp.usecs-$lat_timestamp_usecs:"
          + "onmatch(sched.sched_switch).trace(lat,$away)",
      ])
  }

  @Test func typesOfFields() throws {
    let query = """
      SELECT start.filename, end.call_site, end.ptr, end.bytes_req, end.accounted, end.common_type,
        end.cpu FROM sched_process_exec AS start JOIN kmalloc AS end
      ON start.pid = end.common_pid
      """
    #expect(
      try planned(query).lines.first
        == "lat char filename[]; unsigned long call_site; u64 ptr; u64 bytes_req; bool accounted; "
        + "u16 common_type; unsigned int common_cpu")
  }

  private static let query =
    "SELECT end.next_pid AS pid, TIMESTAMP_DELTA_USECS AS lat, start.prio AS prio \(joined)"

  @Test(arguments: [
    (HistogramQuery.Handler.max("lat"), false, false, [], ["onmax($lat).trace(lat,P)"]),
    (.change("lat"), false, false, [], ["onchange($lat).trace(lat,P)"]),
    (.max("lat"), false, true, [], ["onmax($lat).snapshot()"]),
    (
      .max("lat"), false, false, ["next_comm", "end.prev_pid"],
      ["onmax($lat).save(next_comm,prev_pid)"]
    ),
    (
      .max("lat"), true, true, ["pid"],
      ["onmax($lat).trace(lat,P)", "onmax($lat).save(next_pid)", "onmax($lat).snapshot()"]
    ),
    (.match, true, false, [], ["onmatch(sched.sched_waking).trace(lat,P)"]),
  ])
  func actions(
    handler: HistogramQuery.Handler, traces: Bool, snapshots: Bool, saved: [String],
    texts: [String]
  ) throws {
    let plan = try planned(Self.query) { query in
      query.handler = handler
      query.traces = traces
      query.takesSnapshot = snapshots
      query.saved = saved
    }
    let fields = "next_pid,$lat,$lat_prio"
    #expect(
      plan.triggers[1].trigger.handlers.map(\.description)
        == texts.map { $0 == "P" ? fields : $0.replacing("P)", with: "\(fields))") })
  }

  @Test func aWatchedFieldIsAVariable() throws {
    for (name, variable) in [("pid", "pid=next_pid"), ("prio", "prio=$lat_prio")] {
      let plan = try planned(Self.query) { $0.handler = .change(name) }
      let text = "\(plan.triggers[1].trigger)"
      #expect(text.contains(variable) && text.contains("onchange($\(name)).trace("))
    }
  }

  @Test func namesOfVariablesThatAreTakenAreNotGivenAgain() throws {
    let source = SampleEvents.source(triggers: [
      "sched_switch": ["hist:keys=next_pid:lat=common_timestamp"],
      "sched_waking": ["hist:keys=pid:lat_timestamp_usecs=common_timestamp.usecs"],
    ])
    #expect(
      try planned("SELECT TIMESTAMP_DELTA_USECS AS lat \(Self.joined)", in: source).lines[1...] == [
        "sched/sched_waking hist:keys=pid:lat_timestamp_usecs_2=common_timestamp.usecs",
        "sched/sched_switch hist:keys=next_pid:lat_2=common_timestamp.usecs-$lat_timestamp_usecs_2:"
          + "onmatch(sched.sched_waking).trace(lat,$lat_2)",
      ])
    // `keys=` and the like are no variables.
    #expect(
      try planned("SELECT TIMESTAMP_DELTA AS size \(Self.joined)").lines[2].contains("size_2="))
  }

  @Test func whatItPrintsIsReadBack() throws {
    let plan = try planned(Self.query + " WHERE start.comm ~ 'a*' AND end.next_prio < 100")
    for placed in plan.triggers {
      #expect(try HistogramTrigger("\(placed.trigger)") == placed.trigger)
    }
    let event = try #require(plan.synthetic)
    #expect(try SyntheticEvent("\(event)") == event)
  }

  @Test func onlyTimesSetTheClock() throws {
    func looksAtTimes(_ query: String) throws -> Bool {
      try planned(query).triggers.contains { $0.trigger.looksAtTimes }
    }
    #expect(try looksAtTimes("SELECT start.TIMESTAMP AS t \(Self.joined)"))
    #expect(try looksAtTimes("SELECT TIMESTAMP_USECS, pid FROM sched_waking"))
    #expect(try !looksAtTimes("SELECT start.prio \(Self.joined)"))
  }

  @Test func theNameIsAnonymous() { #expect(HistogramQuery("").name == "Anonymous") }
}
