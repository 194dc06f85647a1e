/// A command of `set_ftrace_filter`: what is done when a function is called
/// (Documentation/trace/ftrace.rst, "Filter commands").
public struct FunctionCommand: Hashable, Sendable {
  /// A function or a glob; the kernel lists the functions that it meant.
  public var function: String
  public var action: CountedAction

  public init(_ function: String, _ action: CountedAction) {
    self.function = function
    self.action = action
  }

  /// Reads `vfs_read:traceoff:3`, and `vfs_read:traceoff:count=3` as the kernel lists it.
  public init(_ text: String) throws(TracefsError) {
    var scanner = TextScanner(text, what: "function command")
    function = scanner.take { !TextScanner.isBlank($0) && $0 != UInt8(ascii: ":") }
    guard !function.isEmpty else { throw scanner.failure("expected a function") }
    // A function of a module is listed with it; that the name is enough is the kernel's own rule.
    if scanner.take(" [") {
      _ = scanner.take { $0 != UInt8(ascii: "]") }
      try scanner.expect("]")
    }
    try scanner.expect(":")
    action = try scanner.takeAction(among: TriggeredAction.functionWords)
    scanner.skipBlanks()
    guard scanner.isAtEnd else { throw scanner.failure("expected the end") }
    try check()
  }

  /// What takes it away; one that counts goes by `:0`.
  public var removal: String {
    "!\(function):\(action.action)" + (action.count == nil ? "" : ":0")
  }

  func check() throws(TracefsError) {
    guard !function.isEmpty,
      function.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ":") })
    else { throw .badValue(what: "function", text: function, expected: "a function or a glob") }
    guard action.action.isForFunctions else {
      throw .badValue(
        what: "function command", text: "\(action)", expected: "one that functions have")
    }
    try action.check()
  }
}

extension FunctionCommand: CustomStringConvertible {
  public var description: String { "\(function):\(action)" }
}
