import ByteIO

extension ByteSink {
  /// Appends a number's bytes in the given order.
  mutating func append<T: FixedWidthInteger>(number: T, _ order: ByteOrder) {
    let stored = order == .little ? number.littleEndian : number.bigEndian
    withUnsafeBytes(of: stored) { append($0) }
  }

  mutating func append(bytes: [UInt8]) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// Appends text and the NUL that ends it.
  mutating func append(terminated text: String) {
    append(text)
    append(0)
  }
}
