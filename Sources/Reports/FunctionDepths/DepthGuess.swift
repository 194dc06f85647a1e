import ByteIO

/// How deep the function tracer's calls are, guessed from who called whom on one CPU.
///
/// The kernel's record has a function and its caller, no depth. The caller is looked for among the
/// functions seen before; the call is then one deeper. Functions are told apart by name.
struct DepthGuess {
  /// How many blanks a level is shown by.
  static let width = 3

  /// The hashes of their names.
  private var calls: [UInt64] = []

  /// The depth of `function`, called by `parent`; remembers the call.
  ///
  /// - Parameters:
  ///   - function: the hash of its name; 0 where that is not known.
  ///   - parent: the hash of the caller's name.
  mutating func depth(of function: UInt64, calledBy parent: UInt64) -> Int {
    let known = calls.withUnsafeBufferPointer { calls in
      var depth = 0
      while depth < calls.count, calls[depth] != parent { depth &+= 1 }
      return depth
    }
    if known == calls.count {
      place(parent, at: 0)
      if function != 0 { place(function, at: 1) }
      return 0
    }
    if function != 0 { place(function, at: known + 1) }
    return known
  }

  private mutating func place(_ name: UInt64, at depth: Int) {
    if depth < calls.count { calls[depth] = name } else { calls.append(name) }
  }
}
