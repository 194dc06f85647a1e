import ByteIO

/// Setting one value each. Every setter notes the former value in `state` first.
extension Instance {
  public func setTracingOn(_ on: Bool, saving state: SavedState) throws(TracefsError) {
    try set(.tracingOn, to: [on ? "1" : "0"], saving: state)
  }

  /// Switches tracing off, as the first step of a run that needs the buffer for itself.
  ///
  /// Throws `.inUse` where another run has done so and is at work.
  public func claim(saving state: SavedState) throws(TracefsError) {
    try state.exclusively { () throws(TracefsError) in
      if let user = try state.userAtWork(of: relative(.tracingOn)) {
        throw .inUse(file: path(of: .tracingOn), by: user)
      }
      try setTracingOn(false, saving: state)
    }
  }

  /// Notes that tracing will be switched off past the state, at once: what `tracing_on` says then is
  /// our doing, and it is put back all the same.
  public func expectSwitchOff(saving state: SavedState) throws(TracefsError) {
    try state.expectWrite(to: relative(.tracingOn))
  }

  /// Switches tracing on behalf of the run that set it last: `stop` and `restart` belong to what `start` or
  /// `record` began.
  public func switchTracing(_ on: Bool, saving state: SavedState) throws(TracefsError) {
    do throws(TracefsError) {
      try state.writeOnBehalf(
        [on ? "1" : "0"], to: relative(.tracingOn), kind: ControlFile.tracingOn.kind)
    } catch { throw ErrorLog.explaining(error, in: self) }
  }

  /// Sets the tracer; `nop` is none.
  ///
  /// Throws `.unknown` with the nearest names, and the kernel option that would give a known tracer.
  /// While anybody has `trace_pipe_raw` open the kernel answers `.busy`.
  public func setCurrentTracer(
    _ name: String, saving state: SavedState
  ) throws(TracefsError) {
    let all = try availableTracers()
    guard all.contains(name) else {
      throw .unknown(
        .tracer, name: name, nearest: Nearest.names(to: name, among: all),
        requirement: .forTracer(name))
    }
    try set(.currentTracer, to: [name], saving: state)
  }

  /// Sets the clock; the kernel empties the buffer when it changes.
  public func setClock(_ name: String, saving state: SavedState) throws(TracefsError) {
    let all = try clocks().all
    guard all.contains(name) else {
      throw .unknown(
        .clock, name: name, nearest: Nearest.names(to: name, among: all), requirement: nil)
    }
    try set(.traceClock, to: [name], saving: state)
  }

  /// Sets an option by its name in `options/`.
  public func setOption(
    _ name: String, _ on: Bool, saving state: SavedState
  ) throws(TracefsError) {
    try set(try knownOption(name), to: [on ? "1" : "0"], saving: state)
  }

  /// Sets an option as the command line names it: `stacktrace`, `nostacktrace`.
  public func setOption(word: String, saving state: SavedState) throws(TracefsError) {
    // "no" may be part of the name itself, so the whole word is looked for first.
    if word.hasPrefix("no"), !has(.option(word)) {
      let name = String(word.dropFirst(2))
      if has(.option(name)) { return try setOption(name, false, saving: state) }
    }
    try setOption(word, true, saving: state)
  }

  func knownOption(_ name: String) throws(TracefsError) -> ControlFile {
    let file = ControlFile.option(name)
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix("."), has(file) else {
      let all = try optionNames()
      let bare = name.hasPrefix("no") ? String(name.dropFirst(2)) : name
      throw .unknown(
        .option, name: name, nearest: Nearest.names(to: bare, among: all), requirement: nil)
    }
    return file
  }

  /// Sets every CPU's buffer size, in KB; the kernel rounds up to whole sub-buffers.
  public func setBufferSize(
    kilobytes: Int, saving state: SavedState
  ) throws(TracefsError) {
    try set(.bufferSizeKB, to: [try Self.positive(kilobytes, "buffer size")], saving: state)
  }

  /// Sets one CPU's buffer size, in KB.
  public func setBufferSize(
    kilobytes: Int, cpu: Int, saving state: SavedState
  ) throws(TracefsError) {
    let file = ControlFile("per_cpu/cpu\(cpu)/buffer_size_kb", .bufferSize)
    try set(file, to: [try Self.positive(kilobytes, "buffer size")], saving: state)
  }

  /// Sets the size of a sub-buffer, in KB: a whole number of pages, at most 255 (Linux 6.8).
  public func setSubbufferSize(
    kilobytes: Int, saving state: SavedState
  ) throws(TracefsError) {
    try set(
      .bufferSubbufSizeKB, to: [try Self.positive(kilobytes, "sub-buffer size")], saving: state)
  }

  public func setBufferPercent(_ percent: Int, saving state: SavedState) throws(TracefsError) {
    guard (0...100).contains(percent) else {
      throw .badValue(what: "buffer percent", text: "\(percent)", expected: "from 0 to 100")
    }
    try set(.bufferPercent, to: ["\(percent)"], saving: state)
  }

  /// Sets the CPUs that trace: hexadecimal digits, in words of eight parted by commas.
  ///
  /// `-1` means all.
  public func setCPUMask(_ mask: String, saving state: SavedState) throws(TracefsError) {
    var mask = mask
    // The kernel refuses bits of CPUs that cannot be.
    if mask == "-1" { return try setCPUs(try cpus(), saving: state) }
    if mask.hasPrefix("0x") || mask.hasPrefix("0X") { mask = String(mask.dropFirst(2)) }
    guard !mask.isEmpty, mask.allSatisfy({ $0.isHexDigit || $0 == "," }) else {
      throw .badValue(what: "CPU mask", text: mask, expected: "hexadecimal")
    }
    try set(.tracingCPUMask, to: [Self.grouped(mask)], saving: state)
  }

  /// Sets the CPUs that trace, by number.
  public func setCPUs(_ cpus: [Int], saving state: SavedState) throws(TracefsError) {
    guard let last = cpus.max(), let first = cpus.min(), first >= 0, last < 1 << 16 else {
      throw .badValue(what: "CPUs", text: "\(cpus)", expected: "a list of CPU numbers")
    }
    var words = [UInt32](repeating: 0, count: last / 32 + 1)
    for cpu in cpus { words[cpu / 32] |= 1 << UInt32(cpu % 32) }
    let digits = words.reversed().map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }
    try set(.tracingCPUMask, to: [digits.joined(separator: ",")], saving: state)
  }

  /// How deep function_graph follows calls; 0 is without limit.
  public func setMaxGraphDepth(_ depth: Int, saving state: SavedState) throws(TracefsError) {
    guard depth >= 0 else {
      throw .badValue(what: "graph depth", text: "\(depth)", expected: "0 or more")
    }
    try set(.maxGraphDepth, to: ["\(depth)"], saving: state)
  }

  /// How many names of tasks the kernel remembers.
  public func setSavedCmdlinesSize(_ count: Int, saving state: SavedState) throws(TracefsError) {
    try set(
      .savedCmdlinesSize, to: [try Self.positive(count, "number of command names")], saving: state)
  }

  /// Sets the tasks whose events are recorded; none means all.
  public func setEventPIDs(_ pids: [Int32], saving state: SavedState) throws(TracefsError) {
    try setPIDs(pids, .setEventPID, saving: state)
  }

  /// Sets the tasks whose functions are traced; none means all.
  public func setFunctionPIDs(_ pids: [Int32], saving state: SavedState) throws(TracefsError) {
    try setPIDs(pids, .setFtracePID, saving: state)
  }

  /// Sets any of the four files of process ids.
  public func setPIDs(
    _ pids: [Int32], _ file: ControlFile, saving state: SavedState
  ) throws(TracefsError) {
    let text = pids.map(String.init).joined(separator: " ")
    try set(file, to: pids.isEmpty ? [] : [text], saving: state)
  }

  /// Adds process ids to those of a file.
  public func addPIDs(
    _ pids: [Int32], _ file: ControlFile, saving state: SavedState
  ) throws(TracefsError) {
    guard !pids.isEmpty else { return }
    let text = pids.map(String.init).joined(separator: " ")
    try set(file, to: [text], .append, saving: state)
  }

  /// Empties the ring buffer. What was in it cannot come back, so nothing is noted.
  public func clearBuffer() throws(TracefsError) {
    try SavedState.put([], to: relative(.trace), in: directory, .replace)
  }

  private static func positive(_ number: Int, _ what: String) throws(TracefsError) -> String {
    guard number > 0 else { throw .badValue(what: what, text: "\(number)", expected: "above 0") }
    return "\(number)"
  }

  /// Commas between words of eight digits, which the kernel's parser asks for.
  static func grouped(_ mask: String) -> String {
    let digits = Array(mask.filter { $0 != "," })
    var words: [String] = []
    var end = digits.count
    while end > 0 {
      let start = max(0, end - 8)
      words.insert(String(digits[start..<end]), at: 0)
      end = start
    }
    return words.joined(separator: ",")
  }
}
