/// One step of a filter: 16 bytes, no references.
struct FilterOp {
  var code: FilterCode
  /// A `LoadKind` or a small number; `FilterCode` says which.
  var a: UInt8 = 0
  /// 1 where the step's answer is turned round.
  var b: UInt16 = 0
  /// An offset in the record, or the step to go on at.
  var c: UInt32 = 0
  /// A constant, or two numbers of 32 bits.
  var d: UInt64 = 0

  var low: Int { Int(truncatingIfNeeded: d & 0xffff_ffff) }
  var high: Int { Int(truncatingIfNeeded: d >> 32) }
}

/// What a step does. There is one answer, yes or no, that tests set and jumps look at; a stack of
/// numbers of 64 bits; and one text, a part of the record or the task's name.
enum FilterCode: UInt8 {
  // The answer.
  /// Sets the answer to yes.
  case yes
  /// Turns the answer round.
  case invert
  /// Goes on at step `c` if the answer is no; if it is yes.
  case jumpIfNo, jumpIfYes

  // Tests of the number of kind `a` at offset `c` against `d`.
  case fieldEqual
  case fieldLessSigned, fieldLessUnsigned, fieldLessOrEqualSigned, fieldLessOrEqualUnsigned
  /// Is any bit of `d` set?
  case fieldBits

  // Numbers.
  /// Pushes `d`.
  case constant
  /// Pushes the number of kind `a` at offset `c`.
  case load
  case cpu, time
  /// Pushes 1 if the answer is yes, else 0.
  case answer
  case add, subtract, multiply
  case divideSigned, divideUnsigned, remainderSigned, remainderUnsigned
  case shiftLeft, shiftRightSigned, shiftRightUnsigned
  case and, or, xor
  case negate, complement

  // Tests of numbers: these pop two …
  case equal, lessSigned, lessUnsigned, lessOrEqualSigned, lessOrEqualUnsigned
  /// … these one. Is it other than 0?
  case truth
  /// Does it lie in one of the `d.high` ranges from `d.low` on?
  case inRanges

  // Texts.
  /// Takes the text at offset `c`, up to a NUL, `d` bytes or the record's end.
  case textField
  /// Takes the text that the word at `c` locates; `a` is 1 for a relative one, `b` the word's size.
  case textLocated
  /// Takes the task's name.
  case textTask
  /// Puts the text aside, to be compared with the next.
  case textKeep

  // Tests of the text, of the `d.high` bytes at `d.low` of the program's own.
  case textEqual
  /// Are they a part of it, be it in upper or lower case? `a`: 1 at its start, 2 at its end.
  case textContains
  /// Does the regular expression `c` match?
  case textMatches
  /// Is it the same as the one put aside?
  case textSame

  case end
}
