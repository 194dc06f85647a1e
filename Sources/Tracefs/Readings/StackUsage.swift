/// The deepest stack of the kernel that was seen: `stack_trace`
/// (Documentation/trace/ftrace.rst, "Stack trace").
public struct StackUsage: Hashable, Sendable {
  public struct Frame: Hashable, Sendable {
    /// Bytes from here to the stack's end.
    public var depth: Int
    /// Bytes that the function takes.
    public var size: Int
    public var location: KernelSymbol
  }

  /// The innermost first.
  public var frames: [Frame]
  /// Whether the kernel is looking for deeper ones.
  public var isRunning: Bool

  public init(_ text: String) {
    isRunning = !text.contains(part: "Stack tracer disabled")
    frames = text.split(separator: "\n").compactMap { line in
      // `  0)     3904      48   function+0x9/0x20`
      let words = line.split(separator: " ", maxSplits: 3)
      guard words.count == 4, words[0].last == ")", Int(words[0].dropLast()) != nil,
        let depth = Int(words[1]), let size = Int(words[2]), let location = KernelSymbol(words[3])
      else { return nil }
      return Frame(depth: depth, size: size, location: location)
    }
  }
}

extension TracingDirectory {
  /// The deepest stack since the tracer was started or its maximum set back.
  public func stackUsage() throws(TracefsError) -> StackUsage {
    StackUsage(try read(.stackTrace))
  }

  /// Its size, in bytes.
  public func stackMaxSize() throws(TracefsError) -> Int { try top.number(.stackMaxSize) }

  public func isStackTracing() throws(TracefsError) -> Bool {
    try top.value(.stackTracerEnabled) == "1"
  }

  /// Starts or stops the stack tracer, which follows all functions while it runs.
  public func setStackTracing(_ on: Bool, saving state: SavedState) throws(TracefsError) {
    guard top.has(.stackTrace) else { throw .missingFeature(.stackTracer) }
    try top.set(.stackTracerEnabled, to: [on ? "1" : "0"], saving: state)
  }

  /// Looks for the deepest stack anew. What was found cannot come back, so nothing is noted.
  public func clearStackMaxSize() throws(TracefsError) {
    try SavedState.put(["0"], to: ControlFile.stackMaxSize.path, in: self, .replace)
  }

  /// Looks at the stacks of these functions only; none is all.
  public func setStackTraceFilter(
    _ rules: [String], saving state: SavedState
  ) throws(TracefsError) {
    try top.setFunctions(rules, in: .stackTraceFilter, saving: state)
  }
}
