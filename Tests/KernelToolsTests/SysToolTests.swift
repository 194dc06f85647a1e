import KernelTools
import Testing
import TraceTestSupport

/// System calls of known results and lengths: syscount and syslatency.
@Suite struct SysToolTests {
  private static func add(
    _ trace: inout ToolTrace, _ thread: Int32, _ call: Int, _ from: UInt64, _ to: UInt64?,
    returns result: Int = 0, cpus: (Int, Int) = (0, 0)
  ) {
    trace.add(
      1_000_000_000 + from * 1000, cpu: cpus.0, thread: thread, "raw_syscalls:sys_enter",
      ["id": .number(call)])
    guard let to else { return }
    trace.add(
      1_000_000_000 + to * 1000, cpu: cpus.1, thread: thread, "raw_syscalls:sys_exit",
      ["id": .number(call), "ret": .number(result)])
  }

  /// A read of 10 µs, two openat that fail with ENOENT after 4 and with EACCES after 3, a nanosleep of
  /// 20 ms that returns on another CPU, a return of what began before, a number that nobody knows, and
  /// a read that does not return.
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["raw_syscalls"])
    add(&trace, 7, 0, 0, 10, returns: 512)
    add(&trace, 9, 257, 1000, 1004, returns: -2)
    add(&trace, 7, 257, 2000, 2003, returns: -13)
    add(&trace, 9, 35, 3000, 23_000, cpus: (0, 1))
    trace.add(
      1_023_500_000, thread: 7, "raw_syscalls:sys_exit",
      // Below -4095 it is no error.
      ["id": .number(1), "ret": .number(-4096)])
    add(&trace, 7, 1000, 24_000, 24_001, returns: -38)
    add(&trace, 7, 0, 30_000, nil)
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func callsAreCounted(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("syscount", ["-c"]) == [
        "Tracing while running. Ctrl-C to end.", "",
        "SYSCALL               COUNT",
        "nanosleep                 1", "syscall_1000              1", "openat                    2",
        "read                      2",
      ])
    #expect(
      try trace.rows("syscount", ["-c", "--csv", "-t", "2"])
        == ["syscall,count", "openat,2", "read,2"])
    #expect(
      try trace.rows("syscount", ["--csv"]) == ["comm,count", "my shell,2", "dd,4"])
    #expect(
      try trace.rows("syscount", ["-vj"])
        == [#"{"pid":9,"comm":"my shell","count":2}"#, #"{"pid":7,"comm":"dd","count":4}"#])
    #expect(
      try trace.rows("syscount", ["-cv", "--csv", "-n", "^my"])
        == ["pid,comm,syscall,count", "9,my shell,nanosleep,1", "9,my shell,openat,1"])
    #expect(
      try trace.rows("syscount", ["-c", "--csv", "-p", "9"])
        == ["syscall,count", "nanosleep,1", "openat,1"])
    #expect(try trace.rows("syscount", ["--csv", "-L", "9"]) == ["comm,count", "my shell,2"])
  }

  /// Numbers are named by the machine that the recording is from, and by nothing else.
  @Test(
    arguments: [
      ("Linux x86_64 6.1.0 aarch64", "__x64_sys_read", "kill", "io_setup"),
      ("Linux aarch64 6.1.0 x86_64", "__arm64_sys_read", "rt_sigqueueinfo", "read"),
      (nil, "__arm64_sys_read", "kill", "io_setup"),
      (nil, "__x64_sys_read", "rt_sigqueueinfo", "read"),
      (nil, "vfs_read", "syscall_129", "syscall_0"),
      ("Linux lab 6.1.0 s390x", "__s390x_sys_read", "syscall_129", "syscall_0"),
    ])
  func namesAreOfTheRecordedMachine(
    machine: (uname: String?, symbol: String, of129: String, of0: String)
  ) throws {
    var trace = try ToolTrace(kernel: "6.12", ["raw_syscalls"])
    trace.uname = machine.uname
    trace.symbols = "ffffffff81000000 T \(machine.symbol)\n"
    Self.add(&trace, 7, 129, 0, 10)
    Self.add(&trace, 7, 0, 20, 30)
    Self.add(&trace, 9, 0, 40, 50)
    #expect(
      try trace.rows("syscount", ["-c", "--csv"])
        == ["syscall,count", "\(machine.of129),1", "\(machine.of0),2"])
    let latencies = try trace.rows("syslatency", ["--csv"])
    #expect(
      latencies.contains("\(machine.of129),8,16,1") && latencies.contains("\(machine.of0),8,16,2"))
  }

  @Test(arguments: ToolTrace.kernels) func failuresAreToldApart(kernel: String) throws {
    let trace = try Self.trace(kernel)
    func counts(_ arguments: String...) throws -> [String] {
      Array(try trace.rows("syscount", ["-c", "--csv"] + arguments).dropFirst())
    }
    #expect(try counts("-x") == ["syscall_1000,1", "openat,2"])
    #expect(try counts("-e", "ENOENT") == ["openat,1"])
    #expect(try counts("-e", "13") == ["openat,1"])
    #expect(try counts("-e", "EPERM") == [])
    #expect(throws: ToolUsageError.self) { try counts("-e", "EWHAT") }
    #expect(throws: ToolUsageError.self) { try counts("-t", "0") }
  }

  @Test(arguments: ToolTrace.kernels) func timesAreOfWholeCalls(kernel: String) throws {
    var trace = try Self.trace(kernel)
    #expect(
      try trace.rows("syscount", ["-c", "--latency", "--csv"]) == [
        "syscall,count,time_us", "nanosleep,1,20000.000", "read,1,10.000", "syscall_1000,1,1.000",
        "openat,2,7.000",
      ])
    #expect(
      try trace.rows("syscount", ["--latency", "-x"]).suffix(2)
        == [
          "dd                        2            4.000",
          "my shell                  1            4.000",
        ].sorted { $0.contains("my") && !$1.contains("my") })
    // What had begun may have ended among what was lost.
    trace.loseEvents()
    Self.add(&trace, 7, 0, 40_000, 40_020)
    let (rows, notes) = try trace.run("syscount", ["-c", "--latency", "--csv", "-p", "7"])
    #expect(rows.contains("read,2,30.000"))
    #expect(notes == ["some events were lost: what happened among them is not shown"])
  }

  @Test func intervalsHaveTablesOfTheirOwn() throws {
    var trace = try Self.trace("6.12")
    #expect(
      try trace.rows("syscount", ["-ci", "0.01", "--csv", "--times"]) == [
        "time_s,syscall,count", "1.010000,nanosleep,1", "1.010000,read,1", "1.010000,openat,2",
        "1.030000,syscall_1000,1", "1.030000,read,1",
      ])
    #expect(
      try trace.rows("syslatency", ["-i", "0.01", "-t", "--csv", "nanosleep", "read"]) == [
        "time_s,syscall,from_us,to_us,count", "1.010000,read,8,16,1",
        "1.030000,nanosleep,16384,32768,1",
      ])
    // Without anything a table is empty, and there is one for each interval.
    #expect(
      try trace.rows("syscount", ["-ci", "0.01"]).filter { $0.hasPrefix("SYSCALL") }.count == 4)
    // What traces knows when it began.
    trace.startsAt = 995_000_000
    #expect(
      try trace.rows("syscount", ["-ci", "0.01", "--csv", "--times"]) == [
        "time_s,syscall,count", "1.005000,nanosleep,1", "1.005000,read,1", "1.005000,openat,2",
        "1.025000,syscall_1000,1", "1.030000,read,1",
      ])
  }

  @Test(arguments: ToolTrace.kernels) func lengthsAreCountedByCall(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("syslatency", ["--csv"]) == [
        "syscall,from_us,to_us,count", "nanosleep,16384,32768,1", "openat,2,4,1", "openat,4,8,1",
        "read,8,16,1", "syscall_1000,1,2,1",
      ])
    #expect(
      try trace.rows("syslatency", ["-j", "openat"]) == [
        #"{"syscall":"openat","from_us":2,"to_us":4,"count":1}"#,
        #"{"syscall":"openat","from_us":4,"to_us":8,"count":1}"#,
      ])
    #expect(
      try trace.rows("syslatency", ["-me", "nanosleep", "-n", "shell"]) == [
        "Tracing system call latency... Hit Ctrl-C to end.", "", "", "syscall = nanosleep",
        "     msecs               : count     distribution",
        "         0 -> 1          : 0        |                                        |",
        "         2 -> 3          : 0        |                                        |",
        "         4 -> 7          : 0        |                                        |",
        "         8 -> 15         : 0        |                                        |",
        "        16 -> 31         : 1        |****************************************|", "",
        "avg = 20 msecs, total: 20 msecs, count: 1",
      ])
    #expect(throws: ToolUsageError.self) { try trace.rows("syslatency", ["nosuchcall"]) }
  }

  /// A recording of single calls, as `record -e syscalls` makes it, tells the same.
  @Test(arguments: ToolTrace.kernels) func eventsOfSingleCallsDo(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["syncs"])
    for (number, call) in [(74, "fsync"), (75, "fdatasync"), (74, "fsync")].enumerated() {
      let time = 1_000_000_000 + UInt64(number) * 1_000_000
      trace.add(
        time, thread: 7, "syscalls:sys_enter_\(call.1)", ["__syscall_nr": .number(call.0)])
      trace.add(
        time + 5000, thread: 7, "syscalls:sys_exit_\(call.1)",
        ["__syscall_nr": .number(call.0), "ret": .number(number == 1 ? -9 : 0)])
    }
    #expect(
      try trace.rows("syscount", ["-c", "--latency", "--csv"])
        == ["syscall,count,time_us", "fdatasync,1,5.000", "fsync,2,10.000"])
    #expect(
      try trace.rows("syscount", ["-cx", "--csv"]) == ["syscall,count", "fdatasync,1"])
    #expect(
      try trace.rows("syslatency", ["-j", "fsync"]).joined().contains(#""count":2"#))

    // Where both were recorded, a call counts once.
    var both = try ToolTrace(kernel: kernel, ["raw_syscalls", "syncs"])
    both.add(1_000_000_000, thread: 7, "raw_syscalls:sys_enter", ["id": .number(74)])
    both.add(
      1_000_000_000, thread: 7, "syscalls:sys_enter_fsync", ["__syscall_nr": .number(74)])
    #expect(try both.rows("syscount", ["-c", "--csv"]) == ["syscall,count", "fsync,1"])
  }
}
