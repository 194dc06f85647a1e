import KernelTools
import Testing
import TraceTestSupport

@Suite struct SyncSnoopTests {
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["syncs"])
    func call(_ time: UInt64, _ took: UInt64, _ thread: Int32, _ name: String, _ result: Int) {
      trace.add(time, thread: thread, "syscalls:sys_enter_\(name)")
      trace.add(time + took, thread: thread, "syscalls:sys_exit_\(name)", ["ret": .number(result)])
    }
    call(1_000_000_000, 12_345_000, 7, "fsync", 0)
    call(1_100_000_000, 4_000, 9, "fdatasync", -9)
    call(1_200_000_000, 1_500_000_000, 9, "sync", 0)
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyCallHasItsRow(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("syncsnoop") == [
        "Tracing sync()s. Ctrl-C to end.",
        "COMM             PID    CALL            RETURN    LATms",
        "dd               7      fsync           0         12.35",
        "my shell         9      fdatasync       -EBADF     0.00",
        "my shell         9      sync            0       1500.00",
      ])
    #expect(
      try Self.trace(kernel).rows("syncsnoop", ["-m", "12.4", "--csv"])
        == ["comm,pid,call,ret,lat_ms", "my shell,9,sync,0,1500.00"])
    #expect(
      try Self.trace(kernel).rows("syncsnoop", ["-x", "--csv"]).dropFirst()
        == ["my shell,9,fdatasync,-9,0.00"])
  }
}
