// Expressions as text, for `%s`.
extension PrintCompiler {
  /// Emits steps that append the expression's text.
  mutating func textOf(_ expression: Expression) throws(PrintFormatProblem) {
    switch expression {
    case .string(let bytes): try emitText(bytes)
    case .field(let name):
      guard let field = format.field(name) else {
        throw PrintFormatProblem("REC->\(name) is no field of this event", at: 0)
      }
      try textOf(field)
    case .conditional(let condition, let first, let second):
      if let (value, _) = constant(condition) {
        try textOf(value != 0 ? first : second)
      } else {
        try branch(condition, first, second) { (compiler, side) throws(PrintFormatProblem) in
          try compiler.textOf(side)
        }
      }
    case .cast(_, let operand): try textOf(operand)
    case .call(let name, let arguments): try textOfCall(name, arguments)
    case .block(let locals, let value):
      let outer = variables.count
      variables += locals
      defer { variables.removeSubrange(outer...) }
      try textOf(value)
    case .list, .opaque, .member: break
    case .name(let name):
      if let variable = variables.last(where: { $0.name == name }) {
        try textOf(variable.value)
      }
    case .number(0, _): break
    default:
      if try region(expression) != nil {
        try emit(PrintOp(code: .regionText), stack: -1)
      } else {
        try number(expression)
        try emit(PrintOp(code: .addressText), stack: -1)
      }
    }
  }

  mutating func textOf(_ field: Field) throws(PrintFormatProblem) {
    switch field.kind {
    case .pointer:
      try number(.field(field.name))
      try emit(PrintOp(code: .addressText), stack: -1)
    case .dynamic, .relative:
      try emit(
        PrintOp(
          code: .dynamicText, a: field.kind == .relative ? 1 : 0, b: UInt16(field.size),
          c: reach(field.offset, field.size)))
    default:
      if field.kind == .integer, field.isLong, field.size == longSize {
        try number(.field(field.name))
        try emit(PrintOp(code: .addressText), stack: -1)
      } else if field.size == 0 || field.size > 0xffff {
        try emit(PrintOp(code: .restText, c: reach(field.offset, 0)))
      } else {
        try emit(
          PrintOp(
            code: .fieldText, b: UInt16(field.size), c: reach(field.offset, field.size)))
      }
    }
  }

  private mutating func textOfCall(
    _ name: String, _ arguments: [Expression]
  ) throws(PrintFormatProblem) {
    func argument(_ index: Int) -> Expression {
      index < arguments.count ? arguments[index] : .number(0, .int)
    }
    switch name {
    case "__get_str", "__get_rel_str", "__get_dynamic_array", "__get_rel_dynamic_array":
      guard let field = fieldNamed(by: arguments) else {
        throw PrintFormatProblem("\(name) names no field of this event", at: 0)
      }
      try textOf(field)
    case "__print_flags", "__print_flags_u64":
      guard case .string(let delimiter) = argument(1) else { fallthrough }
      try lookUp(argument(0), Array(arguments.dropFirst(2)), delimiter: delimiter)
    case "__print_flags_without_delimiter":
      try lookUp(argument(0), Array(arguments.dropFirst(2)), delimiter: [])
    case "__print_symbolic", "__print_symbolic_u64", "__print_symbolic_str":
      try lookUp(argument(0), Array(arguments.dropFirst()), delimiter: nil)
    case "__symbolic_or_unknown":
      try lookUp(argument(0), Array(arguments.dropFirst()), delimiter: nil, missing: .unknown)
    case "__symbolic_or_nothing":
      try lookUp(argument(0), Array(arguments.dropFirst()), delimiter: nil, missing: .nothing)
    case "__sprintf":
      guard case .string(let format) = argument(0) else { break }
      try conversions(format, Array(arguments.dropFirst()))
    case "__print_hex", "__print_hex_str":
      try regionOrEmpty(argument(0))
      try number(argument(1))
      try emit(PrintOp(code: .hexBytes, a: name == "__print_hex" ? 1 : 0), stack: -2)
    case "__print_array":
      try regionOrEmpty(argument(0))
      try number(argument(1))
      try emitArray(
        size: constant(argument(2)).map { Int(clamping: $0.0) } ?? 1,
        isKernelForm: generation.hasKernelArrays)
    case "__print_dynamic_array":
      try regionOrEmpty(.call("__get_dynamic_array", [argument(0)]))
      let size = max(1, constant(argument(1)).map { Int(clamping: $0.0) } ?? 1)
      try regionOrEmpty(.call("__get_dynamic_array", [argument(0)]))
      try emit(PrintOp(code: .regionLength, c: UInt32(clamping: size)))
      try emitArray(size: size, isKernelForm: true)
    case "__print_hex_dump": try hexDump(arguments)
    case "__get_bitmask", "__get_rel_bitmask":
      try regionOrEmpty(.call(name, arguments))
      try emit(PrintOp(code: .bitmask, a: swapped ? 1 : 0, b: UInt16(longSize)), stack: -1)
    case "__get_cpumask", "__get_rel_cpumask":
      try regionOrEmpty(.call(name, arguments))
      try emit(PrintOp(code: .cpuList, a: swapped ? 1 : 0, b: UInt16(longSize)), stack: -1)
    case "__get_sockaddr", "__get_rel_sockaddr", "__get_sockaddr_rel":
      try regionOrEmpty(.call(name, arguments))
      try emit(PrintOp(code: .socketAddress), stack: -1)
    case "__get_buf", "trace_seq_buffer_ptr": break
    case "scsi_trace_parse_cdb":
      try regionOrEmpty(argument(1))
      try number(argument(2))
      try emit(PrintOp(code: .scsiCommand), stack: -2)
    case "__symbol_slash":
      try number(argument(0))
      try emit(PrintOp(code: .symbol, b: 2), stack: -1)
    case "xen_hypercall_name": try hypercallName(argument(0))
    case "jbd2_dev_to_name":
      // `major:minor`, as libtraceevent's jbd2 plugin prints a dev_t (20 bits of it are the minor).
      try number(argument(0))
      try emitConstant(20)
      try emit(PrintOp(code: .shiftRightUnsigned), stack: -1)
      try emit(PrintOp(code: .decimalUnsigned, b: 8, c: 0xffff_0000), stack: -1)
      try emitText(Array(":".utf8))
      try number(argument(0))
      try emitConstant(0xfffff)
      try emit(PrintOp(code: .and), stack: -1)
      try emit(PrintOp(code: .decimalUnsigned, b: 8, c: 0xffff_0000), stack: -1)
    default:
      if try kernelFunction(name, arguments) { return }
      // A function inside the kernel: its last argument as a number says at least what it was given.
      try number(.call(name, arguments))
      try emit(
        PrintOp(
          code: .hex, a: ConversionFlags.alternate.rawValue, b: 8, c: 0xffff_0000), stack: -1)
    }
  }

  private mutating func regionOrEmpty(_ expression: Expression) throws(PrintFormatProblem) {
    if try region(expression) == nil { try emitConstant(0) }
  }

  /// The count is on the stack; `size` bytes an element.
  private mutating func emitArray(size: Int, isKernelForm: Bool) throws(PrintFormatProblem) {
    let size = [1, 2, 4, 8].contains(size) ? size : 1
    let kind = LoadKind(size: size, isSigned: false, swapped: swapped)
    try emit(
      PrintOp(code: .array, a: kind.rawValue, b: UInt16(size), c: isKernelForm ? 1 : 0), stack: -2)
  }

  /// `__print_hex_dump(prefix, prefix_type, rowsize, groupsize, buf, len, ascii)`
  private mutating func hexDump(_ arguments: [Expression]) throws(PrintFormatProblem) {
    guard arguments.count >= 7 else { return }
    var prefix: [UInt8] = []
    if case .string(let bytes) = arguments[0] { prefix = bytes }
    let type: Int =
      switch arguments[1] {
      case .name("DUMP_PREFIX_OFFSET"): 2
      case .name("DUMP_PREFIX_ADDRESS"): 1
      default: constant(arguments[1]).map { Int(clamping: $0.0) } ?? 0
      }
    let rows = constant(arguments[2]).map { Int(clamping: $0.0) } ?? 16
    let group = constant(arguments[3]).map { Int(clamping: $0.0) } ?? 1
    let ascii = constant(arguments[6]).map { $0.0 != 0 } ?? true
    try regionOrEmpty(arguments[4])
    try number(arguments[5])
    let at = intern(prefix)
    try emit(
      PrintOp(
        code: .hexDump, a: UInt8(clamping: type & 3 | (ascii ? 4 : 0)),
        b: UInt16(rows == 32 ? 32 : 16) << 8 | UInt16([2, 4, 8].contains(group) ? group : 1),
        c: at, d: UInt64(prefix.count)), stack: -2)
  }

  // MARK: Tables

  /// What a table prints for a value that it does not have.
  enum Missing: UInt16 { case number, unknown, nothing }

  /// `__print_symbolic` (no delimiter) and `__print_flags`.
  mutating func lookUp(
    _ value: Expression, _ lists: [Expression], delimiter: [UInt8]?, missing: Missing = .number
  ) throws(PrintFormatProblem) {
    var entries: [PrintTableEntry] = []
    for case .list(let pair) in lists where pair.count == 2 {
      guard case .string(let name) = Self.bare(pair[1]) else { continue }
      let key: UInt64
      if let (number, _) = constant(pair[0]) {
        key = number
      } else if case .name(let symbol) = pair[0] {
        // An enumerator whose number the kernel did not write out; -1 is what libtraceevent takes.
        key = Self.enumerators[symbol] ?? UInt64.max
      } else {
        key = UInt64.max
      }
      entries.append(
        PrintTableEntry(value: key, text: intern(name), length: UInt32(name.count)))
    }
    let type = try number(value)
    var bits = type.is64 ? 64 : 32
    if case .field(let name) = value, let field = format.field(name), field.size < 4 {
      bits = field.size * 8
    }
    var code: PrintCode = delimiter == nil ? .symbolic : .flags
    if delimiter == nil, entries.count > 6 {
      // The first entry of a value wins, as in the kernel's own search from the front.
      var order = Array(entries.indices)
      order.sort { (entries[$0].value, $0) < (entries[$1].value, $1) }
      entries = order.map { entries[$0] }
      code = .symbolicSorted
    }
    let start = tables.count
    tables += entries
    let at = intern(delimiter ?? [])
    try emit(
      PrintOp(
        code: code, a: UInt8(bits),
        b: delimiter.map { UInt16(clamping: $0.count) } ?? missing.rawValue, c: at,
        d: Self.pair(start, entries.count)), stack: -1)
  }

  /// The expression without casts around it.
  private static func bare(_ expression: Expression) -> Expression {
    var expression = expression
    while case .cast(_, let inner) = expression { expression = inner }
    return expression
  }

  /// Enumerators that kernels before 4.x left in their formats (include/linux/interrupt.h,
  /// include/linux/hrtimer.h).
  static let enumerators: [String: UInt64] = [
    "HI_SOFTIRQ": 0, "TIMER_SOFTIRQ": 1, "NET_TX_SOFTIRQ": 2, "NET_RX_SOFTIRQ": 3,
    "BLOCK_SOFTIRQ": 4, "IRQ_POLL_SOFTIRQ": 5, "TASKLET_SOFTIRQ": 6, "SCHED_SOFTIRQ": 7,
    "HRTIMER_SOFTIRQ": 8, "RCU_SOFTIRQ": 9, "HRTIMER_NORESTART": 0, "HRTIMER_RESTART": 1,
  ]
}
