/// Counts by connection, as many as fit.
struct FlowCounts {
  private static let limit = 1 << 16
  private var counts: [Connection: Int] = [:]
  /// How many found no room.
  private(set) var dropped = 0

  mutating func add(_ connection: Connection) {
    if counts[connection] == nil, counts.count >= Self.limit {
      dropped += 1
    } else {
      counts[connection, default: 0] += 1
    }
  }

  /// The largest first; those of equal counts by their addresses.
  var sorted: [(key: Connection, value: Int)] {
    func order(_ connection: Connection) -> [UInt8] {
      let ports = [connection.remotePort, connection.localPort].flatMap {
        [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)]
      }
      return connection.remote.bytes + connection.local.bytes + ports
    }
    return counts.sorted {
      $0.value != $1.value
        ? $0.value > $1.value : order($0.key).lexicographicallyPrecedes(order($1.key))
    }
  }
}
