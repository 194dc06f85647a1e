import KernelTools
import Testing
import TraceTestSupport

@Suite struct TCPLifeTests {
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["kscope-tcp"])
    func state(
      _ time: UInt64, _ thread: Int32, _ new: Int, _ values: TCPEvent.Values, sent: Int = 0,
      resent: Int = 0, received: Int = 0, flags: Int = 0
    ) {
      var values = values
      values["newstate"] = .number(new)
      (values["sent"], values["resent"]) = (.number(sent), .number(resent))
      (values["received"], values["flags"]) = (.number(received), .number(flags))
      trace.add(time, thread: thread, "kscope:tcp_set_state", values)
    }
    let client = TCPEvent.ends(1, TCPEvent.v4, 40001, TCPEvent.other4, 80)
    state(1_000_000_000, 7, 2, client)
    state(1_100_000_000, 0, 1, client)
    // A server: established while another task ran, accepted by the shell.
    let server = TCPEvent.ends(2, TCPEvent.loop6, 22, TCPEvent.v6, 50001)
    state(1_200_000_000, 7, 1, server)
    trace.add(1_300_000_000, thread: 9, "kscope:security_sock_graft", server)
    // The other end's FIN counts as a byte.
    state(1_350_000_000, 0, 7, client, sent: 5000, resent: 904, received: 1_000_001, flags: 0b11)
    state(1_400_000_000, 9, 9, server)
    state(1_450_000_000, 0, 7, server, sent: 1024, received: 2047, flags: 1)
    // An attempt that fails, and a connection that nobody accepts.
    let refused = TCPEvent.ends(1, TCPEvent.v4, 40002, TCPEvent.other4, 81)
    state(1_500_000_000, 9, 2, refused)
    state(1_502_500_000, 0, 7, refused)
    let nobodys = TCPEvent.ends(3, TCPEvent.v4, 80, TCPEvent.other4, 40003)
    state(1_600_000_000, 0, 1, nobodys)
    state(1_601_000_000, 0, 7, nobodys)
    // It began before; and a listening socket.
    state(1_700_000_000, 7, 7, TCPEvent.ends(4, TCPEvent.v4, 1, TCPEvent.other4, 2))
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyConnectionHasItsRow(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("tcplife") == [
        "Tracing TCP connections. Ctrl-C to end.",
        "PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB MS",
        "7     dd         10.0.0.1        40001 192.168.0.200   80        4   976 250.00",
        "9     my shell   ::1             22    fe80::1234      50001     1     1 250.00",
        "9     my shell   10.0.0.1        40002 192.168.0.200   81        0     0 2.50",
        "-     -          10.0.0.1        80    192.168.0.200   40003     0     0 1.00",
      ])
    #expect(
      try trace.rows("tcplife", ["-s", "-L", "40001,22"]) == [
        "pid,comm,ip,laddr,lport,raddr,rport,tx_bytes,rx_bytes,life_ms",
        "7,dd,4,10.0.0.1,40001,192.168.0.200,80,4096,1000000,250.00",
        "9,my shell,6,::1,22,fe80::1234,50001,1024,2047,250.00",
      ])
    #expect(
      try trace.rows("tcplife", ["-w", "-D", "81"]).dropFirst() == [
        "PID   COMM             IP LADDR                      LPORT RADDR                      "
          + "RPORT  TX_KB  RX_KB MS",
        "9     my shell         4  10.0.0.1                   40002 192.168.0.200              "
          + "81         0      0 2.50",
      ])
    #expect(try trace.rows("tcplife", ["-sn", "^dd$"]).count == 2)
    #expect(
      try trace.rows("tcplife", ["-j4", "--tid", "9"]).last
        == #"{"pid":9,"comm":"my shell","ip":4,"laddr":"10.0.0.1","lport":40002,"#
        + #""raddr":"192.168.0.200","rport":81,"tx_bytes":0,"rx_bytes":0,"life_ms":2.50}"#)
  }

  @Test func whatWasLostBeginsNothing() throws {
    var trace = try Self.trace("6.1")
    let ends = TCPEvent.ends(9, TCPEvent.v4, 1, TCPEvent.other4, 2)
    trace.add(
      1_800_000_000, thread: 7, "kscope:tcp_set_state",
      ends.merging(["newstate": .number(2)]) { $1 })
    trace.loseEvents()
    trace.add(
      1_900_000_000, thread: 7, "kscope:tcp_set_state",
      ends.merging(["newstate": .number(7)]) { $1 })
    #expect(try trace.rows("tcplife").count == 6)
    #expect(try trace.run("tcplife").notes.count == 1)
  }
}
