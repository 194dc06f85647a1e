/// Turns a print format into a program.
struct PrintCompiler {
  /// The deepest stack of numbers a program may need.
  static let deepestStack = 48
  /// The most steps a program may have; real ones stay under 500.
  static let mostOps = 1 << 16

  let format: EventFormat
  let longSize: Int
  let swapped: Bool
  let generation: TextGeneration
  let options: HandlerOptions
  /// The address of a kernel symbol, where the recording has symbols.
  let symbolAddress: (String) -> UInt64?

  var ops: [PrintOp] = []
  var text: [UInt8] = []
  var tables: [PrintTableEntry] = []
  var recordSize = 0
  var stack = 0
  var variables: [(name: String, value: Expression)] = []

  init(
    format: EventFormat, longSize: Int, swapped: Bool, generation: TextGeneration = .version3_1,
    options: HandlerOptions = HandlerOptions(),
    symbolAddress: @escaping (String) -> UInt64? = { _ in nil }
  ) {
    self.format = format
    self.longSize = longSize
    self.swapped = swapped
    self.generation = generation
    self.options = options
    self.symbolAddress = symbolAddress
  }

  /// Emits the steps of `format`'s print format, or of another in its place.
  mutating func compile(_ replacement: String? = nil) throws(PrintFormatProblem) {
    let parsed = try PrintParser.parse(replacement ?? format.printFormat, longSize: longSize)
    try conversions(parsed.format, parsed.arguments)
  }

  /// The steps emitted so far as a program, which its owner deallocates.
  func program(isFallback: Bool = false) -> PrintProgram {
    PrintProgram(
      ops: ops, text: text, tables: tables, recordSize: recordSize, isFallback: isFallback)
  }

  // MARK: Emitting

  /// Adds a step that changes the stack's height by `change`.
  @discardableResult
  mutating func emit(_ op: PrintOp, stack change: Int = 0) throws(PrintFormatProblem) -> Int {
    guard ops.count < Self.mostOps else { throw PrintFormatProblem("it is too long", at: 0) }
    stack += change
    guard stack <= Self.deepestStack else {
      throw PrintFormatProblem("an expression needs too many operands at once", at: 0)
    }
    if op.code != .text, op.code.rawValue < PrintCode.constant.rawValue, let last = ops.last,
      last.code == .text, !isJumpTarget(ops.count)
    {
      ops[ops.count - 1] = op
      ops[ops.count - 1].d = last.d
    } else {
      ops.append(op)
    }
    return ops.count - 1
  }

  mutating func emitText(_ bytes: [UInt8]) throws(PrintFormatProblem) {
    guard !bytes.isEmpty else { return }
    if let last = ops.last, last.code == .text, last.low + last.high == text.count,
      !isJumpTarget(ops.count)
    {
      ops[ops.count - 1].d = Self.pair(last.low, last.high + bytes.count)
    } else {
      try emit(PrintOp(code: .text, d: Self.pair(text.count, bytes.count)))
    }
    text += bytes
  }

  private func isJumpTarget(_ step: Int) -> Bool {
    ops.contains { ($0.code == .jump || $0.code == .jumpIfZero) && Int($0.c) == step }
  }

  mutating func emitConstant(_ value: UInt64) throws(PrintFormatProblem) {
    try emit(PrintOp(code: .constant, d: value), stack: 1)
  }

  /// Puts text into the program's text and returns where.
  mutating func intern(_ bytes: [UInt8]) -> UInt32 {
    defer { text += bytes }
    return UInt32(truncatingIfNeeded: text.count)
  }

  static func pair(_ low: Int, _ high: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: low) & 0xffff_ffff | UInt64(truncatingIfNeeded: high) << 32
  }

  /// Notes that the record must reach to `end`, and returns `offset` as a step holds it.
  mutating func reach(_ offset: Int, _ size: Int) -> UInt32 {
    recordSize = max(recordSize, offset + size)
    return UInt32(truncatingIfNeeded: offset)
  }

  func loadKind(_ field: Field) -> LoadKind {
    LoadKind(size: field.size, isSigned: field.isSigned, swapped: swapped)
  }

  // MARK: Control flow

  /// `condition ? first : second`, each emitting what `body` makes of it.
  mutating func branch(
    _ condition: Expression, _ first: Expression, _ second: Expression,
    _ body: (inout PrintCompiler, Expression) throws(PrintFormatProblem) -> Void
  ) throws(PrintFormatProblem) {
    try number(condition)
    let toSecond = try emit(PrintOp(code: .jumpIfZero), stack: -1)
    let height = stack
    try body(&self, first)
    let toEnd = try emit(PrintOp(code: .jump))
    ops[toSecond].c = UInt32(ops.count)
    stack = height
    try body(&self, second)
    ops[toEnd].c = UInt32(ops.count)
  }
}
