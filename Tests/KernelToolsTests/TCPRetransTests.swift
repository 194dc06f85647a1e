import ByteIO
import KernelTools
import Testing
import TraceTestSupport

@Suite struct TCPRetransTests {
  private static func trace(_ kernel: String, _ order: ByteOrder = .little) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, order: order, ["tcp", "kscope-tcp", "ftrace"])
    func again(_ time: UInt64, cpu: Int = 0, _ state: Int, _ values: TCPEvent.Values) {
      trace.add(
        time, cpu: cpu, thread: 7, "tcp:tcp_retransmit_skb",
        values.merging(["state": .number(state)]) { $1 })
    }
    let first = TCPEvent.ends(1, TCPEvent.v4, 40001, TCPEvent.other4, 80, isProbe: false)
    let second = TCPEvent.ends(2, TCPEvent.loop6, 40002, TCPEvent.v6, 443, isProbe: false)
    again(1_000_000_000, 2, first)
    // A probe, for which the last segment is sent again; meanwhile the other connection's is.
    trace.add(
      1_100_000_000, thread: 0, "kscope:tcp_send_loss_probe",
      TCPEvent.ends(1, TCPEvent.v4, 40001, TCPEvent.other4, 80)
        .merging(["state": .number(1)]) { $1 })
    again(1_100_000_500, cpu: 1, 1, second)
    again(1_100_001_000, 1, first)
    trace.add(1_100_002_000, thread: 0, "kscope:tcp_send_loss_probe_return")
    again(1_200_000_000, 1, first)
    trace.symbols =
      "ffffffff80000000 t trace_event_raw_event_tcp\nffffffff80000100 T __traceiter_tcp\n"
      + "ffffffff81000000 T tcp_write_timer\nffffffff81000100 T call_timer_fn\n"
      + "ffffffff81000200 T run_timers\n"
    trace.addStack(1_150_000_000, cpu: 1, thread: 7, [])
    trace.addStack(
      1_200_000_100, thread: 7,
      [0xffff_ffff_8000_0010, 0xffff_ffff_8000_0110, 0xffff_ffff_8100_0010, 0xffff_ffff_8100_0110])
    return trace
  }

  @Test(arguments: ToolTrace.kernels, [ByteOrder.little, .big])
  func everySegmentThatIsSentAgainHasItsRow(kernel: String, order: ByteOrder) throws {
    let trace = try Self.trace(kernel, order)
    #expect(
      try trace.rows("tcpretrans") == [
        "Tracing retransmits. Ctrl-C to end.",
        "TIME(s)      PID    LADDR:LPORT          -- RADDR:RPORT          STATE",
        "1.000000     7      10.0.0.1:40001       R> 192.168.0.200:80     SYN_SENT",
        "1.100001     7      [::1]:40002          R> [fe80::1234]:443     ESTABLISHED",
        "1.100001     7      10.0.0.1:40001       R> 192.168.0.200:80     ESTABLISHED",
        "1.200000     7      10.0.0.1:40001       R> 192.168.0.200:80     ESTABLISHED",
      ])
    #expect(
      try trace.rows("tcpretrans", ["-l"]).dropFirst(2) == [
        "1.000000     7      10.0.0.1:40001       R> 192.168.0.200:80     SYN_SENT",
        "1.100000     0      10.0.0.1:40001       L> 192.168.0.200:80     ESTABLISHED",
        "1.100001     7      [::1]:40002          R> [fe80::1234]:443     ESTABLISHED",
        "1.200000     7      10.0.0.1:40001       R> 192.168.0.200:80     ESTABLISHED",
      ])
  }

  @Test(arguments: ToolTrace.kernels) func callsAndCounts(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("tcpretrans", ["-s"]).suffix(3) == [
        "1.200000     7      10.0.0.1:40001       R> 192.168.0.200:80     ESTABLISHED",
        "\ttcp_write_timer", "\tcall_timer_fn",
      ])
    // As many rows as without, and calls of one of them.
    #expect(try trace.rows("tcpretrans", ["-s"]).count == 8)
    #expect(
      try trace.rows("tcpretrans", ["-sj"]).last
        == #"{"time_s":1.200000,"pid":7,"type":"R","ip":4,"laddr":"10.0.0.1","lport":40001,"#
        + #""raddr":"192.168.0.200","rport":80,"state":"ESTABLISHED","#
        + #""stack":["tcp_write_timer","call_timer_fn"]}"#)
    #expect(throws: ToolUsageError.notTogether("--stacks", "--count")) {
      try trace.rows("tcpretrans", ["-sc"])
    }
    #expect(
      try trace.rows("tcpretrans", ["-c"]).suffix(3) == [
        "LADDR:LPORT          <-> RADDR:RPORT          RETRANSMITS",
        "10.0.0.1:40001       <-> 192.168.0.200:80     3",
        "[::1]:40002          <-> [fe80::1234]:443     1",
      ])
    #expect(
      try trace.rows("tcpretrans", ["-c6", "--csv"])
        == ["ip,laddr,lport,raddr,rport,retransmits", "6,::1,40002,fe80::1234,443,1"])
  }

  /// CPU 1 has lost events since before; the segment of a probe on CPU 0 is that probe's all the same.
  @Test(arguments: ToolTrace.kernels) func aProbeIsOneInAnothersGap(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["tcp", "kscope-tcp"])
    let ends = TCPEvent.ends(1, TCPEvent.v4, 40001, TCPEvent.other4, 80, isProbe: false)
    trace.add(1_000_000_000, cpu: 1, thread: 7, "tcp:tcp_retransmit_skb", ends)
    trace.add(
      1_100_000_000, thread: 0, "kscope:tcp_send_loss_probe",
      TCPEvent.ends(1, TCPEvent.v4, 40001, TCPEvent.other4, 80))
    trace.add(1_100_001_000, thread: 0, "tcp:tcp_retransmit_skb", ends)
    trace.add(1_100_002_000, thread: 0, "kscope:tcp_send_loss_probe_return")
    trace.loseEvents(cpu: 1)
    trace.add(1_200_000_000, cpu: 1, thread: 7, "tcp:tcp_retransmit_skb", ends)
    #expect(try trace.rows("tcpretrans", ["-lj"]).count == 3)
  }
}
