import ByteIO

// Events of the tracers themselves whose text no print format can say.
extension PrintCompiler {
  /// Emits the steps of a handler that is more than another format; false where there is none.
  mutating func handlerSteps(_ format: EventFormat) throws(PrintFormatProblem) -> Bool {
    if try builtInSteps(format) { return true }
    return switch format.system {
    case "ftrace": try ftraceSteps()
    case "kmem": try kmemSteps()
    default: false
    }
  }

  /// Events that only code can print, whatever the choice of handlers: a `bprint` record has its
  /// arguments packed behind it, of which its print format says nothing.
  mutating func builtInSteps(_ format: EventFormat) throws(PrintFormatProblem) -> Bool {
    guard format.system == "ftrace", format.name == "bprint",
      let ip = format.field("ip"), let text = format.field("fmt"),
      let buffer = format.field("buf"), ip.size == longSize, text.size == longSize
    else { return false }
    _ = reach(ip.offset, longSize)
    _ = reach(text.offset, longSize)
    try emit(
      PrintOp(code: .bprint, c: UInt32(text.offset), d: Self.pair(buffer.offset, ip.offset)))
    return true
  }

  private mutating func ftraceSteps() throws(PrintFormatProblem) -> Bool {
    switch format.name {
    case "function":
      guard let ip = format.field("ip"), ip.size == longSize else { return false }
      try symbol(.field("ip"), form: 0)
      return true
    case "kernel_stack":
      guard let caller = format.field("caller") else { return false }
      try emit(PrintOp(code: .stackTrace, c: UInt32(caller.offset)))
      return true
    case "raw_data":
      guard let id = format.field("id"), let buffer = format.field("buf"), id.size == 4 else {
        return false
      }
      try number(.field("id"))
      try emitText(Array("# ".utf8))
      try emit(PrintOp(code: .hex, b: 4, c: 0xffff_0000), stack: -1)
      try emit(PrintOp(code: .rawData, c: UInt32(buffer.offset)))
      return true
    case "func_repeats":
      guard let ip = format.field("ip"), let count = format.field("count"),
        let top = format.field("top_delta_ts"), let bottom = format.field("bottom_delta_ts"),
        count.size == 2, top.size == 2, bottom.size == 4
      else { return false }
      try tracedFunction(ip)
      if options.functionParent, let parent = format.field("parent_ip") {
        try emitText(Array(" <-- ".utf8))
        try tracedFunction(parent)
      }
      try conversions(Array(" (count: %u  last_ts: ".utf8), [.field(count.name)])
      _ = reach(top.offset, 2)
      try emit(
        PrintOp(
          code: .functionRepeats, c: reach(bottom.offset, 4), d: UInt64(top.offset)))
      try emitText([UInt8(ascii: ")")])
      return true
    default: return false
    }
  }

  /// A function's name as the function tracer's own lines have it.
  private mutating func tracedFunction(_ field: Field) throws(PrintFormatProblem) {
    try number(.field(field.name))
    try emit(PrintOp(code: .symbol, b: options.functionOffset ? 1 : 0), stack: -1)
    if options.functionOffset { try emitText([UInt8(ascii: " ")]) }
  }
}

extension PrintInterpreter {
  /// `<stack trace >`, then a line a caller; -1 ends the list early.
  static func appendStack(
    _ op: PrintOp, _ base: UnsafeRawPointer, _ count: Int, _ context: PrintContext,
    into sink: inout ByteSink, _ scratch: inout PrintScratch
  ) {
    let kind = LoadKind(size: context.longSize, isSigned: false, swapped: context.swapped)
    let last: UInt64 = context.longSize == 8 ? .max : 0xffff_ffff
    sink.append("<stack trace >\n")
    var at = Int(op.c)
    while at + context.longSize <= count {
      let address = kind.load(base, at)
      if address == last { break }
      at += context.longSize
      scratch.stackLines.append(address, context, to: &sink)
    }
  }

  /// The bytes from `c` to the record's end, each after a blank.
  static func appendRawData(
    _ op: PrintOp, _ base: UnsafeRawPointer, _ count: Int, into sink: inout ByteSink
  ) {
    var at = Int(op.c)
    while at < count {
      sink.append(0x20)
      appendHexByte(base.load(fromByteOffset: at, as: UInt8.self), into: &sink)
      at += 1
    }
  }

  /// The time of the last of several equal calls: the record's less what the record says.
  static func appendFunctionRepeats(
    _ op: PrintOp, _ base: UnsafeRawPointer, _ context: PrintContext, into sink: inout ByteSink,
    _ scratch: inout PrintScratch
  ) {
    let half = LoadKind(size: 2, isSigned: false, swapped: context.swapped)
    let word = LoadKind(size: 4, isSigned: false, swapped: context.swapped)
    let delta = half.load(base, op.low) << 32 | word.load(base, Int(op.c))
    let time = scratch.time &- delta
    switch scratch.timeDigits {
    case .microseconds:
      let microseconds = time / 1000 &+ (time % 1000 >= 500 ? 1 : 0)
      sink.append(decimal: microseconds / 1_000_000, width: 5)
      sink.append(UInt8(ascii: "."))
      sink.append(decimal: microseconds % 1_000_000, width: 6, fill: 0x30)
    case .nanoseconds:
      sink.append(decimal: time / 1_000_000_000, width: 5)
      sink.append(UInt8(ascii: "."))
      sink.append(decimal: time % 1_000_000_000, width: 9, fill: 0x30)
    case .none:
      sink.append(decimal: time, width: 12)
    }
  }

  /// `(name+0xoffset) `
  static func appendCallSite(
    _ address: UInt64, _ context: PrintContext, into sink: inout ByteSink,
    _ scratch: inout PrintScratch
  ) {
    let found = scratch.symbol(address, in: context.symbols)
    if found.name.isEmpty { return }
    sink.append(UInt8(ascii: "("))
    sink.append(found.name)
    sink.append("+0x")
    sink.append(hex: found.offset)
    sink.append(") ")
  }
}
