package import ByteIO

/// An option of a tool.
package struct ToolOption: Sendable {
  package var letter: Character?
  package var long: String
  /// What the value is called in the help; nil where there is none.
  package var value: String?
  package var help: String

  package init(_ letter: Character?, _ long: String, _ value: String? = nil, _ help: String) {
    self.letter = letter
    self.long = long
    self.value = value
    self.help = help
  }

  /// What tools share. Where a tool gives one of the letters another meaning, as perf-tools
  /// does, the long name remains.
  package static let common: [ToolOption] = [
    ToolOption("t", "times", "Show when it happened, in seconds of the trace's clock."),
    ToolOption("T", "clock", "Show when it happened, by the clock on the wall."),
    ToolOption("U", "user", "Show whose process it is, by the user's number."),
    ToolOption("p", "pid", "PID", "Only this process, its threads and children, later ones too."),
    ToolOption("L", "tid", "TID", "Only this thread."),
    ToolOption("n", "name", "NAME", "Only tasks whose name matches a regular expression."),
    ToolOption(nil, "cgroup", "PATH", "Only tasks in this cgroup or below: /system.slice."),
    ToolOption("d", "duration", "SECONDS", "End after so long."),
    ToolOption("i", "input", "FILE", "Look at a recording, not at the running kernel."),
    ToolOption(nil, "save", "FILE", "Keep the events that it looks at in a recording, too."),
    ToolOption("j", "json", "Print an object a line."),
    ToolOption(nil, "csv", "Print a table for spreadsheets."),
    ToolOption("C", "no-clear", "Tables below one another, not in one place of the screen."),
    ToolOption("v", "verbose", "Say what is asked of the kernel."),
  ]

  /// Of tools whose rows are of events: all but what is about tables.
  package static let commonOfRows = common(without: "no-clear")
  /// Of tools whose rows are sums of many tasks.
  package static let commonOfTables = common(without: "user")
  /// The same where a table is printed below another, not in its place.
  package static let commonOfLists = common(without: "user", "no-clear")
  /// The same where there is one, at the end.
  package static let commonOfSums = common(without: "user", "no-clear", "times", "clock")
  /// Of interrupts, which belong to no task.
  package static let commonOfInterrupts =
    common(without: "user", "pid", "tid", "name", "cgroup")

  private static func common(without names: String...) -> [ToolOption] {
    common.filter { !names.contains($0.long) }
  }

  /// Those that make sense where the kernel's own events are shown, a line each.
  package static let commonOfLines: [ToolOption] = common.filter {
    ["pid", "tid", "name", "duration", "input", "json", "verbose"].contains($0.long)
  }

  package init(_ letter: Character?, _ long: String, _ help: String) {
    self.init(letter, long, nil, help)
  }
}

/// What is wrong with the command line of a tool.
package enum ToolUsageError: ExplainedError, Equatable {
  case unknownOption(String, tool: String)
  case missingValue(String, name: String)
  case unexpectedValue(String)
  case badValue(option: String, value: String, expected: String)
  case tooManyArguments(String, expected: String)
  case missingArgument(String, tool: String)
  case notTogether(String, String)
  /// One that other tools have.
  case meaningless(String, tool: String)

  package var message: String {
    switch self {
    case .unknownOption(let option, _): "unknown option \(option)"
    case .missingValue(let option, let name): "\(option) needs a value: \(name)"
    case .unexpectedValue(let option): "\(option) takes no value"
    case .meaningless(let option, let tool): "\(option) means nothing to \(tool)"
    case .notTogether(let option, let other): "\(option) makes no sense with \(other)"
    case .badValue(let option, let value, let expected):
      "\(option): '\(value)' is not \(expected)"
    case .missingArgument(let name, _): "\(name) is missing"
    case .tooManyArguments(let argument, let expected):
      expected.isEmpty
        ? "'\(argument)' is too much: nothing follows the options"
        : "'\(argument)' is too much: what follows the options is \(expected)"
    }
  }

  package var hint: String? {
    switch self {
    case .unknownOption(_, let tool), .meaningless(_, let tool): "kscope \(tool) --help lists them"
    case .missingArgument(_, let tool): "kscope \(tool) --help says what follows the options"
    default: nil
    }
  }
}

/// What a tool was asked for.
package struct ToolOptions: Sendable {
  package enum Times: Sendable {
    case none
    /// Of the trace's clock.
    case seconds
    /// `12:34:56`.
    case wall
  }

  package var times = Times.none
  package var showsUser = false
  /// A path below the cgroup hierarchy's root.
  package var cgroup: String?
  package var process: Int32?
  package var thread: Int32?
  /// An expression that the task's name must match, somewhere.
  package var name: POSIXRegex?
  /// The same as it was written.
  package private(set) var nameText: String?
  /// In nanoseconds.
  package var duration: UInt64?
  /// Between two tables, in nanoseconds of the trace's clock.
  package var interval: UInt64?
  /// How many tables.
  package var count: Int?
  package var input: String?
  /// Where the events go, too.
  package var saved: String?
  package var format = RowFormat.text
  package var isVerbose = false
  /// On a terminal, a table takes the place of the one before.
  package var redraws = true
  /// The tool's own options, by long name; "" where there is no value.
  package private(set) var own: [String: String] = [:]
  /// The same in the order of the command line, an option as often as it was given.
  package private(set) var given: [(long: String, value: String)] = []
  /// What follows the options.
  package private(set) var arguments: [String] = []
  /// The tool's name, for messages.
  private var tool = ""

  package init() {}

  package func has(_ long: String) -> Bool { own[long] != nil }

  /// Reads a command line as getopt(3) does; nil where the help is asked for.
  package init?(
    _ words: [String], for tool: ToolDescription
  ) throws(ToolUsageError) {
    self.tool = tool.name
    let all = tool.allOptions
    let hasH = all.contains { $0.letter == "h" }
    let ownNames = Set(tool.options.map(\.long))
    var rest = words[...]
    var isOver = false
    while let word = rest.popFirst() {
      if isOver || word == "-" || !word.hasPrefix("-") {
        arguments.append(word)
        if tool.runsCommand { isOver = true }
        continue
      }
      if word == "--" {
        isOver = true
        continue
      }
      if word == "-h" || word == "--help" { return nil }
      if word.hasPrefix("--") {
        let parts = word.dropFirst(2).split(
          separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let option = all.first(where: { $0.long == parts[0] }) else {
          throw Self.unknown("--\(parts[0])", tool) { $0.long == parts[0] }
        }
        var value = parts.count > 1 ? String(parts[1]) : nil
        if let name = option.value {
          value = value ?? rest.popFirst()
          guard value != nil else { throw .missingValue("--\(option.long)", name: name) }
        } else if value != nil {
          throw .unexpectedValue("--\(option.long)")
        }
        try apply(option, value ?? "", "--\(option.long)", ownNames)
        continue
      }
      var cluster = word.dropFirst()
      while let letter = cluster.popFirst() {
        if letter == "h", !hasH { return nil }
        guard let option = all.first(where: { $0.letter == letter }) else {
          throw Self.unknown("-\(letter)", tool) { $0.letter == letter }
        }
        guard let name = option.value else {
          try apply(option, "", "-\(letter)", ownNames)
          continue
        }
        guard let value = cluster.isEmpty ? rest.popFirst() : String(cluster) else {
          throw .missingValue("-\(letter)", name: name)
        }
        try apply(option, value, "-\(letter)", ownNames)
        break
      }
    }
  }

  private static func unknown(
    _ spelling: String, _ tool: ToolDescription, _ isIt: (ToolOption) -> Bool
  ) -> ToolUsageError {
    (ToolOption.common + [.stacks, .wide]).contains(where: isIt)
      ? .meaningless(spelling, tool: tool.name) : .unknownOption(spelling, tool: tool.name)
  }

  private mutating func apply(
    _ option: ToolOption, _ value: String, _ spelling: String, _ ownNames: Set<String>
  ) throws(ToolUsageError) {
    if ownNames.contains(option.long) {
      own[option.long] = value
      given.append((option.long, value))
      return
    }
    switch option.long {
    case "times": times = .seconds
    case "clock": times = .wall
    case "user": showsUser = true
    case "cgroup":
      guard value.hasPrefix("/") else {
        throw .badValue(option: spelling, value: value, expected: "a path such as /system.slice")
      }
      cgroup = value == "/" ? value : value.hasSuffix("/") ? String(value.dropLast()) : value
    case "pid": process = try Self.pid(value, spelling)
    case "tid": thread = try Self.pid(value, spelling)
    case "name":
      name = try Self.regex(value, spelling)
      nameText = value
    case "duration": duration = try Self.seconds(value, spelling)
    case "input":
      if let input {
        throw .badValue(
          option: spelling, value: value, expected: "the only recording: there is \(input)")
      }
      input = value
    case "save": saved = value
    case "json": format = .json
    case "csv": format = .csv
    case "no-clear": redraws = false
    case "verbose": isVerbose = true
    default: preconditionFailure("no meaning for --\(option.long)")
    }
  }

  /// A letter that perf-tools gave another meaning, `-i`, names a recording where what follows cannot
  /// be a type of requests: those are capitals, and globs of them.
  mutating func readInput(insteadOf long: String) {
    func isOfType(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || "*?[]^!-".utf8.contains(byte)
    }
    guard input == nil, let word = own[long], !word.utf8.allSatisfy(isOfType) else { return }
    input = word
    own[long] = nil
  }

  // MARK: Values

  private static func pid(_ text: String, _ option: String) throws(ToolUsageError) -> Int32 {
    guard let pid = Int32(text), pid > 0 else {
      throw .badValue(option: option, value: text, expected: "a process's number")
    }
    return pid
  }

  package static func regex(
    _ text: String, _ option: String
  ) throws(ToolUsageError) -> POSIXRegex {
    do { return try POSIXRegex(text) } catch {
      throw .badValue(
        option: option, value: text, expected: "a regular expression: \(error.reason)")
    }
  }

  /// Seconds, with a fraction, in nanoseconds: a microsecond at least, so that it is never none.
  package static func seconds(
    _ text: String, _ option: String
  ) throws(ToolUsageError) -> UInt64 {
    guard let seconds = Double(text), seconds >= 0.000_001, seconds <= 1e9 else {
      throw .badValue(option: option, value: text, expected: "a number of seconds above 0")
    }
    return UInt64(seconds * 1e9)
  }

  /// Takes `[SECONDS]`, or `[INTERVAL [COUNT]]`, out of what follows the options.
  package mutating func readInterval() throws(ToolUsageError) {
    if let first = arguments.first { interval = try Self.seconds(first, "INTERVAL") }
    if arguments.count > 1 {
      guard let count = Int(arguments[1]), count > 0 else {
        throw .badValue(option: "COUNT", value: arguments[1], expected: "a number above 0")
      }
      self.count = count
    }
    try expectArguments(2, "INTERVAL and COUNT")
  }

  /// Takes the interval out of an option that perf-tools calls `-i`; what is no number there is a
  /// recording, as `-i` names it elsewhere.
  mutating func readIntervalOrInput(_ long: String) throws(ToolUsageError) {
    guard let word = own[long] else { return }
    if input == nil, Double(word) == nil {
      input = word
      own[long] = nil
    } else {
      interval = try Self.seconds(word, "-i")
    }
  }

  /// A number of things, 1 at least.
  static func count(_ text: String, _ option: String) throws(ToolUsageError) -> Int {
    guard let count = Int(text), count > 0 else {
      throw .badValue(option: option, value: text, expected: "a number above 0")
    }
    return count
  }

  /// Throws where an option was given beside another that leaves no sense to it.
  func refuse(_ long: String, with other: String) throws(ToolUsageError) {
    if has(long) { throw .notTogether("--\(long)", other) }
  }

  /// The argument at a place, which must be there.
  package func argument(_ place: Int, _ name: String) throws(ToolUsageError) -> String {
    guard place < arguments.count, !arguments[place].isEmpty else {
      throw .missingArgument(name, tool: tool)
    }
    return arguments[place]
  }

  package func expectArguments(_ most: Int, _ expected: String) throws(ToolUsageError) {
    if arguments.count > most { throw .tooManyArguments(arguments[most], expected: expected) }
  }
}
