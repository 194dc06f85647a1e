/// What is set, and what there is to choose from.
extension Instance {
  public func isTracing() throws(TracefsError) -> Bool { try value(.tracingOn) == "1" }

  public func currentTracer() throws(TracefsError) -> String { try value(.currentTracer) }

  /// The tracers of this kernel, in its order.
  public func availableTracers() throws(TracefsError) -> [String] {
    try read(.availableTracers).words
  }

  /// The clocks of this kernel, and the one in use.
  public func clocks() throws(TracefsError) -> BracketedChoice {
    BracketedChoice(try read(.traceClock))
  }

  /// The options of this kernel, those of tracers that are not in use included, sorted.
  public func optionNames() throws(TracefsError) -> [String] {
    do { return try TextFile.names(in: path + "/options") } catch {
      throw Self.meaning(of: error, file: path + "/options")
    }
  }

  /// Every option and whether it is on, in the order in which the kernel lists the files.
  public func optionStates() throws(TracefsError) -> [(name: String, isOn: Bool)] {
    do {
      var states: [(name: String, isOn: Bool)] = []
      for name in try TextFile.namesAsListed(in: path + "/options") {
        states.append((name, try TextFile.read("\(path)/options/\(name)").hasPrefix("1")))
      }
      return states
    } catch { throw Self.meaning(of: error, file: path + "/options") }
  }

  public func option(_ name: String) throws(TracefsError) -> Bool {
    try value(try knownOption(name)) == "1"
  }

  /// The lines of `trace_options`: `print-parent`, `nosym-offset` …
  public func traceOptions() throws(TracefsError) -> [String] { try read(.traceOptions).words }

  /// KB of a CPU's buffer; nil where the CPUs differ.
  public func bufferSize() throws(TracefsError) -> Int? {
    let words = try words(.bufferSizeKB)
    return words.first == "X" ? nil : try number(.bufferSizeKB)
  }

  /// KB of one CPU's buffer.
  public func bufferSize(cpu: Int) throws(TracefsError) -> Int {
    try number(ControlFile("per_cpu/cpu\(cpu)/buffer_size_kb", .bufferSize))
  }

  /// KB of a sub-buffer, the unit in which readers get data.
  public func subbufferSize() throws(TracefsError) -> Int { try number(.bufferSubbufSizeKB) }

  /// How full a buffer must be, in percent, to wake a blocked reader.
  public func bufferPercent() throws(TracefsError) -> Int { try number(.bufferPercent) }

  /// The CPUs that trace, as hexadecimal words parted by commas.
  public func cpuMask() throws(TracefsError) -> String { try value(.tracingCPUMask) }

  public func maxGraphDepth() throws(TracefsError) -> Int { try number(.maxGraphDepth) }

  /// Functions and `func:command` lines of `set_ftrace_filter` and its kin, as the kernel lists
  /// them; none where all are traced.
  public func list(_ file: ControlFile) throws(TracefsError) -> [String] {
    try read(file).lines.filter { !$0.hasPrefix("#") && $0.trimmed != "no pid" }
  }

  /// The CPUs that have a buffer, ascending.
  public func cpus() throws(TracefsError) -> [Int] {
    let names: [String]
    do { names = try TextFile.names(in: path + "/per_cpu") } catch {
      throw Self.meaning(of: error, file: path + "/per_cpu")
    }
    return names.compactMap { $0.hasPrefix("cpu") ? Int($0.dropFirst(3)) : nil }.sorted()
  }

  /// Where one CPU's sub-buffers are read as bytes.
  public func rawPipePath(cpu: Int) -> String { "\(path)/per_cpu/cpu\(cpu)/trace_pipe_raw" }

  /// One CPU's counters, as the kernel prints them: `entries`, `overrun`, `commit overrun`, `bytes`,
  /// `oldest event ts`, `now ts`, `dropped events`, `read events`.
  public func stats(cpu: Int) throws(TracefsError) -> String {
    try read(ControlFile("per_cpu/cpu\(cpu)/stats"))
  }

  /// Whether this kernel keeps snapshots.
  public var hasSnapshot: Bool { has(.snapshot) }
}
