package import ArgumentParser
import ByteIO
import EventFormats
import Glibc
import Reports
import Terminal
import TraceDat

/// `kscope report`: a recording as text, a line an event.
package struct ReportCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Print what a recording holds, a line an event.",
    discussion: """
      Each line names the task and its pid, the CPU in brackets, the time in seconds, the event, \
      and what the event says:

            bash-310   [001]    57.146721: sched_switch: bash:310 [120] S ==> sleep:311 [120]

      Several files are merged by time, and each line says which file it is from.

      What of a file is damaged or missing is said on standard error; all that can be read is \
      printed, and the exit status is then 1.

      EXAMPLES
        kscope report                      print ./trace.dat
        kscope report -i a.dat -i b.dat    two recordings, merged by time
        kscope report -t -i a.dat          times in nanoseconds
        kscope report -F sched_switch      one kind of event
        kscope report -v -F 'irq.*'        all events but those
        kscope report -l --ts-diff         flags, and the time between lines
        kscope report --between 57.1 57.2  what happened in a tenth of a second
        kscope report --tail 10            the last ten events
        kscope report --json | jq .event   an object a line, for programs
        kscope report --csv sched_switch   a table of one event, for spreadsheets
        kscope report --profile            how long tasks slept, waited and were called
        kscope report --stat --uname       what the file says beside its events
      """)

  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("input")],
    help: ArgumentHelp("Read this recording; may be given several times.", valueName: "file"))
  var inputs: [String] = []

  @OptionGroup(title: "WHICH EVENTS") var selection: ReportSelectionOptions
  @OptionGroup(title: "TIMES") var time: ReportTimeOptions
  @OptionGroup(title: "LINES") var line: ReportLineOptions
  @OptionGroup(title: "HOW LONG THINGS TOOK") var profile: ReportProfileOptions
  @OptionGroup(title: "THE FILE ITSELF") var fact: ReportFactOptions
  @OptionGroup(title: "LOOKS") var terminal: TerminalOptions

  @Flag(name: .customShort("q"), help: "Say nothing of what is damaged or missing.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "-V, -V4: say more of each recording on standard error (info, debug), or less (none).",
      valueName: "level"))
  var verbose = Verbosity.warn

  @Argument(help: ArgumentHelp("Recordings, as with -i.", valueName: "file"))
  var files: [String] = []

  package init() {}

  package func validate() throws {
    if time.offsets.contains(where: { $0.recording == 0 }) {
      throw ValidationError("--ts-offset belongs behind the -i of the recording that it is for")
    }
    for (option, text) in time.malformed {
      throw ValidationError("\(option) takes a whole number, not '\(text)'")
    }
    if asksForFacts, line.json || line.csv != nil {
      throw ValidationError(
        "--json and --csv are of events; what the file itself says is printed as text only")
    }
    if profile.isAsked, !profile.profile {
      throw ValidationError("-G, -H and --by-comm belong to --profile")
    }
    if profile.profile {
      do { _ = try profile.options() } catch let error as ProfileRuleError {
        throw ValidationError("\(error.message)\n\(error.hint ?? "")")
      }
      if line.csv != nil || selection.follow {
        throw ValidationError("--profile goes with --json, not with --csv or --follow")
      }
      if selection.tail != nil || selection.around != nil {
        throw ValidationError(
          "--profile is of a span of time: use --between in place of --tail and --around")
      }
    }
    if line.json, line.csv != nil {
      throw ValidationError("--json and --csv are two ways of writing; choose one")
    }
    if time.frequencies.contains(where: { $0.value == 0 }) {
      throw ValidationError("--ts2secs takes how often the clock ticks in a second, at least 1")
    }
  }

  package func run() throws {
    let isSeen = terminal.isSeen
    let wantsColour = terminal.wantsColour
    let pager = terminal.noPager ? nil : Pager()
    let progress = ReportProgress(isPrinting: isSeen)
    let result = Result {
      try StandardStreams.writing {
        try write(to: STDOUT_FILENO, isSeen: isSeen, wantsColour, progress.show)
      }
    }
    progress.finish()
    if let pager { pager.finish() }
    let problems: [any ExplainedError]
    do {
      problems = try result.get()
    } catch let error as SystemError where isSeen && error.code == EPIPE {
      return  // The person has left the pager.
    }
    if quiet || verbose < .err {
      if Failure.hasFailed(problems) { throw ExitCode(1) }
    } else if Failure.report(
      problems, limit: fact.checksFormats ? .max : Failure.lossesNamed)
    {
      throw ExitCode(1)
    }
  }

  /// Prints what is asked for.
  ///
  /// - Returns: what could not be read or shown.
  func write(
    to descriptor: Int32, isSeen: Bool = false, _ wantsColour: Bool = false,
    _ onProgress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws -> [any ExplainedError] {
    if asksForFacts { return try writeFacts(to: descriptor) }
    var options = try options()
    options.line.isForTerminal = isSeen
    options.line.colours = wantsColour
    options.onProgress = onProgress
    return try writeEvents(to: descriptor, options)
  }

  private var asksForFacts: Bool {
    !fact.facts.isEmpty || fact.formats || !fact.formatsMatching.isEmpty || fact.checksFormats
      || fact.cpus || fact.firstEvent || fact.lastEvent
  }

  private func writeEvents(
    to descriptor: Int32, _ options: ReportOptions
  ) throws -> [any ExplainedError] {
    if selection.follow { return try follow(to: descriptor, options) }
    let (recordings, problems) = opened()
    guard !recordings.isEmpty else { return problems }
    if verbose >= .info { for recording in recordings { Self.introduce(recording.file) } }
    let input = try ReportInput(recordings, options: options)
    if selection.showsFilters, !input.filterTexts.isEmpty {
      try writeFilters(of: input, to: descriptor)
      return problems + input.problems
    }
    let checked = time.checks ? TimeCheck(input).problems : []
    let losses: [any ExplainedError]
    if profile.isAsked {
      let found = Profile(input, options: options, try profile.options())
      var sink = ByteSink()
      if line.json {
        found.writeJSON(to: &sink)
      } else {
        found.write(to: &sink, isForTerminal: options.line.isForTerminal)
      }
      try sink.write(to: descriptor)
      return problems + found.problems
    }
    if let event = line.csv {
      losses = try CSVReport(input, event: event, options: options).write(to: descriptor)
    } else if line.json {
      losses = try JSONReport(input, options: options).write(to: descriptor)
    } else {
      losses = try TextReport(input, options: options).write(to: descriptor)
    }
    return problems + input.problems + losses + checked
  }

  /// Prints a recording while it is made.
  ///
  /// - Returns: what could not be read or shown.
  private func follow(
    to descriptor: Int32, _ options: ReportOptions
  ) throws -> [any ExplainedError] {
    guard inputs.count + files.count <= 1, line.csv == nil, !time.checks else {
      throw ValidationError("--follow takes one recording, as text or --json")
    }
    var follower = RecordingFollower(
      path: inputs.first ?? files.first ?? "trace.dat", options: options)
    var problems: [any ExplainedError] = []
    // What is wrong with the file itself may still come right while it is written.
    var last: [any ExplainedError] = []
    while try follower.look({ input, options in
      last = input.problems
      problems +=
        line.json
        ? try JSONReport(input, options: options).write(to: descriptor)
        : try TextReport(input, options: options).write(to: descriptor)
    }) {
      usleep(Self.timeBetweenLooks)
    }
    return last + problems
  }

  /// In µs.
  private static let timeBetweenLooks: UInt32 = 250_000

  /// Says what kind of file it is.
  private static func introduce(_ file: TraceFile) {
    let names = file.buffers.map { $0.name.isEmpty ? "top level" : $0.name }
    Failure.say(
      "\(file.path): version \(file.version), compression \(file.compression.rawValue), "
        + "\(file.cpuCount) CPUs, buffers: \(names.joined(separator: ", "))")
  }

  func options() throws -> ReportOptions {
    var options = ReportOptions()
    options.range = try selection.range(timesAreRaw: time.isRaw)
    options.time = time.options
    options.line = try line.options(difference: time.difference)
    options.selection.filters =
      selection.filters.map { FilterText($0) }
      + selection.exclusions.map { FilterText($0, isInverted: true) }
    options.selection.pids = try selection.pids.flatMap { try Self.pids($0) }
    options.selection.comms = try selection.comms.flatMap { list in
      let names = list.split(separator: ",").map(String.init)
      guard !names.isEmpty else {
        throw ValidationError("--comm takes a list of names such as bash,sshd")
      }
      return names
    }
    options.selection.leavesOutHardIRQ = selection.leavesOutHardIRQ
    options.selection.leavesOutSoftIRQ = selection.leavesOutSoftIRQ
    if let path = line.kallsyms { options.symbols = try SymbolsFile.open(path) }
    if let list = selection.cpu { options.selection.cpus = try CPUList.parse(list) }
    return options
  }

  private static func pids(_ list: String) throws -> [Int32] {
    guard list.contains(where: { $0 != "," }) else {
      throw ValidationError("--pid takes a list of process ids such as 12,34")
    }
    return try list.split(separator: ",").map { word in
      guard let pid = Int32(word), pid >= 0 else {
        throw ValidationError("'\(word)' is no process id; --pid takes a list such as 12,34")
      }
      return pid
    }
  }

  /// The recordings, each with how its times are to be taken.
  private func opened() -> ([ReportInput.Recording], [any ExplainedError]) {
    let (opened, problems) = OpenedFiles.open(inputs + files)
    let recordings = opened.map { file, number in
      var recording = ReportInput.Recording(file)
      recording.offset = time.offsets.last { $0.recording == number }?.value ?? 0
      recording.ticksPerSecond =
        (time.frequencies.last { $0.recording == number }
        ?? time.frequencies.last { $0.recording == 0 })?.value
      return recording
    }
    return (recordings, problems)
  }

  /// What the filters were understood as.
  private func writeFilters(of input: ReportInput, to descriptor: Int32) throws {
    var sink = ByteSink()
    var shown: Set<String> = []
    for text in input.filterTexts where shown.insert(text).inserted { sink.append(text) }
    try sink.write(to: descriptor)
  }

  private func writeFacts(to descriptor: Int32) throws -> [any ExplainedError] {
    let (recordings, opening) = opened()
    var problems = opening
    let patterns = try fact.formatsMatching.map { try EventNamePattern($0) }
    var sink = ByteSink()
    // For each pattern, whether some event is meant by it.
    var isKnown = patterns.map { _ in false }
    var names: Set<String> = []
    for recording in recordings {
      let facts = FileFacts(of: recording.file)
      if recordings.count > 1 { sink.append("\(Failure.printable(recording.file.path)):\n") }
      for one in fact.facts { facts.write(one, to: &sink) }
      if fact.formats || !patterns.isEmpty {
        facts.writeFormats(
          where: { system, name in
            names.insert("\(system):\(name)")
            var isWanted = fact.formats
            for (place, pattern) in patterns.enumerated()
            where pattern.matches(system: system, name: name) {
              isKnown[place] = true
              isWanted = true
            }
            return isWanted
          }, to: &sink)
      }
      if fact.cpus || fact.firstEvent || fact.lastEvent {
        facts.writeCPUs(
          first: fact.firstEvent, last: fact.lastEvent,
          time.isRaw ? .raw : time.nanoseconds ? .nanoseconds : .microseconds, to: &sink)
      }
      problems += fact.checksFormats ? facts.problemsOfAllFormats : facts.problems
    }
    try sink.write(to: descriptor)
    if !recordings.isEmpty {
      problems += zip(fact.formatsMatching, isKnown).filter { !$0.1 }.map {
        UnknownEvent($0.0, among: names)
      }
    }
    return problems
  }
}
