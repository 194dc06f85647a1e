// The format string: text, and conversions with their arguments.
extension PrintCompiler {
  /// Emits the whole format. A conversion without an argument prints nothing.
  mutating func conversions(
    _ format: [UInt8], _ arguments: [Expression]
  ) throws(PrintFormatProblem) {
    var rest = arguments[...]
    try conversions(format) { (compiler, spec) throws(PrintFormatProblem) in
      if spec.flags.contains(.widthOnStack), let width = rest.popFirst() {
        try compiler.number(width)
      } else if spec.flags.contains(.widthOnStack) {
        try compiler.emitConstant(0)
      }
      if spec.flags.contains(.precisionOnStack), let precision = rest.popFirst() {
        try compiler.number(precision)
      } else if spec.flags.contains(.precisionOnStack) {
        try compiler.emitConstant(0)
      }
      guard let argument = rest.popFirst() else {
        try compiler.dropSizes(spec)
        return
      }
      try compiler.conversion(spec, argument)
    }
  }

  /// Cuts a format into text and conversions; `body` emits the latter.
  mutating func conversions(
    _ format: [UInt8],
    _ body: (inout PrintCompiler, ConversionSpec) throws(PrintFormatProblem) -> Void
  ) throws(PrintFormatProblem) {
    var at = 0
    var start = 0
    while at < format.count {
      guard format[at] == UInt8(ascii: "%") else {
        at += 1
        continue
      }
      try emitText(Array(format[start..<at]))
      if at + 1 < format.count, format[at + 1] == UInt8(ascii: "%") {
        try emitText([UInt8(ascii: "%")])
        at += 2
      } else if let spec = ConversionSpec(format, at: &at) {
        switch spec.letter {
        case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "x"),
          UInt8(ascii: "X"), UInt8(ascii: "o"), UInt8(ascii: "c"), UInt8(ascii: "s"),
          UInt8(ascii: "p"):
          try body(&self, spec)
        default: try emitText(Array(spec.source))
        }
      }
      start = at
    }
    if start < format.count { try emitText(Array(format[start...])) }
  }

  mutating func dropSizes(_ spec: ConversionSpec) throws(PrintFormatProblem) {
    if spec.flags.contains(.widthOnStack) { try emit(PrintOp(code: .drop), stack: -1) }
    if spec.flags.contains(.precisionOnStack) { try emit(PrintOp(code: .drop), stack: -1) }
  }

  private func popped(_ spec: ConversionSpec) -> Int {
    (spec.flags.contains(.widthOnStack) ? 1 : 0) + (spec.flags.contains(.precisionOnStack) ? 1 : 0)
  }

  mutating func conversion(
    _ spec: ConversionSpec, _ argument: Expression
  ) throws(PrintFormatProblem) {
    switch spec.letter {
    case UInt8(ascii: "s"):
      try padded(spec) { (compiler) throws(PrintFormatProblem) in try compiler.textOf(argument) }
    case UInt8(ascii: "p"): try pointer(spec, argument)
    default:
      if try fieldNumber(spec, argument) { return }
      try number(argument)
      try numberConversion(spec)
    }
  }

  /// Prints the number on the stack.
  mutating func numberConversion(_ spec: ConversionSpec) throws(PrintFormatProblem) {
    var op = PrintOp(code: .decimalSigned, a: spec.flags.rawValue, c: spec.packed)
    op.b = UInt16(spec.size == 0 ? longSize : spec.size)
    switch spec.letter {
    case UInt8(ascii: "u"): op.code = .decimalUnsigned
    case UInt8(ascii: "x"): op.code = .hex
    case UInt8(ascii: "X"):
      op.code = .hex
      op.a |= ConversionFlags.upper.rawValue
    case UInt8(ascii: "o"): op.code = .octal
    case UInt8(ascii: "c"): op.code = .character
    default: break
    }
    try emit(op, stack: -1 - popped(spec))
  }

  /// Emits what `body` makes, padded and cut as a `%s` says.
  mutating func padded(
    _ spec: ConversionSpec, _ body: (inout PrintCompiler) throws(PrintFormatProblem) -> Void
  ) throws(PrintFormatProblem) {
    if spec.isPlain {
      try body(&self)
      return
    }
    try emit(PrintOp(code: .textStart))
    try body(&self)
    try emit(
      PrintOp(code: .textEnd, a: spec.flags.rawValue, c: spec.packed), stack: -popped(spec))
  }

  /// The common case in one step: a plain conversion of a whole field.
  private mutating func fieldNumber(
    _ spec: ConversionSpec, _ argument: Expression
  ) throws(PrintFormatProblem) -> Bool {
    var argument = argument
    // `(unsigned long long)REC->a` prints as the field does unless the cast changes the number.
    while case .cast(let target, let inner) = argument, case .field(let name) = inner,
      let field = format.field(name), target.size ?? 0 >= 8,
      field.size == 8 || !field.isSigned
    {
      argument = inner
    }
    // `%08lx`: every argument of every system call is shown so.
    let hasZeros =
      spec.letter == UInt8(ascii: "x") && spec.flags == .zero && 1...16 ~= spec.width
      && spec.precision < 0
    guard spec.isPlain || hasZeros, case .field(let name) = argument,
      let field = format.field(name), field.kind == .integer || field.kind == .pointer,
      spec.size != 1, spec.size != 2
    else { return false }
    let is64 = (spec.size == 0 ? longSize : spec.size) == 8
    let code: PrintCode
    switch spec.letter {
    case UInt8(ascii: "d"), UInt8(ascii: "i"): code = is64 ? .fieldDecimal64 : .fieldDecimal32
    case UInt8(ascii: "u"): code = is64 ? .fieldUnsigned64 : .fieldUnsigned32
    case UInt8(ascii: "x"): code = is64 ? .fieldHex64 : .fieldHex32
    default: return false
    }
    var op = PrintOp(
      code: code, a: loadKind(field).rawValue, c: reach(field.offset, field.size))
    if hasZeros {
      op.code = .fieldHexZeros
      op.b = UInt16(spec.width) | (is64 ? 8 << 8 : 4 << 8)
    }
    try emit(op)
    return true
  }

  // MARK: %p

  private mutating func pointer(
    _ spec: ConversionSpec, _ argument: Expression
  ) throws(PrintFormatProblem) {
    let first = spec.suffix.first ?? 0
    switch first {
    case UInt8(ascii: "h"):
      // The width is a count of bytes (at most 64), not a width.
      if !spec.flags.contains(.widthOnStack) {
        try emitConstant(UInt64(spec.width))
      }
      if try region(argument) == nil { try emitConstant(0) }
      let separator: UInt8 =
        switch spec.suffix.count > 1 ? spec.suffix[1] : 0 {
        case UInt8(ascii: "C"): UInt8(ascii: ":")
        case UInt8(ascii: "D"): UInt8(ascii: "-")
        case UInt8(ascii: "N"): 0
        default: UInt8(ascii: " ")
        }
      try emit(PrintOp(code: .hexBytes, a: 2, b: UInt16(separator)), stack: -2)
    case UInt8(ascii: "S"), UInt8(ascii: "F"), UInt8(ascii: "B"), UInt8(ascii: "s"),
      UInt8(ascii: "f") where spec.suffix.count == 1:
      let form: UInt16 = first == UInt8(ascii: "s") || first == UInt8(ascii: "f") ? 0 : 1
      try padded(spec) { (compiler) throws(PrintFormatProblem) in
        try compiler.symbol(argument, form: form)
      }
    case UInt8(ascii: "M"), UInt8(ascii: "m"), UInt8(ascii: "I"), UInt8(ascii: "i"),
      UInt8(ascii: "U"):
      try padded(spec) { (compiler) throws(PrintFormatProblem) in
        try compiler.address(spec.suffix, argument)
      }
    case UInt8(ascii: "a"):
      // %pa prints what the pointer points to.
      if try region(argument) != nil {
        try emitConstant(0)
        let kind = LoadKind(size: longSize, isSigned: false, swapped: swapped)
        try emit(PrintOp(code: .element, a: kind.rawValue, b: UInt16(longSize)), stack: -1)
      } else {
        try number(argument)
      }
      try emit(
        PrintOp(code: .pointer, a: spec.flags.rawValue, c: spec.packed), stack: -1 - popped(spec))
    default:
      try number(argument)
      try emit(
        PrintOp(code: .pointer, a: spec.flags.rawValue, c: spec.packed), stack: -1 - popped(spec))
    }
  }

  /// Prints the symbol at the address that the argument gives.
  mutating func symbol(_ argument: Expression, form: UInt16) throws(PrintFormatProblem) {
    var bare = argument
    while case .cast(let target, let inner) = bare, target.pointers > 0 || target.size == longSize {
      bare = inner
    }
    if case .field(let name) = bare, let field = format.field(name), field.size == longSize,
      field.kind == .integer || field.kind == .pointer
    {
      try emit(
        PrintOp(
          code: .fieldSymbol, a: loadKind(field).rawValue, b: form,
          c: reach(field.offset, field.size)))
      return
    }
    try number(argument)
    try emit(PrintOp(code: .symbol, b: form), stack: -1)
  }

  /// MAC, IP and socket addresses and UUIDs. `b` of the step tells the form.
  private mutating func address(
    _ suffix: [UInt8], _ argument: Expression
  ) throws(PrintFormatProblem) {
    if try region(argument) == nil {
      // An integer field of the record can be an address too: `%pI4` of a `__be32`.
      if case .field(let name) = argument, let field = format.field(name), field.size > 0 {
        try emitConstant(Self.pair(Int(reach(field.offset, field.size)), field.size))
      } else {
        try emitConstant(0)
      }
    }
    func has(_ letter: StaticString) -> Bool { suffix.contains(letter.utf8Start.pointee) }
    switch suffix.first {
    case UInt8(ascii: "M"), UInt8(ascii: "m"):
      let form: UInt16 = suffix.first == UInt8(ascii: "m") ? 3 : has("F") ? 1 : has("R") ? 2 : 0
      let reversed: UInt16 = suffix.first == UInt8(ascii: "m") && has("R") ? 4 : 0
      try emit(PrintOp(code: .mac, b: form | reversed), stack: -1)
    case UInt8(ascii: "U"):
      let isUpper = has("B") || has("L")
      let isLittle = has("l") || has("L")
      try emit(PrintOp(code: .uuid, b: (isUpper ? 1 : 0) | (isLittle ? 2 : 0)), stack: -1)
    default:
      let isBare = suffix.first == UInt8(ascii: "i")
      let kind = suffix.count > 1 ? suffix[1] : 0
      if kind == UInt8(ascii: "4") {
        let isReversed = has("l") || has("h") && !swapped
        try emit(PrintOp(code: .ip4, b: (isBare ? 1 : 0) | (isReversed ? 2 : 0)), stack: -1)
      } else if kind == UInt8(ascii: "6") {
        try emit(PrintOp(code: .ip6, b: (isBare ? 1 : 0) | (has("c") ? 2 : 0)), stack: -1)
      } else {
        let options: UInt16 =
          (isBare ? 1 : 0) | (has("c") ? 2 : 0) | (has("p") ? 4 : 0) | (has("f") ? 8 : 0)
          | (suffix.dropFirst(3).contains(UInt8(ascii: "s")) ? 16 : 0)
        try emit(PrintOp(code: .socketAddressText, b: options), stack: -1)
      }
    }
  }
}
