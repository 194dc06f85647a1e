import KernelTools
import Testing
import TraceTestSupport

/// Files that are asked about, by names and by descriptors.
@Suite struct StatSnoopTests {
  private typealias Values = [String: ToolTrace.Value]

  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["stats", "kscope"])
    var time: UInt64 = 1_000_000_000
    func call(
      _ name: String, _ values: Values, thread: Int32 = 7, _ inner: [(String, String?)],
      _ result: Int
    ) {
      trace.add(time, thread: thread, "syscalls:sys_enter_\(name)", values)
      for (event, text) in inner {
        trace.add(
          time + 1000, thread: thread, "kscope:\(event)", text.map { ["name": .text($0)] } ?? [:])
      }
      trace.add(
        time + 2000, thread: thread, "syscalls:sys_exit_\(name)", ["ret": .number(result)])
      time += 100_000_000
    }
    let here: Values = ["dfd": .number(-100)]
    // What is looked up, and then found to be another name's file.
    call(
      "newfstatat", here,
      [("filename_lookup", "/etc/passwd"), ("security_inode_getattr", "other")],
      0)
    call(
      "statx", ["dfd": .number(5)], [("filename_lookup", "below"), ("filename_lookup", "x")], -2)
    call(
      "statx", ["dfd": .number(6)], [("filename_lookup", ""), ("security_inode_getattr", "f")], 0)
    call("newfstatat", ["dfd": .number(3)], thread: 9, [("security_inode_getattr", "a file")], 0)
    call("newfstat", ["fd": .number(99)], [], -9)
    // An address without a name.
    call("newstat", [:], [("filename_lookup", nil)], -14)
    call("newlstat", [:], [("filename_lookup", "")], -2)
    call("statfs", [:], [("filename_lookup", "/proc"), ("security_sb_statfs", "/")], 0)
    call("fstatfs", ["fd": .number(4)], [("security_sb_statfs", "folder")], 0)
    // Others look files up, too.
    trace.add(time, thread: 7, "kscope:filename_lookup", ["name": .text("/bin/true")])
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyCallHasItsRow(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("statsnoop", ["-t"]) == [
        "Tracing stat()s. Ctrl-C to end.",
        "TIME(s)          PID     COMM               FD ERR     PATH",
        "1.000002         7       dd                  - 0       /etc/passwd",
        "1.100002         7       dd                  5 ENOENT  below",
        "1.200002         7       dd                  6 0       f",
        "1.300002         9       my shell            3 0       a file",
        "1.400002         7       dd                 99 EBADF   ?",
        "1.500002         7       dd                  - EFAULT  ?",
        #"1.600002         7       dd                  - ENOENT  """#,
        "1.700002         7       dd                  - 0       /proc",
        "1.800002         7       dd                  4 0       folder",
      ])
  }

  @Test func failuresAndNames() throws {
    let trace = try Self.trace("6.12")
    #expect(
      try trace.rows("statsnoop", ["-x", "--csv"]) == [
        "pid,comm,fd,err,path", "7,dd,5,2,below", "7,dd,99,9,", "7,dd,,14,", "7,dd,,2,",
      ])
    #expect(
      try trace.rows("statsnoop", ["-j", "-n", "shell", "^a "])
        == [#"{"pid":9,"comm":"my shell","fd":3,"err":0,"path":"a file"}"#])
    #expect(try trace.rows("statsnoop", ["-j", "-x"])[1].hasSuffix(#""path":null}"#))
    #expect(try trace.rows("statsnoop", ["-j", "-x"])[3].hasSuffix(#""path":""}"#))
  }

  @Test func whatBeganBeforeALossIsNotPaired() throws {
    var trace = try ToolTrace(kernel: "6.1", ["stats", "kscope"])
    trace.add(1_000_000_000, thread: 7, "syscalls:sys_enter_statx")
    trace.loseEvents()
    trace.add(1_100_000_000, thread: 7, "syscalls:sys_exit_statx")
    #expect(try trace.rows("statsnoop", ["--csv"]).count == 1)
  }
}
