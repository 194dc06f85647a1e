import ByteIO
import EventFormats
import Glibc
package import Recording
import Reports
import TraceDat
package import Tracefs

/// A tool at work over the running kernel, in an instance of its own.
///
/// Where the tool and the kernel can, the kernel counts (`KernelCounting`); otherwise its events are
/// brought out and counted here.
package final class ToolSession {
  private let session: LiveSession
  private let run: ToolRun
  private let options: ToolOptions
  private var tables: CountedTables?
  /// Why a table could not be read.
  private var failure: TracefsError?
  /// Which way is taken, for people who ask.
  package private(set) var way = "its events are brought out and looked at here"
  /// What was written for the kernel to count, each with the control file that took it.
  package private(set) var asked: [String] = []

  /// Sets all up, with tracing off. To be called on the process's first thread, once.
  ///
  /// - Parameters:
  ///   - commandLine: for whoever finds the journal of settings.
  ///   - descriptor: where the rows go.
  package init(
    _ tool: any KernelTool, commandLine: [String], output: Int32, isForTerminal: Bool
  ) throws {
    options = tool.options
    // What the kernel counts is in no event that could be kept.
    let counting =
      options.saved != nil
      ? nil
      : (tool as? any CountingTool)?.counting(
        KernelCounting(
          run: getpid(), rowsByTask: Self.rowsByTask,
          functions: Self.functions, isAddress: Self.isAddress,
          states: Self.switchStates))
    var counted: LiveSession?
    if let counting {
      counted = try Self.countingSession(tool, counting, commandLine, output, &way)
    }
    session =
      try counted
      ?? LiveSession(Self.plan(for: tool), commandLine: commandLine, output: output)
    do {
      let kernel = KernelTaskNames(session.directory)
      var report = ReportOptions()
      report.loadsSymbols = { (try? TextFile.readBytes("/proc/kallsyms")) ?? [] }
      let feed = try EventFeed(
        session.stream.file, options: report,
        names: LiveTaskNames(saved: { kernel.saved }, current: { KernelTaskNames.current($0) }))
      run = try ToolRun(
        tool, over: feed, factsOf: Self.facts(of:), wallOffset: LiveSession.wallOffset,
        isForTerminal: isForTerminal, needsEvents: counted == nil,
        isFiltered: counted == nil && tool.isAboutCurrentTask)
    } catch {
      session.abandon()
      throw error
    }
    run.setPageCacheSizes(Self.pageCacheSizes)
    if tool.isAboutInterrupts { run.leaveOut(process: getpid()) }
    if let counting, counted != nil, let instance = session.instances.first {
      tables = CountedTables(
        counting, names: session.plan.buffers[0].events.map(\.eventPattern), in: instance)
      run.beforeTick = { [unowned self] in readTables() }
      asked = Self.asked(session.plan, in: instance.name)
    }
  }

  private static func functions(_ glob: String) -> [String] {
    guard let list = try? TracingDirectory.find().functions(),
      let regex = try? POSIXRegex(FunctionPattern(glob).regex)
    else { return [] }
    var seen: Set<Substring> = []
    return list.lines(matching: regex).compactMap { line in
      // A function of a module has its name behind it.
      let name = line.prefix { $0 != " " && $0 != "\t" }
      return seen.insert(name).inserted ? String(name) : nil
    }
  }

  private static func isAddress(_ name: String, _ event: EventName) -> Bool {
    format(of: event)?.field(name)?.kind == .pointer
  }

  private static func switchStates() -> SwitchStates {
    SwitchStates(
      format(of: EventName(system: "sched", name: "sched_switch")), longSize: MemoryLayout<Int>.size
    )
  }

  private static func format(of event: EventName) -> EventFormat? {
    guard let bytes = try? TracingDirectory.find().top.format(of: event) else { return nil }
    return bytes.withUnsafeBytes { try? EventFormat(parsing: $0, system: event.system) }
  }

  /// A session in which the kernel counts; nil where it does not, and events do as well.
  private static func countingSession(
    _ tool: any KernelTool, _ counting: KernelCounting, _ commandLine: [String], _ output: Int32,
    _ way: inout String
  ) throws(RecordingError) -> LiveSession? {
    do throws(RecordingError) {
      let kernel = try? TracingDirectory.find().features()
      let session = try LiveSession(
        plan(for: tool, counting, kernel: kernel), commandLine: commandLine, output: output)
      way =
        counting.shown.isEmpty
        ? "the kernel counts" : "the kernel pairs events; what comes of them is brought out"
      return session
    } catch {
      // What could not be put back is in its message.
      guard isOfKernel(error.cause), !tool.events.isEmpty else { throw error }
      way += ", as this kernel does not count that: \(error.message)"
      return nil
    }
  }

  /// Whether the kernel cannot have what was asked of it, or will not.
  private static func isOfKernel(_ error: RecordingError) -> Bool {
    guard case .tracefs(let cause) = error else { return false }
    return switch cause {
    case .refused, .missingFeature, .unknown, .malformed: true
    default: false
    }
  }

  private func readTables() {
    do throws(TracefsError) {
      try tables?.read { row, table in run.take(row, table: table) }
    } catch { failure = failure ?? error }
  }

  // MARK: What is asked of the kernel

  private static let tellers = ["task:task_newtask", "task:task_rename"]

  package static func plan(for tool: any KernelTool) -> RecordingPlan {
    var plan = plan(tool.options)
    plan.ignoresMissingEvents = true
    plan.command = tool.command
    plan.onlyCommand = !tool.command.isEmpty
    if tool.isAboutCurrentTask {
      if let process = tool.options.process {
        plan.buffers[0].pids = [process]
      } else if let thread = tool.options.thread {
        plan.buffers[0].pids = [thread]
      }
    }
    plan.followsChildren =
      plan.onlyCommand || tool.isAboutCurrentTask && tool.options.process != nil
    if let tracer = tool.tracer {
      plan.buffers[0].tracer = tracer.name
      plan.buffers[0].functions = tracer.functions
    }
    plan.showsRecorder = tool.isAboutInterrupts
    // What tracers make has no switch.
    plan.buffers[0].events = tool.requestedEvents.filter { $0.system != "ftrace" }.map { event in
      var request = EventRequest(event.request)
      if let filter = event.filter { request.filters = [filter] }
      request.isOptional = event.isOptional || event.alternative != nil
      if event.hasCalls {
        request.triggers = [stackTrigger(event.filter)]
      }
      return request
    }
    // What tasks are called: a shell's child opens files, and then runs another program.
    plan.buffers[0].events += Self.tellers.map { EventRequest($0) }
    return plan
  }

  /// The same where the kernel counts: triggers, on events that are not on.
  ///
  /// - Parameter kernel: what calls stacks by its own name; nil for a new one.
  package static func plan(
    for tool: any KernelTool, _ counting: KernelCounting, kernel: KernelFeatures? = nil
  ) -> RecordingPlan {
    var plan = plan(tool.options)
    plan.definitions = counting.definitions
    plan.countsByHistograms = true
    plan.showsRecorder = tool.isAboutInterrupts
    plan.buffers[0].events = counting.placed.map { placed in
      var request = EventRequest(placed.probe ?? "\(placed.event)", isExcluded: true)
      var trigger = placed.trigger
      // The kernel lets none go on that has variables; until the tables do, they make no difference.
      if trigger.variables.isEmpty { trigger.control = .pause }
      request.triggers = [kernel.map { trigger.text(for: $0) } ?? "\(trigger)"]
      return request
    }
    plan.buffers[0].events += counting.shown.map { shown in
      var request = EventRequest("\(shown.event)")
      if let filter = shown.filter { request.filters = [filter] }
      if tool.options.showsStacks {
        request.triggers = [stackTrigger(shown.filter)]
      }
      return request
    }
    if !counting.shown.isEmpty || (tool as? any CountingTool)?.countsByTask == true {
      plan.buffers[0].events += tellers.map { EventRequest($0) }
    }
    return plan
  }

  /// What is left out has no need of a stack.
  private static func stackTrigger(_ filter: String?) -> String {
    "stacktrace" + (filter.map { " if \($0)" } ?? "")
  }

  private static func plan(_ options: ToolOptions) -> RecordingPlan {
    var plan = RecordingPlan()
    // Its times can be told apart from those of other machines' clocks, and compared with now.
    plan.buffers[0].clock = "mono"
    plan.duration = options.duration
    plan.savedFile = options.saved
    plan.watched = [options.process ?? options.thread].compactMap { $0 }
    if let interval = options.interval, let count = options.count {
      let (tables, isBeyond) = interval.multipliedReportingOverflow(by: UInt64(count))
      if !isBeyond { plan.duration = min(tables, plan.duration ?? .max) }
    }
    return plan
  }

  /// The definitions and the triggers of a plan, in their order.
  package static func asked(_ plan: RecordingPlan, in instance: String?) -> [String] {
    let top = instance.map { "instances/\($0)/" } ?? ""
    return plan.definitions.map { "dynamic_events: \($0)" }
      + plan.buffers[0].events.flatMap { request in
        let event = request.eventPattern.split(separator: ":").joined(separator: "/")
        return request.triggers.map { "\(top)events/\(event)/trigger: \($0)" }
      }
  }

  /// How many rows the kernel's tables by task have on this machine.
  ///
  /// Source: proc(5), `/proc/loadavg`, whose fourth word is `running/threads`.
  private static var rowsByTask: Int {
    let load = ((try? TextFile.read("/proc/loadavg")) ?? "").split(separator: " ")
    let tasks = load.count > 3 ? load[3].split(separator: "/").last.flatMap { Int($0) } : nil
    let largest = (try? TextFile.read("/proc/sys/kernel/pid_max")).flatMap {
      Int($0.split(separator: "\n").first ?? "")
    }
    return TableSize(
      tasks: tasks ?? 0, largestPID: largest ?? .max, kilobytes: memory()["MemTotal:"] ?? 0
    ).rows
  }

  /// Source: proc(5), `/proc/meminfo`, in kB there.
  private static func memory() -> [Substring: Int] {
    var values: [Substring: Int] = [:]
    for line in ((try? TextFile.read("/proc/meminfo")) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count > 1 { values[words[0]] = Int(words[1]) }
    }
    return values
  }

  private static func pageCacheSizes() -> (buffers: Int, cached: Int)? {
    let values = memory()
    guard let buffers = values["Buffers:"], let cached = values["Cached:"] else { return nil }
    return (buffers / 1024, cached / 1024)
  }

  /// Of a thread that runs now (proc(5), `/proc/PID/status` and `cgroup`).
  private static func facts(of thread: Int32) -> ThreadFacts {
    var facts = ThreadFacts()
    for line in ((try? TextFile.read("/proc/\(thread)/status")) ?? "").split(separator: "\n") {
      let words = line.split { $0 == "\t" || $0 == " " }
      guard words.count > 1 else { continue }
      if words[0] == "Tgid:" { facts.process = Int32(words[1]) }
      if words[0] == "PPid:" { facts.parent = Int32(words[1]) }
      if words[0] == "Uid:" { facts.user = UInt32(words[1]) }
    }
    // The unified hierarchy's line is the one without a controller (cgroups(7)).
    facts.cgroup = ((try? TextFile.read("/proc/\(thread)/cgroup")) ?? "").split(separator: "\n")
      .first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    return facts
  }

  /// The events of a round come a round later, and after a silence rounds are 160 ms apart; an
  /// interval is not over before they are here. What the kernel counts is there at once.
  private var delay: UInt64 { tables == nil ? 250_000_000 : 0 }

  /// Traces until the end comes.
  ///
  /// - Returns: how it ended, and what the rows do not tell.
  package func follow() throws -> (summary: LiveSummary, notes: [String]) {
    // Who sees the head can count on what comes after it being seen. Children that are made from now
    // on are told by events.
    session.onStart = { [run, options] in
      if let process = options.process { run.adopt(ProcessTree.family(of: [process])) }
      run.begin(at: LiveSession.now)
    }
    session.onLook = { [session, run, options, delay] in
      if options.interval != nil { run.tick(until: LiveSession.now &- delay) }
      try run.flush { try session.write($0) }
      if run.isDone { session.stop() }
    }
    defer { (session.onStart, session.onLook) = (nil, nil) }
    let summary = try session.run { range, isLast in
      run.take(range)
      try run.flush { try session.write($0) }
      // The instance is still there, and nothing more is traced; `finish` ends the last interval.
      if isLast, tables != nil {
        readTables()
        run.beforeTick = nil
      }
    }
    run.finish()
    if !run.tool.isQuiet {
      run.say("")
      run.say("Ending tracing...")
    }
    if summary.ending != .outputClosed {
      do { try run.flush { try session.write($0) } } catch is LiveSession.Stopped {}
    }
    return (summary, run.notes + countingNotes)
  }

  /// What the kernel's tables do not tell.
  private var countingNotes: [String] {
    var notes: [String] = []
    if let failure { notes.append("a table could not be read: \(failure.message)") }
    return notes + (tables?.notes ?? [])
  }
}
