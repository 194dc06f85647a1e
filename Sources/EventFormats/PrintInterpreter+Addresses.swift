import ByteIO

// Addresses of the network and UUIDs, in the forms of Documentation/core-api/printk-formats.rst.
extension PrintInterpreter {
  /// `form`: 0 colons, 1 dashes, 2 colons reversed, 3 bare; 4 more for reversed bare.
  static func appendMAC(
    _ start: UnsafeRawPointer, _ length: Int, _ form: Int, into sink: inout ByteSink
  ) {
    guard length >= 6 else {
      sink.append("INVALIDMAC")
      return
    }
    let isReversed = form == 2 || form & 4 != 0
    for index in 0..<6 {
      if index > 0, form & 3 != 3 { sink.append(form == 1 ? UInt8(ascii: "-") : UInt8(ascii: ":")) }
      let place = isReversed ? 5 - index : index
      appendHexByte(start.load(fromByteOffset: place, as: UInt8.self), into: &sink)
    }
  }

  /// `options`: 1 three digits a byte, 2 the bytes reversed.
  static func appendIP4(
    _ start: UnsafeRawPointer, _ length: Int, _ options: Int, into sink: inout ByteSink
  ) {
    guard length >= 4 else {
      sink.append("INVALIDIPv4")
      return
    }
    for index in 0..<4 {
      if index > 0 { sink.append(UInt8(ascii: ".")) }
      let byte = start.load(fromByteOffset: options & 2 != 0 ? 3 - index : index, as: UInt8.self)
      sink.append(decimal: UInt64(byte), width: options & 1 != 0 ? 3 : 0, fill: 0x30)
    }
  }

  /// `options`: 1 without colons, 2 the short form of RFC 5952.
  static func appendIP6(
    _ start: UnsafeRawPointer, _ length: Int, _ options: Int, into sink: inout ByteSink
  ) {
    guard length >= 16 else {
      sink.append("INVALIDIPv6")
      return
    }
    if options & 3 == 2 {
      appendShortIP6(start, into: &sink)
      return
    }
    for index in 0..<16 {
      if index > 0, index % 2 == 0, options & 1 == 0 { sink.append(UInt8(ascii: ":")) }
      appendHexByte(start.load(fromByteOffset: index, as: UInt8.self), into: &sink)
    }
  }

  private static func appendShortIP6(_ start: UnsafeRawPointer, into sink: inout ByteSink) {
    func group(_ index: Int) -> UInt16 {
      UInt16(bigEndian: start.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    }
    // ::ffff:a.b.c.d and ISATAP addresses end as IPv4.
    let isMapped = (0..<5).allSatisfy { group($0) == 0 } && group(5) == 0xffff
    let isISATAP = group(4) | 0x0200 == 0x0200 && group(5) == 0x5efe
    let groups = isMapped || isISATAP ? 6 : 8
    var bestStart = -1
    var bestLength = 1
    var at = 0
    while at < groups {
      var end = at
      while end < groups, group(end) == 0 { end += 1 }
      if end - at > bestLength { (bestStart, bestLength) = (at, end - at) }
      at = max(end, at + 1)
    }
    var needsColon = false
    at = 0
    while at < groups {
      if at == bestStart {
        if needsColon || at == 0 { sink.append(UInt8(ascii: ":")) }
        sink.append(UInt8(ascii: ":"))
        needsColon = false
        at += bestLength
        continue
      }
      if needsColon { sink.append(UInt8(ascii: ":")) }
      sink.append(hex: UInt64(group(at)))
      needsColon = true
      at += 1
    }
    if groups == 6 {
      if needsColon { sink.append(UInt8(ascii: ":")) }
      appendIP4(start + 12, 4, 0, into: &sink)
    }
  }

  /// `options`: 1 bare, 2 short, 4 with port, 8 with flow, 16 with scope.
  static func appendSocketAddress(
    _ start: UnsafeRawPointer, _ length: Int, _ options: Int, swapped: Bool,
    into sink: inout ByteSink
  ) {
    guard length >= 2 else {
      sink.append("INVALIDSOCKADDR")
      return
    }
    let raw = start.loadUnaligned(as: UInt16.self)
    let family = swapped ? raw.byteSwapped : raw
    func port() -> UInt64 {
      UInt64(UInt16(bigEndian: start.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
    }
    switch family {
    case 2 where length >= 8:
      appendIP4(start + 4, 4, options & 1, into: &sink)
      if options & 4 != 0 {
        sink.append(UInt8(ascii: ":"))
        sink.append(decimal: port())
      }
    case 10 where length >= 24:
      let isBracketed = options & (4 | 8 | 16) != 0
      if isBracketed { sink.append(UInt8(ascii: "[")) }
      appendIP6(start + 8, 16, options & 3, into: &sink)
      if isBracketed { sink.append(UInt8(ascii: "]")) }
      if options & 4 != 0 {
        sink.append(UInt8(ascii: ":"))
        sink.append(decimal: port())
      }
      if options & 8 != 0 {
        sink.append(UInt8(ascii: "/"))
        let flow = UInt32(bigEndian: start.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        sink.append(decimal: UInt64(flow & 0x0fff_ffff))
      }
      if options & 16 != 0, length >= 28 {
        let scope = start.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
        sink.append(UInt8(ascii: "%"))
        sink.append(decimal: UInt64(swapped ? scope.byteSwapped : scope))
      }
    default: break  // another family, or none: trace-cmd prints nothing
    }
  }

  /// `options`: 1 capital letters, 2 the first three groups little-endian.
  static func appendUUID(
    _ start: UnsafeRawPointer, _ length: Int, _ options: Int, into sink: inout ByteSink
  ) {
    guard length >= 16 else {
      sink.append("INVALIDUUID")
      return
    }
    for index in 0..<16 {
      if index == 4 || index == 6 || index == 8 || index == 10 { sink.append(UInt8(ascii: "-")) }
      let place =
        options & 2 == 0 || index > 7
        ? index : index < 4 ? 3 - index : index < 6 ? 9 - index : 13 - index
      appendHexByte(
        start.load(fromByteOffset: place, as: UInt8.self), upper: options & 1 != 0, into: &sink)
    }
  }
}
