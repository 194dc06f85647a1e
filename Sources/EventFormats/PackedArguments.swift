import ByteIO

/// The arguments of a `trace_printk`, as its record holds them: 4-byte words, one after the other,
/// without the gaps that alignment to 8 bytes would need.
enum PackedArguments {
  /// The next number; `b` of the step is its size.
  static func number(
    _ op: PrintOp, _ base: UnsafeRawPointer, _ count: Int, _ at: inout Int
  ) -> UInt64 {
    at = (at + 3) & ~3
    let size = Int(op.b)
    guard at <= count, count - at >= size else { return 0 }
    defer { at += size }
    return LoadKind.load(op.a, base, at)
  }

  /// The next text, without its NUL.
  static func text(
    _ base: UnsafeRawPointer, _ count: Int, _ at: inout Int
  ) -> UnsafeRawBufferPointer {
    guard at < count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let start = at
    while at < count, base.load(fromByteOffset: at, as: UInt8.self) != 0 { at += 1 }
    let end = at
    at += 1
    return UnsafeRawBufferPointer(start: base + start, count: end - start)
  }

  /// A `%p…` that the kernel wrote as text, where the first byte can be printed; else a number.
  static func appendPointer(
    _ op: PrintOp, _ base: UnsafeRawPointer, _ count: Int, _ at: inout Int,
    into sink: inout ByteSink
  ) {
    guard at < count else { return }
    if (0x20..<0x7f).contains(base.load(fromByteOffset: at, as: UInt8.self)) {
      sink.append(text(base, count, &at))
      return
    }
    sink.append("0x")
    sink.append(hex: number(op, base, count, &at))
  }
}
