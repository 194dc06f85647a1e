import ByteIO

/// How deep the function tracer's calls are, guessed from who called whom on one CPU.
///
/// The kernel's record has a function and its caller, no depth. The caller is looked for among the
/// functions seen before; the call is then one deeper. Functions are told apart by name.
struct CallIndent {
  /// A function's name, which stays where it is while the report is made.
  struct Name {
    var start: UnsafeRawPointer
    var count: Int
    /// Of the name's bytes; names that differ in it are different.
    var hash: UInt64

    @inline(__always) static func == (a: Name, b: Name) -> Bool {
      a.hash == b.hash && a.count == b.count
    }
  }

  private var calls: [Name] = []

  /// The depth of `function`, called by `parent`; remembers the call.
  mutating func depth(of function: Name?, calledBy parent: Name) -> Int {
    var depth = 0
    while depth < calls.count {
      if calls[depth] == parent {
        if let function { place(function, at: depth + 1) }
        return depth
      }
      depth += 1
    }
    place(parent, at: 0)
    if let function { place(function, at: 1) }
    return 0
  }

  private mutating func place(_ name: Name, at depth: Int) {
    if depth < calls.count { calls[depth] = name } else { calls.append(name) }
  }
}
