import ByteIO

/// What a record does not say about itself.
package struct FilterSurroundings {
  /// The CPU that the record is from.
  package var cpu: Int
  /// The record's time as the report shows it, in ns, or in the clock's own units.
  package var time: UInt64
  /// The name of the task of `common_pid`, without a NUL; looked at only where the event's verdict
  /// says `needsTaskName`.
  package var taskName: UnsafeRawBufferPointer

  package init(
    cpu: Int, time: UInt64,
    taskName: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
  ) {
    self.cpu = cpu
    self.time = time
    self.taskName = taskName
  }
}

/// Runs filters.
enum FilterInterpreter {
  /// The answer for one record, which has the bytes that the event's steps load. The stack's and
  /// the jumps' soundness is the compiler's part.
  static func run(
    _ program: FilterProgram, from start: Int, _ record: UnsafeRawBufferPointer, swapped: Bool,
    _ surroundings: FilterSurroundings
  ) -> Bool {
    guard let base = record.baseAddress else { return false }
    return withUnsafeTemporaryAllocation(
      of: UInt64.self, capacity: FilterCompiler.deepestStack + 1
    ) { stack in
      guard let bottom = stack.baseAddress else { return false }
      return run(program, start, base, record.count, swapped, surroundings, bottom)
    }
  }

  @inline(__always)
  private static func run(
    _ program: FilterProgram, _ start: Int, _ base: UnsafeRawPointer, _ count: Int,
    _ swapped: Bool, _ surroundings: FilterSurroundings,
    _ stack: UnsafeMutablePointer<UInt64>
  ) -> Bool {
    let nothing = UnsafeRawBufferPointer(start: base, count: 0)
    var sp = stack
    var answer = false
    var text = nothing
    var kept = nothing
    var pc = program.ops + start

    while true {
      let op = pc.pointee
      pc += 1
      switch op.code {
      case .yes: answer = true
      case .invert: answer = !answer
      case .jumpIfNo: if !answer { pc = program.ops + Int(op.c) }
      case .jumpIfYes: if answer { pc = program.ops + Int(op.c) }

      case .fieldEqual: answer = (load(op, base) == op.d) != (op.b != 0)
      case .fieldLessSigned: answer = (signed(load(op, base)) < signed(op.d)) != (op.b != 0)
      case .fieldLessUnsigned: answer = (load(op, base) < op.d) != (op.b != 0)
      case .fieldLessOrEqualSigned:
        answer = (signed(load(op, base)) <= signed(op.d)) != (op.b != 0)
      case .fieldLessOrEqualUnsigned: answer = (load(op, base) <= op.d) != (op.b != 0)
      case .fieldBits: answer = (load(op, base) & op.d != 0) != (op.b != 0)

      case .constant:
        sp.pointee = op.d
        sp += 1
      case .load:
        sp.pointee = load(op, base)
        sp += 1
      case .cpu:
        sp.pointee = UInt64(bitPattern: Int64(surroundings.cpu))
        sp += 1
      case .time:
        sp.pointee = surroundings.time
        sp += 1
      case .answer:
        sp.pointee = answer ? 1 : 0
        sp += 1
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
        sp[-1] = sp[0] > 63 ? 0 : sp[-1] &<< sp[0]
      case .shiftRightSigned:
        sp -= 1
        sp[-1] = UInt64(bitPattern: signed(sp[-1]) &>> signed(min(sp[0], 63)))
      case .shiftRightUnsigned:
        sp -= 1
        sp[-1] = sp[0] > 63 ? 0 : sp[-1] &>> sp[0]
      case .and:
        sp -= 1
        sp[-1] &= sp[0]
      case .or:
        sp -= 1
        sp[-1] |= sp[0]
      case .xor:
        sp -= 1
        sp[-1] ^= sp[0]
      case .negate: sp[-1] = 0 &- sp[-1]
      case .complement: sp[-1] = ~sp[-1]

      case .equal:
        sp -= 2
        answer = (sp[0] == sp[1]) != (op.b != 0)
      case .lessSigned:
        sp -= 2
        answer = (signed(sp[0]) < signed(sp[1])) != (op.b != 0)
      case .lessUnsigned:
        sp -= 2
        answer = (sp[0] < sp[1]) != (op.b != 0)
      case .lessOrEqualSigned:
        sp -= 2
        answer = (signed(sp[0]) <= signed(sp[1])) != (op.b != 0)
      case .lessOrEqualUnsigned:
        sp -= 2
        answer = (sp[0] <= sp[1]) != (op.b != 0)
      case .truth:
        sp -= 1
        answer = (sp[0] != 0) != (op.b != 0)
      case .inRanges:
        sp -= 1
        answer = isInRanges(op, sp[0], program) != (op.b != 0)

      case .textField:
        text = upToNUL(base, count, Int(op.c), op.d)
      case .textLocated:
        let place = located(op, base, count, swapped)
        text = upToNUL(base, count, place.offset, UInt64(place.length))
      case .textTask:
        text = surroundings.taskName
      case .textKeep: kept = text
      case .textEqual:
        answer = same(text, ownText(op, program)) != (op.b != 0)
      case .textContains:
        let found = TextPattern.find(
          ownText(op, program), in: text, atStart: op.a & 1 != 0, atEnd: op.a & 2 != 0)
        answer = found != (op.b != 0)
      case .textMatches:
        answer = POSIXRegex.matches(program.regexes[Int(op.c)], text) != (op.b != 0)
      case .textSame: answer = same(text, kept) != (op.b != 0)
      case .end: return answer
      }
    }
  }

  @inline(__always)
  private static func load(_ op: FilterOp, _ base: UnsafeRawPointer) -> UInt64 {
    LoadKind.load(op.a, base, Int(op.c))
  }

  @inline(__always)
  private static func signed(_ number: UInt64) -> Int64 { Int64(bitPattern: number) }

  private static func located(
    _ op: FilterOp, _ base: UnsafeRawPointer, _ count: Int, _ swapped: Bool
  ) -> (offset: Int, length: Int) {
    PrintInterpreter.located(
      PrintOp(code: .dynamicRegion, a: op.a, b: op.b, c: op.c), base, count, swapped)
  }

  @inline(__always)
  private static func ownText(_ op: FilterOp, _ program: FilterProgram) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: program.text + op.low, count: op.high)
  }

  /// The text at an offset of the record: up to a NUL, `most` bytes, or the record's end.
  private static func upToNUL(
    _ base: UnsafeRawPointer, _ count: Int, _ offset: Int, _ most: UInt64
  ) -> UnsafeRawBufferPointer {
    guard offset < count else { return UnsafeRawBufferPointer(start: base, count: 0) }
    let start = base + offset
    let room = min(count &- offset, Int(clamping: most))
    var length = 0
    while length < room, start.load(fromByteOffset: length, as: UInt8.self) != 0 { length &+= 1 }
    return UnsafeRawBufferPointer(start: start, count: length)
  }

  @inline(__always)
  private static func same(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    var at = 0
    while at < a.count, a[at] == b[at] { at &+= 1 }
    return at == a.count
  }

  private static func isInRanges(
    _ op: FilterOp, _ number: UInt64, _ program: FilterProgram
  ) -> Bool {
    let ranges = program.ranges + op.low
    var low = 0
    var high = op.high
    while low < high {
      let middle = (low &+ high) / 2
      if ranges[middle].upperBound < number { low = middle &+ 1 } else { high = middle }
    }
    return low < op.high && ranges[low].lowerBound <= number
  }
}
