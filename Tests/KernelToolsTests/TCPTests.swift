import ByteIO
import KernelTools
import Testing
import TraceTestSupport

/// Connections of IPv4, of IPv6, and of IPv4 by a socket of IPv6.
enum TCPEvent {
  typealias Values = [String: ToolTrace.Value]

  static let v4: [UInt8] = [10, 0, 0, 1]
  static let other4: [UInt8] = [192, 168, 0, 200]
  static let v6: [UInt8] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34]
  static let loop6 = [UInt8](repeating: 0, count: 15) + [1]

  static func mapped(_ address: [UInt8]) -> [UInt8] {
    [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + address
  }

  /// - Parameter isProbe: the port of the other end as the socket has it, in the network's order.
  static func ends(
    _ socket: Int, _ from: [UInt8], _ sport: Int, _ to: [UInt8], _ dport: Int, isProbe: Bool = true,
    protocol number: Int = 6
  ) -> Values {
    var values: Values = [
      "skaddr": .number(socket), "protocol": .number(number), "sport": .number(sport),
      "family": .number(from.count == 4 ? 2 : 10),
      "dport": isProbe
        ? .bytes([UInt8(dport >> 8), UInt8(dport & 0xff)]) : .number(dport),
    ]
    if from.count == 4 {
      (values["saddr"], values["daddr"]) = (.bytes(from), .bytes(to))
    } else {
      // What lies where an address of IPv4 would be means nothing.
      (values["saddr"], values["daddr"]) = (.bytes([127, 0, 0, 6]), .bytes([0, 0, 0, 0]))
    }
    (values["saddr_v6"], values["daddr_v6"]) = (.bytes(from), .bytes(to))
    return values
  }
}

@Suite struct TCPConnectTests {
  private static func trace(_ kernel: String, _ order: ByteOrder = .little) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, order: order, ["sock"])
    func state(
      _ time: UInt64, _ thread: Int32, _ new: Int, _ from: [UInt8], _ to: [UInt8], _ port: Int,
      protocol number: Int = 6
    ) {
      var values = TCPEvent.ends(1, from, 0, to, port, isProbe: false, protocol: number)
      (values["oldstate"], values["newstate"]) = (.number(7), .number(new))
      trace.add(time, thread: thread, "sock:inet_sock_set_state", values)
    }
    state(1_000_000_000, 7, 2, TCPEvent.v4, TCPEvent.other4, 443)
    state(1_100_000_000, 7, 1, TCPEvent.v4, TCPEvent.other4, 443)
    state(1_200_000_000, 9, 2, TCPEvent.loop6, TCPEvent.v6, 80)
    state(1_300_000_000, 9, 2, TCPEvent.mapped(TCPEvent.v4), TCPEvent.mapped(TCPEvent.other4), 443)
    // MPTCP and SCTP have states, too.
    state(1_400_000_000, 9, 2, TCPEvent.v4, TCPEvent.other4, 443, protocol: 262)
    state(1_500_000_000, 9, 2, TCPEvent.v4, TCPEvent.other4, 443, protocol: 132)
    return trace
  }

  @Test(arguments: ToolTrace.kernels, [ByteOrder.little, .big])
  func everyAttemptHasItsRow(kernel: String, order: ByteOrder) throws {
    let trace = try Self.trace(kernel, order)
    #expect(
      try trace.rows("tcpconnect", ["-t"]) == [
        "Tracing connect()s. Ctrl-C to end.",
        "TIME(s)      PID     COMM         IP SADDR            DADDR            DPORT",
        "1.000000     7       dd           4  10.0.0.1         192.168.0.200    443",
        "1.200000     9       my shell     6  ::1              fe80::1234       80",
        "1.300000     9       my shell     4  10.0.0.1         192.168.0.200    443",
      ])
  }

  @Test func filtersAndCounts() throws {
    let trace = try Self.trace("6.12")
    #expect(
      try trace.rows("tcpconnect", ["-6j"])
        == [
          #"{"pid":9,"comm":"my shell","ip":6,"saddr":"::1","daddr":"fe80::1234","dport":80}"#
        ])
    #expect(try trace.rows("tcpconnect", ["-4", "--csv"]).count == 3)
    #expect(try trace.rows("tcpconnect", ["-P", "80,81", "--csv"]).count == 2)
    #expect(
      try trace.rows("tcpconnect", ["-c", "--csv"])
        == ["saddr,daddr,dport,connects", "10.0.0.1,192.168.0.200,443,2", "::1,fe80::1234,80,1"])
    #expect(throws: ToolUsageError.self) { try trace.rows("tcpconnect", ["-P", "80,x"]) }
    #expect(throws: ToolUsageError.self) { try trace.rows("tcpconnect", ["-P", "65536"]) }
  }

  @Test(arguments: ToolTrace.kernels, [ByteOrder.little, .big])
  func theLocalPortIsThatOfTheSegment(kernel: String, order: ByteOrder) throws {
    var trace = try ToolTrace(kernel: kernel, order: order, ["kscope-tcp"])
    trace.add(
      1_000_000_000, thread: 7, "kscope:tcp_connect",
      TCPEvent.ends(1, TCPEvent.v4, 40001, TCPEvent.other4, 443))
    #expect(
      try trace.rows("tcpconnect", ["-L"]).dropFirst() == [
        "PID     COMM         IP SADDR            LPORT  DADDR            DPORT",
        "7       dd           4  10.0.0.1         40001  192.168.0.200    443",
      ])
  }
}

@Suite struct TCPAcceptTests {
  @Test(arguments: ToolTrace.kernels, [ByteOrder.little, .big])
  func everyAcceptedConnectionHasItsRow(kernel: String, order: ByteOrder) throws {
    var trace = try ToolTrace(kernel: kernel, order: order, ["kscope-tcp"])
    func accept(_ time: UInt64, _ thread: Int32, _ values: TCPEvent.Values) {
      trace.add(time, thread: thread, "kscope:security_sock_graft", values)
    }
    accept(1_000_000_000, 7, TCPEvent.ends(1, TCPEvent.v4, 80, TCPEvent.other4, 40001))
    accept(1_100_000_000, 9, TCPEvent.ends(2, TCPEvent.loop6, 22, TCPEvent.v6, 258))
    // A server of both kinds of addresses, and sockets that are none of TCP.
    accept(
      1_200_000_000, 9,
      TCPEvent.ends(3, TCPEvent.mapped(TCPEvent.v4), 80, TCPEvent.mapped(TCPEvent.other4), 2))
    accept(
      1_300_000_000, 9, TCPEvent.ends(4, TCPEvent.v4, 80, TCPEvent.other4, 1, protocol: 132))
    accept(1_400_000_000, 9, ["skaddr": .number(5), "family": .number(1)])
    #expect(
      try trace.rows("tcpaccept") == [
        "Tracing accept()s. Ctrl-C to end.",
        "PID     COMM         IP RADDR            RPORT LADDR            LPORT",
        "7       dd           4  192.168.0.200    40001 10.0.0.1         80",
        "9       my shell     6  fe80::1234       258   ::1              22",
        "9       my shell     4  192.168.0.200    2     10.0.0.1         80",
      ])
    #expect(try trace.rows("tcpaccept", ["-P", "22", "--csv"]).count == 2)
    #expect(try trace.rows("tcpaccept", ["-4", "-L", "9"]).count == 3)
  }

  /// Another program has a probe of the function, too.
  @Test(arguments: ToolTrace.kernels) func aProbeMayHaveANumber(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["kscope-tcp"])
    trace.copyFormat("kscope:security_sock_graft", as: "security_sock_graft_2")
    trace.add(
      1_000_000_000, thread: 7, "kscope:security_sock_graft_2",
      TCPEvent.ends(1, TCPEvent.v4, 80, TCPEvent.other4, 40001))
    #expect(
      try trace.rows("tcpaccept", ["--csv"]).last == "7,dd,4,192.168.0.200,40001,10.0.0.1,80")
  }

  /// A thread that has ended when its row is made cannot be looked up any more.
  @Test(arguments: ToolTrace.kernels) func threadsBelongToTheirProcess(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["kscope-tcp", "task"])
    trace.factsOf = { $0 == 70 ? ThreadFacts(process: 7) : ThreadFacts(process: 1) }
    func begin(_ time: UInt64, _ thread: Int, by creator: Int32, flags: Int) {
      trace.add(
        time, thread: creator, "task:task_newtask",
        ["pid": .number(thread), "comm": .text("dd"), "clone_flags": .number(flags)])
    }
    // CLONE_VM and CLONE_THREAD; and a fork.
    begin(1_000_000_000, 71, by: 70, flags: 0x10100)
    begin(1_100_000_000, 72, by: 71, flags: 0x10100)
    begin(1_200_000_000, 73, by: 72, flags: 0)
    for (index, thread) in [Int32(70), 71, 72, 73, 74].enumerated() {
      trace.add(
        1_300_000_000 + UInt64(index), thread: thread, "kscope:security_sock_graft",
        TCPEvent.ends(1, TCPEvent.v4, 80, TCPEvent.other4, 40001))
    }
    #expect(
      try trace.rows("tcpaccept", ["--csv"]).dropFirst().map { String($0.prefix { $0 != "," }) }
        == ["7", "7", "7", "73", "1"])
    // Its children are shown with it, others are not.
    #expect(
      try trace.rows("tcpaccept", ["--csv", "-p", "7"]).dropFirst()
        .map { String($0.prefix { $0 != "," }) } == ["7", "7", "7", "73"])
  }
}
