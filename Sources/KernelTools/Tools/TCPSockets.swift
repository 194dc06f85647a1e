import ByteIO

/// A connection's two ends, as an event tells them.
struct Connection: Hashable {
  var local: NetworkAddress
  var localPort: Int
  var remote: NetworkAddress
  var remotePort: Int

  var version: Int { remote.version }
}

/// What the TCP tools read of a socket: by the names that the events of the kernel have, so that a
/// probe's event reads alike.
enum SocketField: Int, EventFields {
  case skaddr, state, oldstate, newstate, `protocol`, family, sport, dport, saddr, daddr, saddr_v6
  case daddr_v6
  /// Of probes alone.
  case sent, resent, received, flags

  /// Values of a probe for whose a socket is, where `sk` is the socket.
  ///
  /// A port of the other end lies in the network's order: as bytes it stays that.
  static func values(of sk: String) -> [(SocketField, String)] {
    let common = "\(sk)->__sk_common"
    return [
      (.skaddr, sk), (.protocol, "\(sk)->sk_protocol"), (.family, "\(common).skc_family"),
      (.sport, "\(common).skc_num"), (.dport, "\(common).skc_dport:u8[2]"),
      (.saddr, "\(common).skc_rcv_saddr:u8[4]"), (.daddr, "\(common).skc_daddr:u8[4]"),
      (.saddr_v6, "\(common).skc_v6_rcv_saddr.in6_u.u6_addr8"),
      (.daddr_v6, "\(common).skc_v6_daddr.in6_u.u6_addr8"),
    ]
  }

  static let tcp = 6
}

extension ToolEvent {
  /// The ends of an event's connection, seen from the socket; nil where it is none of IP.
  var connection: Connection? {
    // AF_INET and AF_INET6 (include/linux/socket.h).
    let (from, to): (SocketField, SocketField)
    switch self[SocketField.family] {
    case 2: (from, to) = (.saddr, .daddr)
    case 10: (from, to) = (.saddr_v6, .daddr_v6)
    default: return nil
    }
    guard let local = NetworkAddress(bytes(from)), let remote = NetworkAddress(bytes(to)) else {
      return nil
    }
    let port = bytes(SocketField.dport)
    return Connection(
      local: local, localPort: self[SocketField.sport], remote: remote,
      remotePort: port.count == 2 ? Int(port[0]) << 8 | Int(port[1]) : self[SocketField.dport])
  }

  /// What tells sockets of one kernel apart, for a table.
  var socket: (UInt64, UInt64) {
    (UInt64(source), UInt64(bitPattern: Int64(self[SocketField.skaddr])))
  }
}

/// Which connections a person asked for.
struct ConnectionFilter {
  private var version: Int?
  private var localPorts: Set<Int>?
  private var remotePorts: Set<Int>?

  static let versions = [
    ToolOption("4", "ipv4", "Only IPv4."), ToolOption("6", "ipv6", "Only IPv6."),
  ]

  /// - Parameters:
  ///   - local: the long name of the option with ports of this end; nil where there is none.
  ///   - remote: the same of the other end.
  init(
    _ options: ToolOptions, local: String? = nil, remote: String? = nil
  ) throws(ToolUsageError) {
    switch (options.has("ipv4"), options.has("ipv6")) {
    case (true, false): version = 4
    case (false, true): version = 6
    default: break
    }
    localPorts = try Self.ports(options, local)
    remotePorts = try Self.ports(options, remote)
  }

  private static func ports(
    _ options: ToolOptions, _ long: String?
  ) throws(ToolUsageError) -> Set<Int>? {
    guard let long, let text = options.own[long] else { return nil }
    let ports = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard ports.allSatisfy({ (0...0xffff).contains($0) }) else {
      throw .badValue(option: "--\(long)", value: text, expected: "ports: 80 or 80,443")
    }
    return Set(ports)
  }

  func passes(_ connection: Connection) -> Bool {
    if let version, connection.version != version { return false }
    if let localPorts, !localPorts.contains(connection.localPort) { return false }
    if let remotePorts, !remotePorts.contains(connection.remotePort) { return false }
    return true
  }
}
