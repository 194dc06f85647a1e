import ByteIO
import Glibc

extension PrintInterpreter {
  typealias Sizes = (width: Int, precision: Int, isLeft: Bool)

  /// Width and precision of a conversion, from the step or the stack.
  @inline(__always)
  static func sizes(_ op: PrintOp, _ sp: inout UnsafeMutablePointer<UInt64>) -> Sizes {
    var width = Int(op.c & 0xffff)
    var precision = Int(op.c >> 16)
    if precision == 0xffff { precision = -1 }
    let flags = ConversionFlags(rawValue: op.a)
    var isLeft = flags.contains(.left)
    if op.a >= ConversionFlags.widthOnStack.rawValue {
      if flags.contains(.precisionOnStack) {
        sp -= 1
        precision = max(-1, min(4096, Int(Int32(truncatingIfNeeded: sp[0]))))
      }
      if flags.contains(.widthOnStack) {
        sp -= 1
        let given = Int(Int32(truncatingIfNeeded: sp[0]))
        isLeft = isLeft || given < 0
        width = min(abs(given), 4096)
      }
    }
    return (width, precision, isLeft)
  }

  /// Cuts and pads what stands in the sink from `start` on, as `%s` does.
  static func pad(
    _ sink: inout ByteSink, from start: Int, _ width: Int, _ precision: Int, left: Bool
  ) {
    if precision >= 0, sink.count - start > precision { sink.truncate(to: start + precision) }
    let length = sink.count - start
    guard length < width else { return }
    let blanks = width - length
    sink.append(repeating: 0x20, count: blanks)
    if !left, length > 0 {
      // There are `length` bytes at least.
      let all = UnsafeMutableRawPointer(mutating: sink.bytes.baseAddress.unsafelyUnwrapped)
      memmove(all + start + blanks, all + start, length)
      memset(all + start, 0x20, blanks)
    }
  }

  /// Appends a number as printf does: the step says how, `b` how many bytes of it count.
  static func append(_ op: PrintOp, _ value: UInt64, _ size: Sizes, into sink: inout ByteSink) {
    let flags = ConversionFlags(rawValue: op.a)
    if op.code == .character {
      let start = sink.count
      let byte = UInt8(truncatingIfNeeded: value)
      if byte != 0 { sink.append(byte) }
      pad(&sink, from: start, size.width, -1, left: size.isLeft)
      return
    }
    if op.code == .pointer {
      let start = sink.count
      if value == 0 {
        sink.append("(nil)")
      } else {
        sink.append("0x")
        sink.append(hex: value)
      }
      pad(&sink, from: start, size.width, -1, left: size.isLeft)
      return
    }

    var magnitude = value
    var sign: UInt8 = 0
    if op.code == .decimalSigned {
      let number = Int64(
        bitPattern: PrintCompiler.extended(value, bits: Int(op.b) &* 8, isSigned: true))
      magnitude = number.magnitude
      sign =
        number < 0
        ? UInt8(ascii: "-")
        : flags.contains(.plus) ? UInt8(ascii: "+") : flags.contains(.space) ? 0x20 : 0
    } else {
      magnitude = PrintCompiler.extended(value, bits: Int(op.b) &* 8, isSigned: false)
    }
    if op.a == 0, op.c == 0xffff_0000 {
      switch op.code {
      case .decimalSigned:
        if sign != 0 { sink.append(sign) }
        sink.append(decimal: magnitude)
        return
      case .decimalUnsigned:
        sink.append(decimal: magnitude)
        return
      case .hex:
        sink.append(hex: magnitude)
        return
      default: break
      }
    }

    let digits: Int
    switch op.code {
    case .hex: digits = max(1, (64 - magnitude.leadingZeroBitCount + 3) / 4)
    case .octal: digits = max(1, (64 - magnitude.leadingZeroBitCount + 2) / 3)
    default: digits = Digits.decimalCount(magnitude)
    }
    // C11 7.21.6.1: 0 with precision 0 has no digits, and a precision silences the flag 0.
    let shown = magnitude == 0 && size.precision == 0 ? 0 : digits
    var zeros = max(0, size.precision - shown)
    let isAlternate = flags.contains(.alternate)
    let hasPrefix = op.code == .hex && isAlternate && magnitude != 0
    if op.code == .octal, isAlternate, zeros == 0, magnitude != 0 { zeros = 1 }
    var length = shown + zeros + (hasPrefix ? 2 : 0) + (sign != 0 ? 1 : 0)
    if flags.contains(.zero), !size.isLeft, size.precision < 0, length < size.width {
      zeros += size.width - length
      length = size.width
    }
    if !size.isLeft { sink.append(repeating: 0x20, count: size.width - length) }
    if sign != 0 { sink.append(sign) }
    if hasPrefix { sink.append(flags.contains(.upper) ? "0X" : "0x") }
    sink.append(repeating: 0x30, count: zeros)
    if shown > 0 {
      switch op.code {
      case .hex where flags.contains(.upper):
        for place in stride(from: digits - 1, through: 0, by: -1) {
          let nibble = UInt8(truncatingIfNeeded: magnitude >> UInt64(place * 4) & 15)
          sink.append(nibble &+ (nibble < 10 ? 0x30 : 0x37))
        }
      case .hex: sink.append(hex: magnitude)
      case .octal:
        for place in stride(from: digits - 1, through: 0, by: -1) {
          sink.append(UInt8(truncatingIfNeeded: magnitude >> UInt64(place * 3) & 7) &+ 0x30)
        }
      default: sink.append(decimal: magnitude)
      }
    }
    if size.isLeft { sink.append(repeating: 0x20, count: size.width - length) }
  }

  // MARK: Tables

  /// `__print_flags`: the names of set bits, then what is left in hexadecimal.
  static func appendFlags(
    _ op: PrintOp, _ value: UInt64, _ program: PrintProgram, into sink: inout ByteSink
  ) {
    let delimiter = UnsafeRawBufferPointer(start: program.text + Int(op.c), count: Int(op.b))
    var rest = value
    var isFirst = true
    let entries = program.tables + op.low
    for index in 0..<op.high where rest != 0 {
      let entry = entries[index]
      if entry.value == 0 || rest & entry.value != entry.value { continue }
      rest &= ~entry.value
      if !isFirst { sink.append(delimiter) }
      isFirst = false
      sink.append(
        UnsafeRawBufferPointer(start: program.text + Int(entry.text), count: Int(entry.length)))
    }
    rest = PrintCompiler.extended(rest, bits: Int(op.a), isSigned: false)
    if rest != 0 {
      if !isFirst { sink.append(delimiter) }
      sink.append("0x")
      sink.append(hex: rest)
    }
  }

  static func appendSymbolic(
    _ op: PrintOp, _ value: UInt64, _ program: PrintProgram, into sink: inout ByteSink
  ) {
    let entries = program.tables + op.low
    for index in 0..<op.high where entries[index].value == value {
      appendEntry(entries[index], program, into: &sink)
      return
    }
    appendUnnamed(op, value, into: &sink)
  }

  static func appendSorted(
    _ op: PrintOp, _ value: UInt64, _ program: PrintProgram, into sink: inout ByteSink
  ) {
    let entries = program.tables + op.low
    var low = 0
    var high = op.high
    while low < high {
      let middle = (low &+ high) / 2
      if entries[middle].value < value { low = middle &+ 1 } else { high = middle }
    }
    if low < op.high, entries[low].value == value {
      appendEntry(entries[low], program, into: &sink)
    } else {
      appendUnnamed(op, value, into: &sink)
    }
  }

  @inline(__always)
  private static func appendEntry(
    _ entry: PrintTableEntry, _ program: PrintProgram, into sink: inout ByteSink
  ) {
    sink.append(
      UnsafeRawBufferPointer(start: program.text + Int(entry.text), count: Int(entry.length)))
  }

  private static func appendUnnamed(_ op: PrintOp, _ value: UInt64, into sink: inout ByteSink) {
    let number = PrintCompiler.extended(value, bits: Int(op.a), isSigned: false)
    switch PrintCompiler.Missing(rawValue: op.b) {
    case .nothing: break
    case .unknown:
      sink.append("UNKNOWN (")
      sink.append(decimal: number)
      sink.append(UInt8(ascii: ")"))
    default:
      sink.append("0x")
      sink.append(hex: number)
    }
  }
}
