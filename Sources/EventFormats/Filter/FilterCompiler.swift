import ByteIO

/// Turns a filter's tests into steps, for the records of one event.
///
/// Numbers have 64 bits: a field keeps its value, and only unsigned fields of 64 bits are unsigned.
struct FilterCompiler {
  /// The deepest stack of numbers that a filter may need.
  static let deepestStack = 32
  /// The most steps for all events together.
  static let mostOps = 1 << 22

  let format: EventFormat
  let events: EventCatalog
  let assets: FilterAssets
  /// The number of the first step, which jumps count from.
  let firstStep: Int

  var ops: [FilterOp] = []
  /// Bytes that a record must have for every load to lie within.
  private(set) var recordSize = 0
  private(set) var needsTaskName = false
  private var stack = 0

  init(
    format: EventFormat, events: EventCatalog, assets: FilterAssets, firstStep: Int = 0
  ) {
    self.format = format
    self.events = events
    self.assets = assets
    self.firstStep = firstStep
  }

  var swapped: Bool { events.byteOrder != .host }

  // MARK: Emitting

  mutating func emit(_ op: FilterOp) { ops.append(op) }

  /// Adds a step that leaves one number more on the stack.
  mutating func push(_ op: FilterOp, _ place: Range<Int>) throws(FilterProblem) {
    stack += 1
    guard stack <= Self.deepestStack else {
      throw FilterProblem("this needs too many numbers at once", at: place)
    }
    ops.append(op)
  }

  /// Adds a step that leaves fewer numbers on the stack.
  mutating func pop(_ count: Int, _ op: FilterOp) {
    stack -= count
    ops.append(op)
  }

  mutating func reach(_ offset: Int, _ size: Int) -> UInt32 {
    recordSize = max(recordSize, offset + size)
    return UInt32(truncatingIfNeeded: offset)
  }

  mutating func takeTaskName() { needsTaskName = true }

  static func pair(_ range: Range<Int>) -> UInt64 {
    UInt64(truncatingIfNeeded: range.lowerBound) & 0xffff_ffff
      | UInt64(truncatingIfNeeded: range.count) << 32
  }

  // MARK: Conditions

  /// Emits steps that set the answer.
  mutating func condition(_ expression: FilterExpression) throws(FilterProblem) {
    switch expression.kind {
    case .not(let operand):
      try condition(operand)
      emit(FilterOp(code: .invert))
    case .all(let parts): try row(parts, .jumpIfNo, Self.emitCondition)
    case .any(let parts): try row(parts, .jumpIfYes, Self.emitCondition)
    case .match(let left, let right, let isNegated):
      try match(left, right, isNegated: isNegated)
    case .binary(let operation, let left, let right) where operation.isComparison:
      try compare(operation, left, right, expression.place)
    case .binary(.and, let left, let right):
      if let (field, mask) = fieldAndConstant(left, right) ?? fieldAndConstant(right, left) {
        emit(field.op(.fieldBits, mask.bits, isNegated: false, &self))
      } else {
        try truth(expression)
      }
    case .name(let name) where try textSource(expression) != nil:
      throw FilterProblem(
        "'\(name)' is a text, and neither true nor false", at: expression.place,
        hint: "compare it: \(name) == \"…\", or \(name) =~ \"…\" for a part of it")
    default: try truth(expression)
    }
  }

  private static func emitCondition(
    _ compiler: inout FilterCompiler, _ part: FilterExpression
  ) throws(FilterProblem) {
    try compiler.condition(part)
  }

  /// Conditions one after the other, until one decides.
  mutating func row<Part>(
    _ parts: [Part], _ jump: FilterCode,
    _ body: (inout FilterCompiler, Part) throws(FilterProblem) -> Void
  ) throws(FilterProblem) {
    var jumps: [Int] = []
    for (number, part) in parts.enumerated() {
      try body(&self, part)
      if number < parts.count - 1 {
        jumps.append(ops.count)
        emit(FilterOp(code: jump))
      }
    }
    let end = UInt32(truncatingIfNeeded: firstStep + ops.count)
    for place in jumps { ops[place].c = end }
  }

  private mutating func truth(_ expression: FilterExpression) throws(FilterProblem) {
    _ = try number(expression)
    pop(1, FilterOp(code: .truth))
  }
}
