import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct EventFilterCheckTests {
  private let event = EventName(system: "sched", name: "sched_switch")

  private let check = EventFilterCheck(
    format: """
      name: sched_switch
      format:
      \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
      \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

      \tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;
      \tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;
      \tfield:const char * name;\toffset:28;\tsize:8;\tsigned:0;
      \tfield:__data_loc char[] file;\toffset:36;\tsize:4;\tsigned:0;
      \tfield:char *ptr;\toffset:36;\tsize:4;\tsigned:0;

      print fmt: "field:%d", REC->prev_pid
      """)

  @Test func readsTheFields() {
    #expect(
      check.fields == ["common_type", "common_pid", "prev_comm", "prev_pid", "name", "file", "ptr"])
  }

  /// Linux 6.1 and 6.12 take the first ones; the others are theirs to judge.
  @Test(arguments: [
    "prev_pid == 1", "!(prev_pid == 1)", "prev_comm ~ \"a*\" && (prev_pid & 1)",
    "prev_comm == 'ba sh'", "COMM == \"bash\"", "CPU == 1", "common_pid != 3", "prev_pid > -1",
    "prev_pid==1&&prev_pid==2||common_type<3", "CPU & CPUS{0}",
    "cpu & CPUS{1-3,5} || file == \"a\"",
    "prev_comm.ustring == \"a\" && name != \"nosuch == 1 && nosuch == 2\"", "! prev_pid == 1",
    "ptr.function == vfs_read || prev_pid == 0x1f", "common_cpu == 1", "stacktrace == 1",
    "((prev_pid))", "prev_pid", "", "0", "-5 == prev_pid", "prev_pid = 1", "prev_comm ~ \"x",
    "prev_pid == 1 and nosuch == 1", "(prev_pid == 1", "prev_pid == 1)", "prev_pid === 1",
    "common_something == 1", "prev_pid == \"ä\" && CPU == 1",
  ])
  func letsPass(_ filter: String) {
    #expect(throws: Never.self) { try check.check(filter, of: event) }
  }

  @Test(arguments: [
    ("nosuch == 1", 0, nil), ("(prev_pdi == 1)", 1, "prev_pid"),
    ("! prev_cmm == \"a\"", 2, "prev_comm"),
    ("prev_pid == 1 && prev_com ~ \"x*\"", 17, "prev_comm"), ("common_pdi == 1", 0, "common_pid"),
    ("CPU & CPUS{0-1} || (file == 'a && b') && fiel == 1", 41, "file"),
    ("prev_pid.x == 1 || naem.ustring == 1", 19, "name"), ("nosuch", 0, nil),
    ("prev_comm == \"ä\" && prev_pidd == 1", 21, "prev_pid"),
  ])
  func namesAnUnknownField(_ filter: String, _ place: Int, _ nearest: String?) throws {
    let error = #expect(throws: TracefsError.self) { try check.check(filter, of: event) }
    guard case .malformed(let malformed)? = error else { return }
    #expect(malformed.place == place)
    if let nearest { #expect(malformed.nearest.first == nearest) }
    #expect(error?.isRefusal == true)
  }

  @Test func showsItsPlace() throws {
    let error = #expect(throws: TracefsError.self) {
      try check.check("prev_pid == 1 && prev_cmm ~ \"x\"", of: event)
    }
    #expect(
      error?.message == """
        filter of sched:sched_switch: the event has no field prev_cmm
          prev_pid == 1 && prev_cmm ~ "x"
                           ^
        """)
    #expect(error?.hint == "nearest: prev_comm")
    // A letter of two bytes takes one column.
    let wide = #expect(throws: TracefsError.self) {
      try check.check("name == \"ä\" && x == 1", of: event)
    }
    #expect(wide?.message.hasSuffix("\n                 ^") == true)
  }

  @Test func asksBeforeTheKernel() throws {
    let fake = try FakeTracefs()
    let top = try TracingDirectory(path: fake.path).top
    let state = SavedState(
      top.directory, command: ["test"], in: StateDirectory(path: fake.statePath))
    #expect(throws: TracefsError.self) {
      try top.setFilter("prev_pidd == 1", on: "sched:sched_switch", saving: state)
    }
    #expect(throws: TracefsError.self) {
      try top.addTrigger("traceoff if prev_pidd == 1", on: "sched:sched_switch", saving: state)
    }
    #expect(state.changeCount == 0)
    // Of a system's events only one has it.
    let refusals = try top.setFilter("prev_pid == 1", on: "sched", saving: state)
    #expect(refusals.count == 3)
    #expect(try fake.read("events/sched/sched_switch/filter") == "prev_pid == 1")
    #expect(try fake.read("events/sched/sched_waking/filter") == "none\n")
    // Where the format cannot be read, the kernel is asked.
    fake.remove("events/irq/irq_handler_exit/format")
    try top.setFilter("irq == 1", on: "irq:irq_handler_exit", saving: state)
    #expect(try fake.read("events/irq/irq_handler_exit/filter") == "irq == 1")
  }

  @Test func showsThePlaceInTheWholeTrigger() throws {
    let fake = try FakeTracefs()
    let top = try TracingDirectory(path: fake.path).top
    let state = SavedState(
      top.directory, command: ["test"], in: StateDirectory(path: fake.statePath))
    let error = #expect(throws: TracefsError.self) {
      try top.addTrigger(
        "hist:keys=prev_pid if prev_pidd == 1", on: "sched:sched_switch", saving: state)
    }
    #expect(
      error?.message.hasSuffix(
        "\n  hist:keys=prev_pid if prev_pidd == 1\n                        ^") == true)
  }
}
