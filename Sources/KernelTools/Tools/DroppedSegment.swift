import ByteIO

/// A TCP segment that the kernel lets go of, read from the memory around where its data begins.
///
/// Where the headers lie in a packet's buffer is told by numbers beside it, which a probe cannot add
/// up. So it fetches what lies before and behind the data, and here the headers are found in that.
struct DroppedSegment {
  var source: NetworkAddress
  var sourcePort: Int
  var destination: NetworkAddress
  var destinationPort: Int
  var flags: UInt8
  /// Of the socket that it belongs to; nil where it has none.
  var state: Int?

  enum Field: Int, EventFields {
    case skb, sk, state, head, data, network, before, behind
  }

  private static let reach = 64

  /// Of the function that lets go of packets; `sk` is an expression for the socket.
  static func probe(of function: String, sk: String) -> WantedEvent {
    let values: [(Field, String)] = [
      (.skb, "skb"), (.sk, sk), (.state, "\(sk)->__sk_common.skc_state"), (.head, "skb->head"),
      (.data, "skb->data"), (.network, "skb->network_header"),
      (.before, "-\(reach)(skb->data):u8[\(reach)]"), (.behind, "+0(skb->data):u8[\(reach)]"),
    ]
    // It is called for no packet at all as well.
    return WantedEvent(probeOf: function, values, filter: "skb != 0")
  }

  /// nil where it is no segment of TCP, or its headers are not where they can be read.
  init?(_ event: ToolEvent) {
    let (before, behind) = (event.bytes(Field.before), event.bytes(Field.behind))
    guard before.count == Self.reach, behind.count == Self.reach else { return nil }
    // What was not there to be fetched is old memory: nothing below is taken on trust.
    let place =
      Self.reach &+ event[Field.network] &- (event[Field.data] &- event[Field.head])
    let all = Array(before) + Array(behind)
    guard place >= 0, place < all.count else { return nil }
    let packet = all[place...]
    func byte(_ offset: Int) -> Int? {
      let index = packet.startIndex + offset
      return index < packet.endIndex ? Int(packet[index]) : nil
    }
    func address(_ offset: Int, _ length: Int) -> NetworkAddress? {
      NetworkAddress(packet.dropFirst(offset).prefix(length))
    }
    guard let start = Self.segment(byte),
      let source = start.isIPv4 ? address(12, 4) : address(8, 16),
      let destination = start.isIPv4 ? address(16, 4) : address(24, 16),
      let first = byte(start.offset), let second = byte(start.offset + 1),
      let third = byte(start.offset + 2), let fourth = byte(start.offset + 3),
      let flags = byte(start.offset + 13)
    else { return nil }
    (self.source, sourcePort) = (source, first << 8 | second)
    (self.destination, destinationPort) = (destination, third << 8 | fourth)
    self.flags = UInt8(truncatingIfNeeded: flags)
    state = event[Field.sk] == 0 ? nil : event[Field.state]
  }

  /// Where TCP's header begins in a packet (RFC 791, 3.1; RFC 8200, 4).
  private static func segment(_ byte: (Int) -> Int?) -> (isIPv4: Bool, offset: Int)? {
    guard let first = byte(0) else { return nil }
    if first >> 4 == 4 {
      // A fragment that is not the first has no header of TCP.
      guard first & 15 >= 5, byte(9) == SocketField.tcp, let high = byte(6), let low = byte(7),
        (high & 0x1f) << 8 | low == 0
      else { return nil }
      return (true, (first & 15) * 4)
    }
    guard first >> 4 == 6, var next = byte(6) else { return nil }
    var offset = 40
    // Options for hops, routes and the destination may stand before it.
    while next == 0 || next == 43 || next == 60 {
      guard let following = byte(offset), let length = byte(offset + 1) else { return nil }
      next = following
      offset += (length + 1) * 8
    }
    return next == SocketField.tcp ? (false, offset) : nil
  }
}
