/// What each option does to the plan.
extension RecordArguments {
  /// Applies an option that was read; true when it asks for the help text.
  mutating func apply(
    _ name: RecordOption.Name, _ value: String, _ spelling: String
  ) throws(RecordArgumentError) -> Bool {
    switch name {
    case .help: return true
    case .event, .filter, .trigger, .negate: try applyEvent(name, value, spelling)
    case .tracer, .option, .stack, .clock, .function, .notFunction, .graph, .graphDepth,
      .functionStack, .pid, .instance, .bufferSize, .subBufferSize, .cpuMask:
      try applyToBuffer(name, value, spelling)
    case .module: modules[current] = try nonEmpty(value, spelling, "the name of a module")
    case .allFormats: plan.savesAllFormats = true
    case .ignoreMissing: plan.ignoresMissingEvents = true
    case .noFunctionTrace: plan.disablesFunctionTrace = true
    case .onlyCommand: plan.onlyCommand = true
    case .children: plan.followsChildren = true
    case .noFilter: plan.tracesRecorder = true
    case .commandLines: plan.commandLinesSize = try number(value, spelling, 1...1 << 24, "a number")
    case .quiet: plan.isQuiet = true
    case .keep: plan.keepsSettings = true
    case .noSplice: plan.avoidsSplice = true
    case .flightRecorder: plan.isFlightRecorder = true
    case .saveWhen:
      guard let trigger = FlightTrigger(event: value) else {
        throw .badValue(option: spelling, value: value, expected: "EVENT or 'EVENT: CONDITION'")
      }
      plan.flightTriggers.append(trigger)
    case .saveLatency:
      guard let trigger = FlightTrigger(latency: value) else {
        throw .badValue(
          option: spelling, value: value,
          expected: "'EVENT.FIELD = EVENT.FIELD > TIME', the time in us, ms or s")
      }
      plan.flightTriggers.append(trigger)
    case .maximumOverhead: try setBudget(value, spelling)
    case .whenOver:
      guard let reaction = OverheadBudget.Reaction(rawValue: value) else {
        throw .badValue(option: spelling, value: value, expected: "thin, stop or warn")
      }
      whenOver = reaction
    case .priority:
      plan.priority = Int32(try number(value, spelling, 1...99, "a priority from 1 to 99"))
    case .sleep: _ = try number(value, spelling, 0...1 << 40, "microseconds")
    case .privateInstance: plan.isPrivate = true
    case .fork: plan.forks = true
    case .duration:
      guard let duration = RecordLimits.duration(value) else {
        throw .badValue(
          option: spelling, value: value, expected: "a time: 10, 10s, 500ms, 2m or 1h")
      }
      plan.duration = duration
    case .output, .maximum, .maximumSize, .compression, .fileVersion, .date, .timeOffset,
      .temporary:
      try applyToFile(name, value, spelling)
    }
    return false
  }

  private mutating func setBudget(
    _ value: String, _ spelling: String
  ) throws(RecordArgumentError) {
    let digits = value.hasSuffix("%") ? String(value.dropLast()) : value
    guard let percent = Double(digits), percent > 0, percent <= 100 else {
      throw .badValue(option: spelling, value: value, expected: "a percentage above 0, such as 2%")
    }
    plan.overheadBudget = OverheadBudget(share: percent / 100)
  }

  private mutating func applyEvent(
    _ name: RecordOption.Name, _ value: String, _ spelling: String
  ) throws(RecordArgumentError) {
    if case .negate = name {
      negates = true
      return
    }
    let text = try nonEmpty(value, spelling, "text")
    if case .event = name {
      plan.buffers[current].events.append(EventRequest(text, isExcluded: negates))
      return
    }
    let last = plan.buffers[current].events.count - 1
    guard last >= 0 else { throw .withoutEvent(spelling) }
    if case .filter = name {
      plan.buffers[current].events[last].filters.append(text)
    } else {
      plan.buffers[current].events[last].triggers.append(text)
    }
  }

  private mutating func applyToBuffer(
    _ name: RecordOption.Name, _ value: String, _ spelling: String
  ) throws(RecordArgumentError) {
    switch name {
    case .tracer: plan.buffers[current].tracer = try nonEmpty(value, spelling, "a tracer")
    case .option:
      plan.buffers[current].options.append(try nonEmpty(value, spelling, "a trace option"))
    case .stack: plan.buffers[current].options.append("stacktrace")
    case .clock: plan.buffers[current].clock = try nonEmpty(value, spelling, "a clock")
    case .function:
      plan.buffers[current].functions.append(try nonEmpty(value, spelling, "a function"))
    case .notFunction:
      plan.buffers[current].excludedFunctions.append(try nonEmpty(value, spelling, "a function"))
    case .graph:
      plan.buffers[current].graphFunctions.append(try nonEmpty(value, spelling, "a function"))
    case .graphDepth:
      plan.buffers[current].maximumGraphDepth = try number(
        value, spelling, 0...1 << 20, "a number of calls up to 1048576")
    case .functionStack: plan.buffers[current].savesFunctionStacks = true
    case .pid: try addPIDs(value, spelling)
    case .bufferSize:
      plan.buffers[current].kilobytes = try number(
        value, spelling, 1...1 << 40, "kilobytes, from 1 up")
    case .subBufferSize:
      plan.buffers[current].subBufferKilobytes = try number(
        value, spelling, 1...1 << 20, "kilobytes, from 1 up")
    case .cpuMask: plan.buffers[current].cpuMask = try mask(value, spelling)
    case .instance: try selectInstance(value, spelling)
    default: preconditionFailure("\(name) is no option of a buffer")
    }
  }

  private mutating func applyToFile(
    _ name: RecordOption.Name, _ value: String, _ spelling: String
  ) throws(RecordArgumentError) {
    switch name {
    case .output: plan.output = try nonEmpty(value, spelling, "a path")
    case .maximum:
      plan.maximumKilobytes = try number(value, spelling, 1...1 << 40, "kilobytes, from 1 up")
    case .maximumSize:
      guard let size = RecordLimits.size(value) else {
        throw .badValue(option: spelling, value: value, expected: "a size: 500K, 100M or 2G")
      }
      plan.maximumFileSize = size
    case .date: plan.savesDate = true
    case .timeOffset:
      guard let offset = Int64(value) else {
        throw .badValue(option: spelling, value: value, expected: "a number")
      }
      plan.timeOffset = offset
    case .compression:
      guard let choice = RecordingPlan.CompressionChoice(rawValue: value) else {
        throw .badValue(option: spelling, value: value, expected: "any, none, zstd or zlib")
      }
      plan.compression = choice
    case .fileVersion:
      guard let number = Int(value), let version = RecordingPlan.FileVersion(rawValue: number)
      else { throw .badValue(option: spelling, value: value, expected: "6 or 7") }
      plan.fileVersion = version
    case .temporary: break  // The file is written at once where it is to be.
    default: preconditionFailure("\(name) is no option of the file")
    }
  }

  /// A later `-B` of the same name goes on with that instance.
  private mutating func selectInstance(
    _ value: String, _ spelling: String
  ) throws(RecordArgumentError) {
    guard !value.isEmpty, !value.contains("/"), value != ".", value != ".." else {
      throw .badValue(option: spelling, value: value, expected: "a name without a slash")
    }
    let removes = negates && tracingCommand == .set
    negates = false
    if removes {
      plan.buffers.append(.removed(value))
      current = plan.buffers.count - 1
      return
    }
    if let known = plan.buffers.firstIndex(where: { $0.name == value }) {
      current = known
    } else {
      plan.buffers.append(BufferPlan(name: value))
      current = plan.buffers.count - 1
    }
  }

  private mutating func addPIDs(_ value: String, _ spelling: String) throws(RecordArgumentError) {
    for part in value.split(separator: ",", omittingEmptySubsequences: false) {
      guard let pid = Int32(part), pid >= 0 else {
        throw .badValue(option: spelling, value: value, expected: "process ids: 12 or 12,34")
      }
      plan.buffers[current].pids.append(pid)
    }
  }

  /// `:mod:NAME` after every function of a buffer; with none, all functions of the module.
  mutating func applyModules() {
    for (index, module) in modules {
      let suffix = ":mod:\(module)"
      plan.buffers[index].functions = plan.buffers[index].functions.map { $0 + suffix }
      plan.buffers[index].excludedFunctions =
        plan.buffers[index].excludedFunctions.map { $0 + suffix }
      if plan.buffers[index].functions.isEmpty, plan.buffers[index].excludedFunctions.isEmpty {
        plan.buffers[index].functions = [suffix]
      }
    }
  }

  // MARK: Values

  private func nonEmpty(
    _ value: String, _ spelling: String, _ expected: String
  ) throws(RecordArgumentError) -> String {
    guard !value.isEmpty else {
      throw .badValue(option: spelling, value: "\"\"", expected: expected)
    }
    return value
  }

  private func number(
    _ value: String, _ spelling: String, _ range: ClosedRange<Int>, _ expected: String
  ) throws(RecordArgumentError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw .badValue(option: spelling, value: value, expected: expected)
    }
    return number
  }

  /// A mask as `tracing_cpumask` takes it: hexadecimal words of up to eight digits with commas.
  private func mask(_ value: String, _ spelling: String) throws(RecordArgumentError) -> String {
    if value == "-1" { return value }
    let digits = value.lowercased().hasPrefix("0x") ? String(value.dropFirst(2)) : value
    let words = digits.split(separator: ",", omittingEmptySubsequences: false)
    guard words.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isHexDigit } }) else {
      throw .badValue(option: spelling, value: value, expected: "a hexadecimal mask of CPUs or -1")
    }
    return digits
  }
}
