import ByteIO
import Glibc

/// An address of IPv4 or IPv6, as it goes over the wire.
///
/// One of IPv4 that a socket of IPv6 uses (`::ffff:10.0.0.1`) is of IPv4: that is what is sent.
struct NetworkAddress: Hashable {
  let isIPv4: Bool
  /// 4 or 16 bytes, in the network's order.
  let bytes: [UInt8]

  init?(_ bytes: some Collection<UInt8>) {
    let all = Array(bytes)
    if all.count == 16, all[..<10].allSatisfy({ $0 == 0 }), all[10] == 0xff, all[11] == 0xff {
      isIPv4 = true
      self.bytes = Array(all[12...])
    } else {
      guard all.count == 4 || all.count == 16 else { return nil }
      isIPv4 = all.count == 4
      self.bytes = all
    }
  }

  var version: Int { isIPv4 ? 4 : 6 }

  /// `10.0.0.1`, or `fe80::1`, as short as RFC 5952 has it.
  var text: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
      let written = inet_ntop(
        isIPv4 ? AF_INET : AF_INET6, bytes, buffer.baseAddress, socklen_t(buffer.count))
      return written.map { String(cString: $0) } ?? "?"
    }
  }

  /// `10.0.0.1:80`, or `[fe80::1]:80`.
  func text(port: Int) -> String { isIPv4 ? "\(text):\(port)" : "[\(text)]:\(port)" }
}

/// What TCP calls its states and flags.
enum TCPNames {
  static let established = 1
  static let synSent = 2
  static let finWait1 = 4
  static let close = 7
  static let lastAck = 9

  /// `ESTABLISHED` for 1.
  ///
  /// Source: include/net/tcp_states.h.
  static func state(_ number: Int) -> String {
    states.indices.contains(number - 1) ? states[number - 1] : String(number)
  }

  /// `SYN|ACK` for the byte of a segment's header that has them (RFC 9293, 3.1).
  static func flags(_ byte: UInt8) -> String {
    flags.enumerated().filter { byte & 1 << $0.offset != 0 }.map(\.element).joined(separator: "|")
  }

  private static let states = [
    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
    "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
  ]
  private static let flags = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]
}
