import ByteIO
import Glibc

extension PrintInterpreter {
  /// Appends bytes up to the first NUL, at most `length`.
  @inline(__always)
  static func appendText(_ start: UnsafeRawPointer, _ length: Int, into sink: inout ByteSink) {
    let used = strnlen(start.assumingMemoryBound(to: CChar.self), length)
    sink.append(UnsafeRawBufferPointer(start: start, count: used))
  }

  /// `name` (form 0), `name+0xoffset` (1), `name/0xoffset` (2); the address without a symbol. Forms 3
  /// and 4 are 0 and 1 with ` (0xaddress)` behind them, and nothing but that without a symbol.
  @inline(__always)
  static func appendSymbol(
    _ address: UInt64, form: UInt16, _ context: PrintContext, into sink: inout ByteSink,
    _ scratch: inout PrintScratch
  ) {
    let found = scratch.symbol(address, in: context.symbols)
    if _slowPath(form >= 3) {
      if !found.name.isEmpty {
        sink.append(found.name)
        if form == 4 {
          sink.append("+0x")
          sink.append(hex: found.offset)
        }
      }
      sink.append(" (0x")
      sink.append(hex: address)
      sink.append(UInt8(ascii: ")"))
      return
    }
    if found.name.isEmpty {
      sink.append("0x")
      sink.append(hex: address, width: form == 2 ? 8 : 0)
      return
    }
    sink.append(found.name)
    if form != 0 {
      sink.append(form == 2 ? "/0x" : "+0x")
      sink.append(hex: found.offset)
    }
  }

  static func appendHexByte(_ byte: UInt8, upper: Bool = false, into sink: inout ByteSink) {
    let letter: UInt8 = upper ? 0x37 : 0x57
    let (high, low) = (byte >> 4, byte & 15)
    sink.append(high &+ (high < 10 ? 0x30 : letter))
    sink.append(low &+ (low < 10 ? 0x30 : letter))
  }

  /// Two digits a byte, with a separator unless that is 0.
  static func appendHexBytes(
    _ start: UnsafeRawPointer, _ length: Int, _ separator: UInt8, into sink: inout ByteSink
  ) {
    for index in 0..<max(length, 0) {
      if index > 0, separator != 0 { sink.append(separator) }
      appendHexByte(start.load(fromByteOffset: index, as: UInt8.self), into: &sink)
    }
  }

  /// `1 2 768`, or the kernel's own `{0x1,0x2,0x300}`.
  static func appendArray(
    _ op: PrintOp, _ region: (offset: Int, length: Int), _ wanted: UInt64, _ base: UnsafeRawPointer,
    into sink: inout ByteSink
  ) {
    let size = max(Int(op.b), 1)
    let most = region.length / size
    let count = min(Int(clamping: max(0, Int64(Int32(truncatingIfNeeded: wanted)))), most)
    let isKernelForm = op.c != 0
    if isKernelForm { sink.append(UInt8(ascii: "{")) }
    for index in 0..<count {
      let value = LoadKind.load(op.a, base, region.offset + index * size)
      if isKernelForm {
        if index > 0 { sink.append(UInt8(ascii: ",")) }
        sink.append("0x")
        sink.append(hex: value)
      } else {
        if index > 0 { sink.append(0x20) }
        sink.append(decimal: value)
      }
    }
    if isKernelForm { sink.append(UInt8(ascii: "}")) }
  }

  // MARK: Bits

  /// 32 bits a group, the highest first, as the kernel's `%*pb`.
  static func appendBitmask(
    _ start: UnsafeRawPointer, _ length: Int, _ context: PrintContext, into sink: inout ByteSink
  ) {
    let words = length / 4
    for index in stride(from: words - 1, through: 0, by: -1) {
      if index < words - 1 { sink.append(UInt8(ascii: ",")) }
      sink.append(hex: UInt64(bitWord(start, index, words, context)), width: 8)
    }
  }

  /// `0-3,5`, as the kernel's `%*pbl`.
  static func appendBitList(
    _ start: UnsafeRawPointer, _ length: Int, _ context: PrintContext, into sink: inout ByteSink
  ) {
    let words = length / 4
    let bits = words * 32
    func isSet(_ bit: Int) -> Bool {
      bit < bits && bitWord(start, bit / 32, words, context) >> UInt32(bit % 32) & 1 != 0
    }
    var bit = 0
    var isFirst = true
    while bit < bits {
      guard isSet(bit) else {
        bit += 1
        continue
      }
      var last = bit
      while isSet(last + 1) { last += 1 }
      if !isFirst { sink.append(UInt8(ascii: ",")) }
      isFirst = false
      sink.append(decimal: UInt64(bit))
      if last > bit {
        sink.append(UInt8(ascii: "-"))
        sink.append(decimal: UInt64(last))
      }
      bit = last + 1
    }
  }

  /// The 32 bits from `index * 32` of an array of the kernel's longs.
  private static func bitWord(
    _ start: UnsafeRawPointer, _ index: Int, _ words: Int, _ context: PrintContext
  ) -> UInt32 {
    // In a big-endian long of 64 bits the upper half comes first.
    let isBig = context.swapped == (UInt16(littleEndian: 1) == 1)
    var place = index
    if isBig, context.longSize == 8, index ^ 1 < words { place = index ^ 1 }
    let raw = start.loadUnaligned(fromByteOffset: place * 4, as: UInt32.self)
    return context.swapped ? raw.byteSwapped : raw
  }

  // MARK: Dumps

  /// A newline, then the lines of a dump, as `trace_print_hex_dump_seq` and `hex_dump_to_buffer`
  /// have them (the kernel's kernel/trace/trace_output.c, lib/hexdump.c).
  ///
  /// The kernel's prefix with an address tells where its own buffer lay; it is left out.
  static func appendHexDump(
    _ op: PrintOp, _ start: UnsafeRawPointer, _ length: Int, _ text: UnsafeRawPointer,
    _ context: PrintContext, into sink: inout ByteSink
  ) {
    let row = Int(op.b >> 8)
    let isBig = context.swapped == (UInt16(littleEndian: 1) == 1)
    let hasASCII = op.a & 4 != 0
    sink.append(0x0a)
    var at = 0
    while at < length {
      let count = min(row, length - at)
      // A line that does not hold whole groups is shown byte by byte.
      let wanted = max(Int(op.b & 0xff), 1)
      let group = count % wanted == 0 ? wanted : 1
      sink.append(UnsafeRawBufferPointer(start: text + Int(op.c), count: Int(op.d)))
      if op.a & 3 == 2 {
        sink.append(hex: UInt64(at), width: 8)
        sink.append(": ")
      }
      let lineStart = sink.count
      for index in 0..<count {
        if index > 0, index % group == 0 { sink.append(0x20) }
        // Groups are numbers of the traced machine: little-endian ones print last byte first.
        let place = isBig ? index : index - index % group + group - 1 - index % group
        appendHexByte(start.load(fromByteOffset: at + place, as: UInt8.self), into: &sink)
      }
      if hasASCII {
        let column = row * 2 + row / group + 1
        sink.append(repeating: 0x20, count: column - (sink.count - lineStart))
        for index in 0..<count {
          let byte = start.load(fromByteOffset: at + index, as: UInt8.self)
          sink.append((0x20..<0x7f).contains(byte) ? byte : UInt8(ascii: "."))
        }
      }
      sink.append(0x0a)
      at += count
    }
  }
}
