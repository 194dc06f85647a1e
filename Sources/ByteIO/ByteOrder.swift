/// The order of the bytes of a number in a file or a kernel's memory.
@frozen public enum ByteOrder: UInt8, Sendable {
  case little = 0
  case big = 1

  /// The order of the machine that runs this program.
  @inlinable public static var host: ByteOrder {
    UInt16(littleEndian: 1) == 1 ? .little : .big
  }
}

extension UnsafeRawPointer {
  /// Loads an integer that may lie at any address, in the given order.
  ///
  /// The caller has checked that the bytes are there.
  @inlinable @inline(__always)
  public func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, at offset: Int, _ order: ByteOrder
  ) -> T {
    let raw = loadUnaligned(fromByteOffset: offset, as: T.self)
    return order == .little ? T(littleEndian: raw) : T(bigEndian: raw)
  }
}
