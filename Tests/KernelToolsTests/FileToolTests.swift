import KernelTools
import Testing
import TraceTestSupport

/// Reads and writes of known size and duration.
@Suite struct FileToolTests {
  private static func access(
    _ trace: inout ToolTrace, _ time: UInt64, thread: Int32 = 7, _ function: String, _ call: String,
    _ name: String, inode: Int, mode: Int = 0o100644, took: UInt64, _ result: Int
  ) {
    trace.add(
      time, thread: thread, "kscope:\(function)",
      [
        "name": .text(name), "inode": .number(inode), "device": .number(1), "mode": .number(mode),
      ])
    trace.add(
      time + took, thread: thread, "syscalls:sys_exit_\(call)", ["ret": .number(result)])
  }

  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["files", "kscope"])
    access(&trace, 1_000_000_000, "vfs_read", "read", "a file", inode: 5, took: 12_000_000, 4096)
    access(&trace, 1_100_000_000, "vfs_read", "pread64", "a file", inode: 5, took: 1_000_000, 2048)
    access(
      &trace, 1_200_000_000, thread: 9, "vfs_writev", "pwritev2", "log", inode: 6, took: 20_000_000,
      100_000)
    access(&trace, 1_300_000_000, "vfs_write", "write", "log", inode: 6, took: 30_000_000, -28)
    // A pipe, a socket, and a call of a number that there is not.
    access(
      &trace, 1_400_000_000, "vfs_read", "read", "pipe", inode: 7, mode: 0o10600, took: 90_000_000,
      1)
    access(
      &trace, 1_500_000_000, "vfs_write", "write", "TCP", inode: 8, mode: 0o140777, took: 50_000, 9)
    trace.add(1_600_000_000, thread: 9, "syscalls:sys_exit_read", ["ret": .number(-9)])
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func slowAccessesHaveRows(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("fileslower") == [
        "Tracing reads and writes slower than 10 ms. Ctrl-C to end.",
        "TIME(s)  COMM           PID     D BYTES   LAT(ms) FILENAME",
        "0.000    dd             7       R 4096      12.00 a file",
        "0.208    my shell       9       W 100000    20.00 log",
        "0.318    dd             7       W -ENOSPC   30.00 log",
      ])
    #expect(try trace.rows("fileslower", ["0", "--csv"]).count == 5)
    #expect(
      try trace.rows("fileslower", ["0.04", "-a", "-j", "-t", "-p", "7"]).last
        == #"{"time_s":1.500050,"comm":"dd","pid":7,"type":"W","size_bytes":9,"lat_ms":0.05,"#
        + #""file":"TCP"}"#)
    #expect(throws: ToolUsageError.self) { try trace.rows("fileslower", ["-1"]) }
    #expect(throws: ToolUsageError.self) { try trace.rows("fileslower", ["x"]) }
  }

  @Test(arguments: ToolTrace.kernels) func filesAreSortedByWhatIsMoved(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("filetop") == [
        "Tracing... Output every interval. Hit Ctrl-C to end.", "", "1.600000",
        "PID     TID     COMM             READS  WRITES R_Kb    W_Kb    T FILE",
        "9       9       my shell         0      1      0       97      R log",
        "7       7       dd               2      0      6       0       R a file",
      ])
    #expect(
      try trace.rows("filetop", ["-a", "-s", "reads", "--csv"]).dropFirst().map {
        $0.split(separator: ",").suffix(2).joined(separator: " ")
      } == ["R a file", "O pipe", "S TCP", "R log"])
    #expect(try trace.rows("filetop", ["-r", "1", "--csv"]).count == 2)
    #expect(throws: ToolUsageError.self) { try trace.rows("filetop", ["-s", "size"]) }
  }
}
