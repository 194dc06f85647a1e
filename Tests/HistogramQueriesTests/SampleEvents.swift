import ByteIO
import HistogramQueries
import Tracefs

/// A few events of Linux 6.12, as their `format` files tell of them.
enum SampleEvents {
  private static let common = """
    name: sample
    ID: 1
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;


    """

  private static let formats: [EventName: [String]] = [
    EventName(system: "sched", name: "sched_waking"): [
      "char comm[16];\toffset:8;\tsize:16;\tsigned:0;",
      "pid_t pid;\toffset:24;\tsize:4;\tsigned:1;", "int prio;\toffset:28;\tsize:4;\tsigned:1;",
      "int target_cpu;\toffset:32;\tsize:4;\tsigned:1;",
    ],
    EventName(system: "sched", name: "sched_switch"): [
      "char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;",
      "pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;",
      "int prev_prio;\toffset:28;\tsize:4;\tsigned:1;",
      "long prev_state;\toffset:32;\tsize:8;\tsigned:1;",
      "char next_comm[16];\toffset:40;\tsize:16;\tsigned:0;",
      "pid_t next_pid;\toffset:56;\tsize:4;\tsigned:1;",
      "int next_prio;\toffset:60;\tsize:4;\tsigned:1;",
    ],
    EventName(system: "sched", name: "sched_process_exec"): [
      "__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;",
      "pid_t pid;\toffset:12;\tsize:4;\tsigned:1;",
      "pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1;",
    ],
    EventName(system: "kmem", name: "kmalloc"): [
      "unsigned long call_site;\toffset:8;\tsize:8;\tsigned:0;",
      "const void * ptr;\toffset:16;\tsize:8;\tsigned:0;",
      "size_t bytes_req;\toffset:24;\tsize:8;\tsigned:0;",
      "size_t bytes_alloc;\toffset:32;\tsize:8;\tsigned:0;",
      "bool accounted;\toffset:44;\tsize:1;\tsigned:0;",
    ],
    EventName(system: "raw_syscalls", name: "sys_enter"): [
      "long id;\toffset:8;\tsize:8;\tsigned:1;",
      "unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;",
    ],
    EventName(system: "raw_syscalls", name: "sys_exit"): [
      "long id;\toffset:8;\tsize:8;\tsigned:1;", "long ret;\toffset:16;\tsize:8;\tsigned:1;",
    ],
    EventName(system: "one", name: "twice"): ["u32 from;\toffset:8;\tsize:4;\tsigned:0;"],
    EventName(system: "two", name: "twice"): ["u32 from;\toffset:8;\tsize:4;\tsigned:0;"],
  ]

  static let source = source(triggers: [:])

  static func source(triggers: [String: [String]]) -> EventSource {
    EventSource(
      events: formats.keys.sorted(),
      format: { (event) throws(TracefsError) in
        common + (formats[event] ?? []).map { "\tfield:\($0)\n" }.joined()
      },
      triggers: { event in (triggers[event.name] ?? []).compactMap { try? Trigger($0) } })
  }
}

extension HistogramPlan {
  /// What is written, a line a write: the synthetic event first.
  var lines: [String] {
    (synthetic.map { ["\($0)"] } ?? [])
      + triggers.map { "\($0.event.system)/\($0.event.name) \($0.trigger)" }
  }
}

/// What a query comes to.
func planned(
  _ text: String, in source: EventSource = SampleEvents.source,
  _ change: (inout HistogramQuery) -> Void = { _ in }
) throws(TracefsError) -> HistogramPlan {
  var query = HistogramQuery(text)
  query.name = "lat"
  change(&query)
  return try query.plan(in: source)
}
