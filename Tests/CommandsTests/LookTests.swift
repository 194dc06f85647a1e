import ArgumentParser
import ByteIO
import EventFormats
import Glibc
import Recording
import Testing
import TraceTestSupport
import Tracefs

@testable import Commands

/// `stat`, `show`, and what `list` says of fields.
@Suite struct LookTests {
  let fake: FakeTracefs
  let directory: TracingDirectory

  init() throws {
    fake = try FakeTracefs()
    directory = try TracingDirectory(path: fake.path)
  }

  private func text(_ body: (inout ByteSink) throws -> Void) rethrows -> String {
    var sink = ByteSink()
    try body(&sink)
    return sink.text
  }

  private func stat(_ arguments: String..., found: [FoundState] = []) throws -> String {
    let command = try StatCommand.parse(arguments)
    return try text { try command.write(directory, found: found, to: &$0) }
  }

  // MARK: stat

  @Test func aFreshKernelIsTracingNothing() throws {
    #expect(try stat() == "\nEvents:\n All disabled\n\nTracing is enabled\n\n")
    #expect(
      try stat("-o").contains("\nOptions:\n")
        && stat("-o").contains("   nostacktrace\n") && stat("-o").contains("   overwrite\n"))
  }

  /// The text is what trace-cmd 3.1.6 printed for the same files.
  @Test func saysWhatIsSetAsTraceCmdDoes() throws {
    for (file, text) in [
      ("events/enable", "X\n"), ("events/irq/enable", "1\n"), ("events/sched/enable", "X\n"),
      ("events/sched/sched_switch/enable", "1\n"),
      ("events/sched/sched_switch/filter", "prev_prio < 100\n"),
      ("events/sched/sched_switch/trigger", "stacktrace:unlimited if prev_pid == 1\n"),
      ("set_ftrace_filter", "vfs_read\nvfs_open:traceoff:count=3\n"),
      ("set_ftrace_notrace", "vfs_write\n"), ("set_graph_function", "vfs_read\n"),
      ("set_graph_notrace", "vfs_writev\n"), ("current_tracer", "function\n"),
      ("buffer_size_kb", "2000\n"), ("buffer_total_size_kb", "4000\n"),
      ("trace_clock", "local [global] counter\n"), ("tracing_max_latency", "123\n"),
      ("set_event_pid", "77\n78\n"), ("set_ftrace_pid", "1\n"),
      ("set_event_notrace_pid", "1\n"), ("set_ftrace_notrace_pid", "5\n"),
      ("kprobe_events", "p:kprobes/myp vfs_read\n"),
      ("uprobe_events", "p:uprobes/myu /bin/bash:0x31000\n"),
      ("synthetic_events", "mysyn\tu64 lat; pid_t pid\n"), ("tracing_on", "0\n"),
      ("error_log", "[  100.1] event filter parse error\n  Command: nofield == 1\n"),
      ("instances/one/tracing_on", "1\n"),
    ] { try fake.write(file, text) }
    #expect(
      try stat() == """

        Tracer: function

        Events:
         Individual systems:
           irq
         Individual events:
            sched
                sched_switch

        Filters:
          sched:sched_switch "prev_prio < 100"

        Triggers:
          sched:sched_switch "stacktrace:unlimited if prev_pid == 1"

        Function Filter:
           vfs_read
           vfs_open:traceoff:count=3

        Function No Trace:
           vfs_write

        Function Graph Filter:
           vfs_read

        Function Graph No Trace:
           vfs_writev

        Buffer size in kilobytes (per cpu):
           2000

        Buffer total size in kilobytes:
           4000

        Clock: global

        Max Latency: 123

        Kprobe events:
           p:kprobes/myp vfs_read

        Uprobe events:
           p:uprobes/myu /bin/bash:0x31000

        Synthetic events:
           mysyn\tu64 lat; pid_t pid

        Filtered event PIDs:
        77
        78

        Filtered notrace event PIDs:
        1

        Filtered function tracer PIDs:
        1

        Filtered function tracer notrace PIDs:
        5

        Tracing is disabled


        Error log:
        [  100.1] event filter parse error
          Command: nofield == 1

        Instances:
         one

        """)
    let json = try stat("--json", "-B", "one", "-t").split(separator: "\n")
    #expect(json.count == 2)
    #expect(
      json[0].hasPrefix(#"{"instance":null,"tracing":false,"tracer":"function","events":"some","#))
    #expect(
      json[0].contains(#""filters":[{"event":"sched:sched_switch","text":"prev_prio < 100"}]"#))
    #expect(json[0].contains(#""event_pids":[77,78]"#))
    #expect(json[0].contains(#""error_log":"[  100.1] event filter parse error\n  Command"#))
    #expect(json[1].hasPrefix(#"{"instance":"one","tracing":true,"tracer":null,"#))
  }

  @Test func instancesAreParted() throws {
    try fake.write("instances/one/tracing_on", "1\n")
    try fake.write("instances/two/tracing_on", "0\n")
    let one = "Instance: one\n\nTracing is enabled\n\n"
    let two = "Instance: two\n\nTracing is disabled\n\n"
    #expect(try stat("-B", "one", "-B", "two") == two + "---------------\n" + one)
    #expect(try stat("-a") == one + "---------------\n" + two)
    #expect(try stat("-a", "-t").hasPrefix("\nEvents:\n"))
    #expect(throws: TracefsError.self) { try stat("-B", "three") }
  }

  @Test func saysWhoSetWhat() throws {
    let state = SavedState(
      directory, command: ["kscope", "record", "-p", "function"],
      in: StateDirectory(path: fake.statePath))
    try directory.top.setTracingOn(false, saving: state)
    let found = SavedState.live(in: [StateDirectory(path: fake.statePath)])
    let said = try stat(found: found)
    #expect(
      said.contains(
        "\nSet by kscope:\n   process \(getpid()) (kscope record -p function), at work: tracing_on\n"
      ))
    #expect(
      try stat("--json", found: found).contains(
        #""kscope_runs":[{"pid":\#(getpid()),"alive":true,"command":["kscope","record","-p","function"],"#
          + #""files":["tracing_on"]}]"#))
    state.restore()
  }

  // MARK: show

  @Test func settingsArePrintedInTheirOrder() throws {
    let command = try ShowCommand.parse(["--cpumask", "--tracing_on", "--current_tracer"])
    #expect(try text { try command.writeSettings(of: directory.top, to: &$0) } == "3\n1\nnop\n")
    let missing = try ShowCommand.parse(["--buffer_total_size"])
    #expect(throws: TracefsError.self) {
      try text { try missing.writeSettings(of: directory.top, to: &$0) }
    }
  }

  @Test func eventsAreNamedWithOrWithoutTheirSystem() throws {
    try fake.write("events/sched/sched_switch/hist", "# event histogram\n")
    let command = try ShowCommand.parse([
      "--hist", "sched_switch", "--trigger", "sched:sched_switch",
    ])
    #expect(
      try text { try command.writeSettings(of: directory.top, to: &$0) }
        == "# event histogram\n# Available triggers:\n# traceon traceoff\n")
    let unknown = try ShowCommand.parse(["--hist", "sched_swich"])
    #expect {
      try text { try unknown.writeSettings(of: directory.top, to: &$0) }
    } throws: { ($0 as? TracefsError)?.hint?.contains("sched:sched_switch") ?? false }
  }

  @Test func theBuffersFileIsChosen() throws {
    try fake.write("trace_pipe", "")
    try fake.write("per_cpu/cpu1/snapshot", "")
    func file(_ arguments: String...) throws -> String {
      try ShowCommand.parse(arguments).bufferFile(of: directory.top).path
    }
    #expect(try file() == "trace")
    #expect(try file("-p") == "trace_pipe")
    #expect(try file("-s", "-c", "1") == "per_cpu/cpu1/snapshot")
    #expect {
      try file("-c", "9")
    } throws: { ($0 as? TracefsError)?.message == "CPU: '9' is not one of this machine's: 0 to 1" }
    #expect(throws: (any Error).self) { try ShowCommand.parse(["-p", "-s"]) }
    #expect(throws: (any Error).self) { try SnapshotCommand.parse(["-s", "-f"]) }
    #expect(throws: (any Error).self) { try StackCommand.parse(["--start", "--stop"]) }
  }

  @Test func whatOnlyTheTopLevelHasIsSaid() throws {
    try fake.write("instances/one/tracing_on", "1\n")
    let one = try directory.instance(named: "one")
    #expect(
      one.missing(.setGraphFunction, cpu: nil).message
        == "instance: 'one' is not one with set_graph_function, which only the top level has")
  }

  // MARK: list

  private static let format = """
    name: sched_switch
    ID: 308
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;
    \tfield:long prev_state;\toffset:24;\tsize:8;\tsigned:1;
    \tfield:__data_loc char[] note;\toffset:32;\tsize:4;\tsigned:0;
    \tfield:u8 addr[6];\toffset:36;\tsize:6;\tsigned:0;

    print fmt: "%s", __print_flags(REC->prev_state & 3, "|", { 0x1, "S" }, { 0x2, "D" })

    """

  @Test func fieldsAreFoundByName() throws {
    try fake.write("events/sched/sched_switch/format", Self.format)
    let list = KernelList(directory: directory)
    func fields(_ field: String, _ events: String = "", json: Bool = false) throws -> String {
      try text { try list.writeFields(matching: field, ofEvents: events, isJSON: json, to: &$0) }
    }
    #expect(
      try fields("^prev_") == """
        sched:sched_switch: char prev_comm[16]
        sched:sched_switch: long prev_state

        """)
    #expect(
      try fields("note|addr") == """
        sched:sched_switch: __data_loc char[] note
        sched:sched_switch: u8 addr[6]

        """)
    #expect(try fields("^pid$", "wakeup_new") == "sched:sched_wakeup_new: pid_t pid\n")
    #expect(
      try fields("state", json: true)
        == #"{"event":"sched:sched_switch","name":"prev_state","type":"long","size":8,"offset":24,"signed":true}"#
        + "\n")
  }

  @Test func eventsAreDescribedInWords() throws {
    try fake.write("events/sched/sched_switch/format", Self.format)
    let list = KernelList(directory: directory)
    let said = try text { try list.writeEvents(matching: "sched_switch", .description, to: &$0) }
    #expect(
      said == """
        sched:sched_switch: a CPU goes over from one task (prev) to another (next)
          prev_comm   char[16]           text, 16 bytes at 8; name of the task that stops
          prev_state  long               signed number, 8 bytes at 24; why it stops: 0 could go on, else what it waits for
              flags: 0x1=S 0x2=D
          note        __data_loc char[]  text of any length, told at 32
          addr        u8[6]              6 × 1 bytes at 36
          every event also has: common_type, common_pid

        """)
    let json = try text {
      try list.writeEventsJSON(matching: "sched_switch", .description, to: &$0)
    }
    #expect(json.contains(#""flags":[{"value":1,"name":"S"},{"value":2,"name":"D"}]"#))
  }

  @Test func listsAreRowsToo() throws {
    let list = KernelList(directory: directory)
    #expect(
      try text { try list.writeTracersJSON(to: &$0) }.hasSuffix(
        #"{"tracer":"nop","current":true}"# + "\n"))
    #expect(
      try text { try list.writeFunctionsJSON(matching: "ext4|vfs_readv", to: &$0) } == """
        {"function":"vfs_readv","module":null}
        {"function":"ext4_file_open","module":"ext4"}

        """)
    #expect(
      try text { try list.writeOptionsJSON(matching: "^overw", to: &$0) }
        == #"{"option":"overwrite","on":true}"# + "\n")
    #expect(
      try text { try list.writeEventsJSON(matching: "sched_switch", .filter, to: &$0) }
        == #"{"event":"sched:sched_switch","system":"sched","name":"sched_switch","filter":null}"#
        + "\n")
    #expect(throws: (any Error).self) { try ListCommand.parse(["--describe"]) }
    #expect(throws: (any Error).self) { try ListCommand.parse(["--json"]) }
  }

  // MARK: extract

  @Test func buffersToExtractAreChosenAsTraceCmdDoes() throws {
    try fake.write("instances/one/tracing_on", "1\n")
    try fake.write("instances/two/tracing_on", "1\n")
    func buffers(_ arguments: String...) throws -> [String?] {
      try ExtractCommand.parse(arguments).plan(directory).buffers
    }
    #expect(try buffers() == [nil])
    #expect(try buffers("-t") == [nil])
    #expect(try buffers("-B", "two") == ["two"])
    #expect(try buffers("-B", "two", "-a") == ["two", "one"])
    #expect(try buffers("-a", "-t") == [nil, "one", "two"])
    let plan = try ExtractCommand.parse(
      ["-s", "--date", "--file-version", "6", "-o", "x.dat"]
    ).plan(directory)
    #expect(plan.fromSnapshot && plan.savesDate && plan.fileVersion == .six)
    #expect(plan.output == "x.dat")
    for wrong in [["--file-version", "5"], ["--compression", "lzma"], ["-p", "irqsoff"]] {
      #expect(throws: (any Error).self) { try ExtractCommand.parse(wrong) }
    }
    #expect(
      try ExtractCommand.parse(["-p", "function", "-k", "-T", "-l", "vfs_read"]).tracer != nil)
  }
}
