import KernelTools
import Testing
import TraceTestSupport

/// Signals of known senders, targets and results.
@Suite struct KillSnoopTests {
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["syscalls", "signal"])
    func send(
      _ time: UInt64, _ thread: Int32, _ call: String, _ values: [String: ToolTrace.Value],
      _ result: Int, generated: Int? = nil
    ) {
      trace.add(time, thread: thread, "syscalls:sys_enter_\(call)", values)
      if let generated {
        trace.add(
          time + 1000, thread: thread, "signal:signal_generate",
          ["sig": values["sig"] ?? .number(0), "pid": .number(generated)])
      }
      trace.add(time + 2000, thread: thread, "syscalls:sys_exit_\(call)", ["ret": .number(result)])
    }
    send(1_000_000_000, 7, "kill", ["pid": .number(1234), "sig": .number(15)], 0, generated: 1234)
    send(1_100_000_000, 9, "kill", ["pid": .number(-77 & 0xffff_ffff), "sig": .number(9)], -3)
    send(
      1_200_000_000, 7, "tgkill",
      ["tgid": .number(50), "pid": .number(51), "sig": .number(6)], 0, generated: 51)
    send(
      1_300_000_000, 9, "pidfd_send_signal", ["pidfd": .number(4), "sig": .number(10)], 0,
      generated: 4321)
    send(1_400_000_000, 7, "tkill", ["pid": .number(51), "sig": .number(0)], -1)
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everySignalHasItsRow(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("killsnoop") == [
        "Tracing kill()s. Ctrl-C to end.",
        "COMM             PID    TPID     SIGNAL     RETURN",
        "dd               7      1234     15         0",
        "my shell         9      -77      9          -ESRCH",
        "dd               7      51       6          0",
        "my shell         9      4321     10         0",
        "dd               7      51       0          -EPERM",
      ])
  }

  /// To the sender's own group: that its first process gets a signal makes it no signal to that.
  @Test(arguments: ToolTrace.kernels) func theSendersGroupIs0(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["syscalls", "signal"])
    trace.add(
      1_000_000_000, thread: 7, "syscalls:sys_enter_kill", ["pid": .number(0), "sig": .number(2)])
    trace.add(
      1_000_001_000, thread: 7, "signal:signal_generate", ["sig": .number(2), "pid": .number(8)])
    trace.add(1_000_002_000, thread: 7, "syscalls:sys_exit_kill", ["ret": .number(0)])
    #expect(
      try trace.rows("killsnoop").last == "dd               7      0        2          0")
  }

  @Test func namesTimesFailuresAndTargets() throws {
    let trace = try Self.trace("6.1")
    #expect(
      try trace.rows("killsnoop", ["-st", "-p", "1234"]).last
        == "1.000002         dd               7      1234     SIGTERM    0")
    #expect(try trace.rows("killsnoop", ["-x", "--csv"]).count == 3)
    #expect(
      try trace.rows("killsnoop", ["-j", "-n", "shell", "-p", "-77"])
        == [#"{"comm":"my shell","pid":9,"tpid":-77,"signal":9,"ret":-3}"#])
  }

  /// Thread 9 is of process 8, which is another user's and in another cgroup.
  @Test func processesUsersCgroupsAndTheClock() throws {
    var trace = try Self.trace("6.12")
    trace.factsOf = {
      $0 == 9
        ? ThreadFacts(process: 8, user: 1000, cgroup: "/user.slice/session-1")
        : ThreadFacts(user: 0, cgroup: "/user.slice2")
    }
    #expect(
      try trace.rows("killsnoop", ["-U", "-p", "-77"]).last
        == "1000   my shell         8      -77      9          -ESRCH")
    #expect(try trace.rows("killsnoop", ["--pid", "8", "--csv"]).count == 3)
    #expect(try trace.rows("killsnoop", ["-L", "9", "--csv"]).count == 3)
    #expect(try trace.rows("killsnoop", ["--cgroup", "/user.slice/", "--csv"]).count == 3)
    #expect(try trace.rows("killsnoop", ["--cgroup", "/", "--csv"]).count == 6)
    #expect(try trace.rows("killsnoop", ["-T", "-p", "-77"]).last?.hasPrefix("?  ") == true)
    // 1.1 s of the trace's clock are 59.1 s behind a full minute, in every zone.
    trace.wallOffset = 1_700_000_040_000_000_000 + 58_000_000_000
    let row = try trace.rows("killsnoop", ["-T", "-p", "-77"]).last ?? ""
    #expect(row.split(separator: " ").first?.hasSuffix(":59") == true)
    #expect(
      try trace.rows("killsnoop", ["-Tj", "-p", "-77"]).last?
        .hasPrefix(#"{"time_s":1700000099.100002,"#) == true)
    #expect(throws: ToolUsageError.self) { try trace.rows("killsnoop", ["--cgroup", "user"]) }
  }

  @Test func aRecordingWithoutTheCallIsSaid() throws {
    let trace = try ToolTrace(kernel: "6.1", ["signal"])
    let error = #expect(throws: ToolError.self) { try trace.rows("killsnoop") }
    #expect(error?.message.contains("no syscalls:sys_enter_kill") == true)
  }

  @Test func namesOfNumbers() {
    #expect(KernelNames.errno(-2) == "ENOENT" && KernelNames.errno(133) == "EHWPOISON")
    #expect(KernelNames.errno(110) == "ETIMEDOUT" && KernelNames.errno(999) == "999")
    #expect(KernelNames.errno(41) == "41" && KernelNames.errno(61) == "ENODATA")
    #expect(KernelNames.signal(15) == "SIGTERM" && KernelNames.signal(31) == "SIGSYS")
    #expect(KernelNames.signal(34) == "SIGRT2" && KernelNames.signal(0) == "0")
  }
}
