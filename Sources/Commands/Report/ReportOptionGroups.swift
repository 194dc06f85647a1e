import ArgumentParser
import ByteIO
import EventFormats
import Reports

/// Which events `report` shows.
struct ReportSelectionOptions: ParsableArguments {
  @Option(
    name: [.customShort("F", allowingJoined: true), .customLong("filter")],
    help: ArgumentHelp(
      """
      Only events that this filter lets through: EVENTS or EVENTS: EXPRESSION, as in \
      'sched_switch: prev_pid == 1 || next_pid == 1'. Of several, one must. Behind -v: only those \
      that it does not.
      """, valueName: "filter"))
  var filters: [String] = []

  @Option(
    name: .customLong("exclude"),
    help: ArgumentHelp("Without the events that this filter lets through.", valueName: "filter"))
  var exclusions: [String] = []

  @Flag(name: .customShort("T"), help: "Print what the filters were understood as, and end.")
  var showsFilters = false

  @Option(
    help: ArgumentHelp(
      "Only what happened between two times as they are shown, both included.",
      valueName: "from> <to"))
  var between: String?

  @Option(
    help: ArgumentHelp(
      "Only the events next to a time, --context before it and as many after.", valueName: "time"))
  var around: String?

  @Option(help: ArgumentHelp("How many events --around shows on each side.", valueName: "number"))
  var context = 20

  @Option(
    help: ArgumentHelp(
      "Only the last events that are shown; of --csv, the last rows.", valueName: "number"))
  var tail: Int?

  @Flag(
    help: """
      Go on as long as the recording does, and show each event when its page is written. Events of \
      a CPU that was quiet may come late.
      """)
  var follow = false

  @Option(
    name: .customLong("cpu"),
    help: ArgumentHelp("Only these CPUs: 0,3 or 2-4.", valueName: "list"))
  var cpu: String?

  @Option(
    name: .customLong("pid"),
    help: ArgumentHelp(
      "Only events of these tasks, and those that wake or switch to them; beside -F, these too.",
      valueName: "list"))
  var pids: [String] = []

  @Option(
    name: .customLong("comm"),
    help: ArgumentHelp("Only events of the tasks with these names.", valueName: "list"))
  var comms: [String] = []

  @Flag(name: .customShort("I"), help: "Nothing that happened in a hardware interrupt.")
  var leavesOutHardIRQ = false

  @Flag(name: .customShort("S"), help: "Nothing that happened in a software interrupt.")
  var leavesOutSoftIRQ = false

  /// The part of the recording that is asked for.
  ///
  /// - Parameter timesAreRaw: times are shown, and given, as the clock's own numbers.
  func range(timesAreRaw: Bool = false) throws -> ReportRange {
    guard [between != nil, around != nil, tail != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("--between, --around and --tail cannot be combined")
    }
    guard !follow || (between == nil && around == nil && tail == nil) else {
      throw ValidationError("--follow shows everything; leave out --between, --around and --tail")
    }
    if let tail {
      guard tail >= 0 else { throw ValidationError("--tail takes a number of events") }
      return .tail(tail)
    }
    if let around {
      guard context >= 0 else { throw ValidationError("--context takes a number of events") }
      return .around(try Self.time(around, timesAreRaw).lowerBound, events: context)
    }
    guard let between else { return .all }
    let ends = try between.split(separator: " ").map { try Self.time(String($0), timesAreRaw) }
    guard ends.count == 2, ends[0].lowerBound <= ends[1].upperBound else {
      throw ValidationError("--between takes two times, the earlier one first: --between 57.1 57.2")
    }
    return .between(ends[0].lowerBound...ends[1].upperBound)
  }

  private static func time(_ text: String, _ isRaw: Bool) throws -> ClosedRange<UInt64> {
    if isRaw, let number = UInt64(text) { return number...number }
    guard let time = ShownTime(text) else {
      throw ValidationError(
        "'\(text)' is no time; times are seconds as reports show them: 57.146721")
    }
    return time.nanoseconds
  }
}

/// How `report` shows times.
struct ReportTimeOptions: ParsableArguments {
  @Flag(name: .customShort("t"), help: "Times in nanoseconds instead of microseconds.")
  var nanoseconds = false

  @Flag(name: .customLong("ts-diff"), help: "How much later each line is than the one before.")
  var difference = false

  @Flag(name: .customLong("align-ts"), help: "Let the first event happen at 0.")
  var startsAtZero = false

  @Flag(name: .customLong("nodate"), help: "Without the date that record --date added.")
  var ignoresDate = false

  @Flag(name: .customLong("raw-ts"), help: "The kernel's own numbers, without any correction.")
  var isRaw = false

  @Option(
    name: .customLong("ts-offset"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Added to the times of the recording named before, in units of its clock.",
      valueName: "number"))
  var offsets: [TimeSetting<Int64>] = []

  @Option(
    name: .customLong("ts2secs"),
    help: ArgumentHelp(
      "How many units of its clock make a second, for the recording named before or for all.",
      valueName: "hz"))
  var frequencies: [TimeSetting<UInt64>] = []

  @Flag(name: .customLong("ts-check"), help: "Say where a CPU's times run backwards.")
  var checks = false

  /// What is no number, with its option.
  var malformed: [(option: String, text: String)] {
    offsets.compactMap { setting in setting.malformed.map { ("--ts-offset", $0) } }
      + frequencies.compactMap { setting in setting.malformed.map { ("--ts2secs", $0) } }
  }

  var options: TimeOptions {
    var options = TimeOptions()
    options.nanoseconds = nanoseconds
    options.isRaw = isRaw
    options.ignoresDate = ignoresDate
    options.startsAtZero = startsAtZero
    return options
  }
}

/// A number that belongs to one recording: `N@2` for the second, `N@0` for all.
///
/// Decimal, or hexadecimal behind `0x`.
struct TimeSetting<Number: FixedWidthInteger & Sendable>: ExpressibleByArgument, Sendable {
  var value: Number
  /// From 1; 0 for all.
  var recording: Int
  /// As it was given, where it is no such number.
  var malformed: String?

  init?(argument: String) {
    let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
    let text = parts.first.map(String.init) ?? ""
    let number = Self.number(text)
    value = number ?? 0
    // The parser would show the text with the recording that was put behind it.
    malformed = number == nil ? text : nil
    recording = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
  }

  private static func number(_ text: String) -> Number? {
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard digits.hasPrefix("0x") || digits.hasPrefix("0X"), text.count - digits.count <= 1 else {
      return Number(text)
    }
    return Number((text.hasPrefix("-") ? "-" : "") + digits.dropFirst(2), radix: 16)
  }
}

/// What stands in the lines of `report`.
struct ReportLineOptions: ParsableArguments {
  @Flag(name: .customShort("l"), help: "The latency format: flags of interrupts and preemption.")
  var latency = false

  @Flag(name: .customShort("R"), help: "Fields by name instead of each event's own text.")
  var raw = false

  @Option(
    name: [.customShort("r", allowingJoined: true)],
    help: ArgumentHelp("The same for the events that match.", valueName: "regex"))
  var rawEvents: [String] = []

  @Flag(
    name: [.customShort("N"), .customShort("L")],
    help: "Every event as its own print format says: no handlers.")
  var noHandlers = false

  @Option(
    name: [.customShort("n", allowingJoined: true)],
    help: ArgumentHelp("The same for the events that match.", valueName: "regex"))
  var eventsWithoutHandler: [String] = []

  @Option(
    name: [.customShort("O", allowingJoined: true)],
    help: ArgumentHelp(
      "How handlers print: ftrace:parent, fgraph:tailprint …; 'kscope options' lists them.",
      valueName: "[plugin:]option[=value]"))
  var handlerOptions: [String] = []

  @Flag(name: .customShort("w"), help: "How long tasks waited from wakeup until they ran.")
  var wakeupLatency = false

  @Option(
    help: ArgumentHelp(
      "The kernel's symbols from this file, a copy of /proc/kallsyms, not from the recording.",
      valueName: "file"))
  var kallsyms: String?

  @Flag(help: "A JSON object a line: time in ns, cpu, pid, comm, system, event, typed fields.")
  var json = false

  @Option(
    help: ArgumentHelp(
      """
      A table of all occurrences of one event: time in ns, cpu, pid, comm, its fields; file and \
      buffer before them where there are several. A field that is called as one of these six is \
      field_NAME. Lost events are told on standard error.
      """,
      valueName: "[system:]event"))
  var csv: String?

  @Flag(name: .customLong("boundary"), help: "A line where a sub-buffer begins.")
  var boundary = false

  @Option(
    help: ArgumentHelp(
      """
      The text of trace-cmd 3.1, or of 3.3: the flags of -l in every line, what functions returned, \
      the kernel's own letters of task states.
      """,
      valueName: "version"))
  var compat = TextGeneration.version3_1

  func options(difference: Bool) throws -> ReportOptions.LineOptions {
    var options = ReportOptions.LineOptions()
    options.generation = compat
    options.isLatencyFormat = latency
    options.raw = raw
    options.rawFields = try Self.choice(rawEvents)
    options.withoutHandler = noHandlers ? .all : try Self.choice(eventsWithoutHandler)
    for text in handlerOptions { try options.handlers.set(text, for: compat) }
    options.marksSubBuffers = boundary
    options.showsWakeupLatency = wakeupLatency
    options.showsDifference = difference
    return options
  }
}

extension TextGeneration: ExpressibleByArgument {}

extension ReportLineOptions {
  /// The events whose name or system is matched as a whole by one of these expressions.
  private static func choice(_ texts: [String]) throws -> EventChoice {
    guard !texts.isEmpty else { return .none }
    let patterns = try texts.map { try POSIXRegex($0, wholeText: true) }
    return .matching { system, event in
      patterns.contains { $0.matches(event) || $0.matches(system) }
    }
  }
}

/// What `report` prints of a recording in place of its events.
struct ReportFactOptions: ParsableArguments {
  @Flag(name: .customShort("E"), help: "The names of the events that the file has formats of.")
  var eventNames = false

  @Flag(name: .customLong("events"), help: "The formats of all events.")
  var formats = false

  @Option(
    name: .customLong("event"),
    help: ArgumentHelp("The formats of the events that match.", valueName: "[system:]regex"))
  var formatsMatching: [String] = []

  @Flag(name: .customLong("check-events"), help: "Say which formats are not understood.")
  var checksFormats = false

  @Flag(name: .customLong("cpus"), help: "The CPUs that have events.")
  var cpus = false

  @Flag(name: .customLong("first-event"), help: "The time of each CPU's first event.")
  var firstEvent = false

  @Flag(name: .customLong("last-event"), help: "The time of each CPU's last event.")
  var lastEvent = false

  @Flag(name: .customLong("stat"), help: "What the kernel counted of its buffers at the end.")
  var statistics = false

  @Flag(name: .customLong("uname"), help: "The recorded machine's kernel.")
  var kernel = false

  @Flag(name: .customLong("version"), help: "What wrote the file.")
  var writer = false

  @Flag(name: .customShort("f"), help: "The functions and their addresses.")
  var functions = false

  @Flag(name: .customShort("P"), help: "The constant texts of trace_printk.")
  var printkFormats = false

  @Flag(name: .customShort("e"), help: "The byte order.")
  var byteOrder = false

  @Flag(name: .customShort("p"), help: "The page size.")
  var pageSize = false

  /// The facts that are asked for, in the order in which they are printed.
  var facts: [FileFacts.Fact] {
    let asked: [(Bool, FileFacts.Fact)] = [
      (byteOrder, .byteOrder), (pageSize, .pageSize), (functions, .functions),
      (printkFormats, .printkFormats), (eventNames, .eventNames), (statistics, .statistics),
      (kernel, .kernel), (writer, .writer),
    ]
    return asked.filter(\.0).map(\.1)
  }
}

/// How long things took, in place of lines: `report --profile`.
struct ReportProfileOptions: ParsableArguments {
  @Flag(
    help: "How long tasks slept and waited, how long calls and interrupts took, and who called.")
  var profile = false

  @Flag(name: .customShort("G"), help: "Count interrupts for CPUs, not for interrupted tasks.")
  var interruptsAreGlobal = false

  @Option(
    name: [.customShort("H", allowingJoined: true)],
    help: ArgumentHelp(
      "Measure from one event to another of the same value: sched_waking,pid/sched_switch,next_pid.",
      valueName: "event,field/event,field"))
  var rules: [String] = []

  @Flag(name: .customLong("by-comm"), help: "Count tasks of one name together.")
  var groupsByName = false

  /// Whether any of it is asked for.
  var isAsked: Bool { profile || interruptsAreGlobal || groupsByName || !rules.isEmpty }

  func options() throws -> Profile.Options {
    var options = Profile.Options()
    options.interruptsAreGlobal = interruptsAreGlobal
    options.groupsByName = groupsByName
    options.rules = try rules.map { try ProfileRule(parsing: $0) }
    return options
  }
}
