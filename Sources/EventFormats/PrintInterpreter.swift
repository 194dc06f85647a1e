import ByteIO

/// What printing needs to know beside the program and the record.
///
/// The catalog that makes it keeps both objects alive; counting references for every record would
/// make the workers of a report wait for each other.
struct PrintContext: @unchecked Sendable {
  unowned(unsafe) let symbols: SymbolTable
  unowned(unsafe) let printk: PrintkFormats
  let longSize: Int
  let swapped: Bool
}

/// Runs print programs.
enum PrintInterpreter {
  /// Appends the text of one record. The stack's and the jumps' soundness is the compiler's part;
  /// every access to the record is checked here or by the record's length at the start.
  static func run(
    _ program: PrintProgram, _ record: UnsafeRawBufferPointer, _ context: PrintContext,
    into sink: inout ByteSink, _ scratch: inout PrintScratch
  ) {
    let whole =
      record.count >= program.recordSize
      ? record : scratch.filledUp(record, to: program.recordSize)
    guard let base = whole.baseAddress else { return }
    let count = record.count
    let text = program.text
    var sp = scratch.stack
    var mark = 0
    var packed = 0
    var pc = program.ops

    while true {
      let op = pc.pointee
      pc += 1
      switch op.code {
      case .text:
        sink.append(padded: text + op.low, count: op.high)
      case .fieldDecimal32:
        sink.append(padded: text + op.low, count: op.high)
        let value = Int32(truncatingIfNeeded: load(op, base))
        if value < 0 { sink.append(UInt8(ascii: "-")) }
        sink.append(shortDecimal: UInt64(value.magnitude))
      case .fieldUnsigned32:
        sink.append(padded: text + op.low, count: op.high)
        sink.append(shortDecimal: load(op, base) & 0xffff_ffff)
      case .fieldDecimal64:
        sink.append(padded: text + op.low, count: op.high)
        let value = Int64(bitPattern: load(op, base))
        if value < 0 { sink.append(UInt8(ascii: "-")) }
        sink.append(shortDecimal: value.magnitude)
      case .fieldUnsigned64:
        sink.append(padded: text + op.low, count: op.high)
        sink.append(shortDecimal: load(op, base))
      case .fieldHex32:
        sink.append(padded: text + op.low, count: op.high)
        sink.append(hex: load(op, base) & 0xffff_ffff)
      case .fieldHex64:
        sink.append(padded: text + op.low, count: op.high)
        sink.append(hex: load(op, base))
      case .fieldHexZeros:
        sink.append(padded: text + op.low, count: op.high)
        let value = load(op, base)
        sink.append(hex: op.b < 8 << 8 ? value & 0xffff_ffff : value, width: Int(op.b & 0xff))
      case .fieldText:
        sink.append(padded: text + op.low, count: op.high)
        appendText(base + Int(op.c), Int(op.b), into: &sink)
      case .fieldSymbol:
        sink.append(padded: text + op.low, count: op.high)
        appendSymbol(load(op, base), form: op.b, context, into: &sink, &scratch)
      case .restText:
        sink.append(padded: text + op.low, count: op.high)
        let offset = Int(op.c)
        if offset < count { appendText(base + offset, count - offset, into: &sink) }
      case .dynamicText:
        sink.append(padded: text + op.low, count: op.high)
        let region = located(op, base, count, context.swapped)
        appendText(base + region.offset, region.length, into: &sink)

      case .constant:
        sp.pointee = op.d
        sp += 1
      case .load:
        sp.pointee = load(op, base)
        sp += 1
      case .dynamicRegion:
        let region = located(op, base, count, context.swapped)
        sp.pointee = PrintCompiler.pair(region.offset, region.length)
        sp += 1
      case .regionLength:
        sp[-1] = (sp[-1] >> 32) / UInt64(max(op.c, 1))
      case .regionAdvance:
        sp -= 1
        sp[-1] = advanced(sp[-1], by: sp[0], size: Int(op.b))
      case .element:
        sp -= 1
        let region = advanced(sp[-1], by: sp[0], size: Int(op.b))
        let offset = Int(region & 0xffff_ffff)
        let length = Int(region >> 32)
        let isInside = length >= Int(op.b) && offset <= count && count - offset >= Int(op.b)
        sp[-1] =
          isInside ? LoadKind.load(op.a, base, offset) : 0
      case .drop: sp -= 1

      case .add:
        sp -= 1
        sp[-1] = sp[-1] &+ sp[0]
      case .subtract:
        sp -= 1
        sp[-1] = sp[-1] &- sp[0]
      case .multiply:
        sp -= 1
        sp[-1] = sp[-1] &* sp[0]
      case .divideSigned:
        sp -= 1
        sp[-1] = Arithmetic.divide(sp[-1], sp[0])
      case .divideUnsigned:
        sp -= 1
        sp[-1] = sp[0] == 0 ? 0 : sp[-1] / sp[0]
      case .remainderSigned:
        sp -= 1
        sp[-1] = Arithmetic.remainder(sp[-1], sp[0])
      case .remainderUnsigned:
        sp -= 1
        sp[-1] = sp[0] == 0 ? 0 : sp[-1] % sp[0]
      case .shiftLeft:
        sp -= 1
        sp[-1] = sp[-1] &<< sp[0]
      case .shiftRightSigned:
        sp -= 1
        sp[-1] = UInt64(bitPattern: Int64(bitPattern: sp[-1]) &>> Int64(bitPattern: sp[0]))
      case .shiftRightUnsigned:
        sp -= 1
        sp[-1] = sp[-1] &>> sp[0]
      case .and:
        sp -= 1
        sp[-1] &= sp[0]
      case .or:
        sp -= 1
        sp[-1] |= sp[0]
      case .xor:
        sp -= 1
        sp[-1] ^= sp[0]
      case .equal:
        sp -= 1
        sp[-1] = sp[-1] == sp[0] ? 1 : 0
      case .notEqual:
        sp -= 1
        sp[-1] = sp[-1] != sp[0] ? 1 : 0
      case .lessSigned:
        sp -= 1
        let (a, b) = (Int64(bitPattern: sp[-1]), Int64(bitPattern: sp[0]))
        sp[-1] = (op.a == 0 ? a < b : b < a) ? 1 : 0
      case .lessUnsigned:
        sp -= 1
        sp[-1] = (op.a == 0 ? sp[-1] < sp[0] : sp[0] < sp[-1]) ? 1 : 0
      case .lessOrEqualSigned:
        sp -= 1
        let (a, b) = (Int64(bitPattern: sp[-1]), Int64(bitPattern: sp[0]))
        sp[-1] = (op.a == 0 ? a <= b : b <= a) ? 1 : 0
      case .lessOrEqualUnsigned:
        sp -= 1
        sp[-1] = (op.a == 0 ? sp[-1] <= sp[0] : sp[0] <= sp[-1]) ? 1 : 0
      case .negate: sp[-1] = 0 &- sp[-1]
      case .complement: sp[-1] = ~sp[-1]
      case .not: sp[-1] = sp[-1] == 0 ? 1 : 0
      case .signExtend:
        let shift = Int64(64 &- Int(op.a))
        sp[-1] = UInt64(bitPattern: (Int64(bitPattern: sp[-1]) &<< shift) &>> shift)
      case .zeroExtend:
        // Bit 7 set: the operand below the top.
        let place = op.a & 0x80 != 0 ? -2 : -1
        let shift = UInt64(64 &- Int(op.a & 0x7f))
        sp[place] = (sp[place] &<< shift) &>> shift
      case .jump: pc = program.ops + Int(op.c)
      case .jumpIfZero:
        sp -= 1
        if sp[0] == 0 { pc = program.ops + Int(op.c) }

      case .textStart: mark = sink.count
      case .textEnd:
        let size = sizes(op, &sp)
        pad(&sink, from: mark, size.width, size.precision, left: size.isLeft)
      case .decimalSigned, .decimalUnsigned, .hex, .octal, .character, .pointer:
        sp -= 1
        let value = sp[0]
        let size = sizes(op, &sp)
        append(op, value, size, into: &sink)
      case .symbol:
        sp -= 1
        appendSymbol(sp[0], form: op.b, context, into: &sink, &scratch)
      case .addressText:
        sp -= 1
        if let text = context.printk.text(at: sp[0]) {
          sink.append(text)
        } else {
          sink.append(hex: sp[0])
        }
      case .regionText:
        sp -= 1
        let region = clamped(sp[0], count)
        appendText(base + region.offset, region.length, into: &sink)
      case .flags:
        sp -= 1
        appendFlags(op, sp[0], program, into: &sink)
      case .symbolic:
        sp -= 1
        appendSymbolic(op, sp[0], program, into: &sink)
      case .symbolicSorted:
        sp -= 1
        appendSorted(op, sp[0], program, into: &sink)
      case .hexBytes:
        sp -= 2
        // `%*ph` has its count below the region, the functions above it.
        let (first, second) = op.a == 2 ? (sp[1], sp[0]) : (sp[0], sp[1])
        let region = clamped(first, count)
        let wanted = Int(clamping: Int64(Int32(truncatingIfNeeded: second)))
        let most = op.a == 2 ? min(wanted, 64) : wanted
        let separator = op.a == 2 ? UInt8(truncatingIfNeeded: op.b) : op.a == 1 ? 0x20 : 0
        appendHexBytes(
          base + region.offset, min(max(most, 0), region.length), separator, into: &sink)
      case .array:
        sp -= 2
        appendArray(op, clamped(sp[0], count), sp[1], base, into: &sink)
      case .hexDump:
        sp -= 2
        let region = clamped(sp[0], count)
        let length = min(region.length, Int(clamping: max(0, Int64(bitPattern: sp[1]))))
        appendHexDump(op, base + region.offset, length, text, context, into: &sink)
      case .bitmask:
        sp -= 1
        let region = clamped(sp[0], count)
        appendBitmask(base + region.offset, region.length, context, into: &sink)
      case .cpuList:
        sp -= 1
        let region = clamped(sp[0], count)
        appendBitList(base + region.offset, region.length, context, into: &sink)
      case .socketAddress, .socketAddressText:
        sp -= 1
        let region = clamped(sp[0], count)
        let options = op.code == .socketAddress ? 2 | 4 : Int(op.b)
        appendSocketAddress(
          base + region.offset, region.length, options, swapped: context.swapped, into: &sink)
      case .mac:
        sp -= 1
        let region = clamped(sp[0], count)
        appendMAC(base + region.offset, region.length, Int(op.b), into: &sink)
      case .ip4:
        sp -= 1
        let region = clamped(sp[0], count)
        appendIP4(base + region.offset, region.length, Int(op.b), into: &sink)
      case .ip6:
        sp -= 1
        let region = clamped(sp[0], count)
        appendIP6(base + region.offset, region.length, Int(op.b), into: &sink)
      case .uuid:
        sp -= 1
        let region = clamped(sp[0], count)
        appendUUID(base + region.offset, region.length, Int(op.b), into: &sink)

      case .packedStart:
        packed = Int(op.c)
      case .packedNumber:
        sp.pointee = PackedArguments.number(op, base, count, &packed)
        sp += 1
      case .packedText:
        let text = PackedArguments.text(base, count, &packed)
        sink.append(text)
      case .packedPointer:
        PackedArguments.appendPointer(op, base, count, &packed, into: &sink)

      case .rawBytes:
        sp -= 1
        let region = clamped(sp[0], count)
        appendRawBytes(
          UnsafeRawBufferPointer(start: base + region.offset, count: region.length),
          asText: op.a != 0, into: &sink)

      case .jsonText, .jsonArray, .jsonSymbols:
        sp -= 1
        let region = clamped(sp[0], count)
        appendStructured(
          op, UnsafeRawBufferPointer(start: base + region.offset, count: region.length), context,
          into: &sink, &scratch)

      case .stackTrace: appendStack(op, base, count, context, into: &sink, &scratch)
      case .rawData: appendRawData(op, base, count, into: &sink)
      case .bprint:
        context.printk.append(op, record, context, into: &sink, &scratch)
      case .scsiCommand:
        sp -= 2
        let region = clamped(sp[0], count)
        let length = min(region.length, Int(sp[1] & 0xff))
        SCSICommand.append(
          UnsafeRawBufferPointer(start: base + region.offset, count: length), into: &sink)
      case .callSite:
        appendCallSite(load(op, base), context, into: &sink, &scratch)
      case .functionRepeats:
        appendFunctionRepeats(op, base, context, into: &sink, &scratch)
      case .end: return
      }
    }
  }

  // MARK: Reading the record

  @inline(__always)
  static func load(_ op: PrintOp, _ base: UnsafeRawPointer) -> UInt64 {
    LoadKind.load(op.a, base, Int(op.c))
  }

  /// Where a `__data_loc` or `__rel_loc` word says that its bytes lie, cut at the record's end.
  @inline(__always)
  static func located(
    _ op: PrintOp, _ base: UnsafeRawPointer, _ count: Int, _ swapped: Bool
  ) -> (offset: Int, length: Int) {
    var offset: Int
    let length: Int
    if op.b == 2 {
      // Kernels before 2.6.32 held only an offset.
      let raw = base.loadUnaligned(fromByteOffset: Int(op.c), as: UInt16.self)
      offset = Int(swapped ? raw.byteSwapped : raw)
      length = Int.max
    } else {
      let raw = base.loadUnaligned(fromByteOffset: Int(op.c), as: UInt32.self)
      let word = swapped ? raw.byteSwapped : raw
      offset = Int(word & 0xffff)
      length = Int(word >> 16)
    }
    if op.a != 0 { offset += Int(op.c) + Int(op.b) }
    guard offset < count else { return (0, 0) }
    return (offset, min(length, count - offset))
  }

  @inline(__always)
  static func clamped(_ region: UInt64, _ count: Int) -> (offset: Int, length: Int) {
    let offset = Int(region & 0xffff_ffff)
    guard offset < count else { return (0, 0) }
    return (offset, min(Int(region >> 32), count - offset))
  }

  /// The region from its `index`-th element on; empty where that lies outside.
  static func advanced(_ region: UInt64, by index: UInt64, size: Int) -> UInt64 {
    let step = index.multipliedReportingOverflow(by: UInt64(max(size, 1)))
    let length = region >> 32
    guard !step.overflow, step.partialValue <= length else { return 0 }
    return (region & 0xffff_ffff) &+ step.partialValue | (length &- step.partialValue) << 32
  }
}
