import ByteIO

/// The byte order of this machine, or the other.
enum EventCatalogOrder {
  case same, other

  var byteOrder: ByteOrder {
    switch self {
    case .same: .host
    case .other: ByteOrder.host == .little ? .big : .little
    }
  }
}
