import KernelTools
import Testing
import TraceTestSupport

/// Packets in memory, as the kernel has them when it drops them.
@Suite struct TCPDropTests {
  private static let reach = 64

  /// A header of TCP: from port 40001 to port 80.
  private static func segment(_ flags: UInt8) -> [UInt8] {
    [0x9c, 0x41, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 1, 0, 0, 0, 0, 0]
  }
  private static func v4(_ flags: UInt8, words: UInt8 = 5, fragment: UInt8 = 0, next: UInt8 = 6)
    -> [UInt8]
  {
    let head: [UInt8] =
      [0x40 | words, 0, 0, 40, 0, 1, 0, fragment, 64, next, 0, 0] + TCPEvent.v4 + TCPEvent.other4
    return head + [UInt8](repeating: 1, count: (Int(words) - 5) * 4) + segment(flags)
  }
  private static func v6(_ flags: UInt8, before options: [UInt8] = []) -> [UInt8] {
    let head: [UInt8] =
      [0x60, 0, 0, 0, 0, 20, options.isEmpty ? 6 : 0, 64] + TCPEvent.loop6 + TCPEvent.v6
    return head + options + segment(flags)
  }

  private struct Trace {
    var trace: ToolTrace
    let function: String

    init(_ kernel: String) throws {
      trace = try ToolTrace(kernel: kernel, ["skb", "kscope-tcp"])
      function = "kscope:" + (kernel == "6.1" ? "kfree_skb_reason" : "sk_skb_reason_drop")
    }

    /// - Parameter data: where the data begins, in bytes of the packet.
    mutating func look(
      _ time: UInt64, _ packet: Int, _ bytes: [UInt8], data: Int, state: Int? = nil, cpu: Int = 0
    ) {
      let filler = [UInt8](repeating: 0xaa, count: 64)
      let memory = filler + bytes + filler
      let start = 64 + data
      trace.add(
        time, cpu: cpu, thread: 7, function,
        [
          "skb": .number(packet), "sk": .number(state == nil ? 0 : 4096),
          // Without a socket it is old memory.
          "state": .number(state ?? 1), "head": .number(1 << 20), "network": .number(256),
          "data": .number((1 << 20) + 256 + data),
          "before": .bytes(Array(memory[(start - 64)..<start])),
          "behind": .bytes(Array(memory[start..<(start + 64)])),
        ])
    }

    mutating func drop(_ time: UInt64, _ packet: Int, _ reason: Int, cpu: Int = 0) {
      trace.add(
        time, cpu: cpu, thread: 7, "skb:kfree_skb",
        ["skbaddr": .number(packet), "reason": .number(reason)])
    }
  }

  @Test(arguments: ["6.1", "6.12"]) func everySegmentHasItsRow(kernel: String) throws {
    // The numbers differ, the names tell them apart.
    let (noSocket, filter, unspecified) = kernel == "6.1" ? (2, 5, 1) : (3, 5, 2)
    var all = try Trace(kernel)
    // The data begins at TCP's header, at IP's, behind both.
    all.look(1_000_000_000, 1, Self.v4(0x02), data: 20)
    all.drop(1_000_001_000, 1, noSocket)
    all.look(1_100_000_000, 2, Self.v4(0x18, words: 7), data: 0, state: 1)
    all.drop(1_100_001_000, 2, filter)
    all.look(1_200_000_000, 3, Self.v6(0x11), data: 60, state: 12)
    all.drop(1_200_001_000, 3, noSocket)
    all.look(1_300_000_000, 4, Self.v6(0x04, before: [6, 0, 1, 4, 0, 0, 0, 0]), data: 40)
    all.drop(1_300_001_000, 4, 250)
    // Nobody says why; others have it still; it is of UDP, or a later fragment; memory that is old.
    all.look(1_400_000_000, 5, Self.v4(0x10), data: 20)
    all.drop(1_400_001_000, 5, unspecified)
    all.look(1_500_000_000, 6, Self.v4(0x10), data: 20)
    all.look(1_600_000_000, 7, Self.v4(0x10, next: 17), data: 20)
    all.drop(1_600_001_000, 7, noSocket)
    all.look(1_700_000_000, 8, Self.v4(0x10, fragment: 9), data: 20)
    all.drop(1_700_001_000, 8, noSocket)
    all.look(1_800_000_000, 9, [UInt8](repeating: 0x6b, count: 80), data: 20)
    all.drop(1_800_001_000, 9, noSocket)
    // Looked at on another CPU, and never.
    all.look(1_900_000_000, 10, Self.v4(0x10), data: 20, cpu: 1)
    all.drop(1_900_001_000, 10, noSocket)
    all.drop(1_900_002_000, 11, noSocket)
    #expect(
      try all.trace.rows("tcpdrop") == [
        "Tracing TCP drops. Ctrl-C to end.",
        "TIME(s)      PID     IP SADDR:SPORT          > DADDR:DPORT          STATE (FLAGS)"
          + "         REASON",
        "1.000001     7       4  10.0.0.1:40001       > 192.168.0.200:80     - (SYN)"
          + "               NO_SOCKET",
        "1.100001     7       4  10.0.0.1:40001       > 192.168.0.200:80     ESTABLISHED (PSH|ACK)"
          + " SOCKET_FILTER",
        "1.200001     7       6  [::1]:40001          > [fe80::1234]:80      NEW_SYN_RECV (FIN|ACK)"
          + " NO_SOCKET",
        "1.300001     7       6  [::1]:40001          > [fe80::1234]:80      - (RST)"
          + "               250",
      ])
    #expect(
      try all.trace.rows("tcpdrop", ["-6", "--csv"]) == [
        "time_s,pid,ip,saddr,sport,daddr,dport,state,flags,reason",
        "1.200001,7,6,::1,40001,fe80::1234,80,NEW_SYN_RECV,FIN|ACK,NO_SOCKET",
        "1.300001,7,6,::1,40001,fe80::1234,80,,RST,250",
      ])
  }

  /// Packets that are looked at come by one of two functions: one must be there.
  @Test func eitherFunctionIsNeeded() throws {
    let trace = try ToolTrace(kernel: "6.1", ["skb"])
    let error = #expect(throws: ToolError.self) { try trace.rows("tcpdrop") }
    #expect(error?.message.contains("kfree_skb_reason") == true)
  }
}
