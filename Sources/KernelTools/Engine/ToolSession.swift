import ByteIO
package import Recording
import Reports
import TraceDat
import Tracefs

/// A tool at work over the running kernel, in an instance of its own.
package struct ToolSession {
  private let session: LiveSession
  private let run: ToolRun
  private let options: ToolOptions

  /// Sets all up, with tracing off. To be called on the process's first thread, once.
  ///
  /// - Parameters:
  ///   - commandLine: for whoever finds the journal of settings.
  ///   - descriptor: where the rows go.
  package init(
    _ tool: any KernelTool, commandLine: [String], output: Int32, isForTerminal: Bool
  ) throws {
    options = tool.options
    session = try LiveSession(
      Self.plan(for: tool), commandLine: commandLine, output: output)
    do {
      let kernel = KernelTaskNames(session.directory)
      var report = ReportOptions()
      report.loadsSymbols = { (try? TextFile.readBytes("/proc/kallsyms")) ?? [] }
      let feed = try EventFeed(
        session.stream.file, options: report,
        names: LiveTaskNames(saved: { kernel.saved }, current: { KernelTaskNames.current($0) }))
      run = try ToolRun(
        tool, over: feed, factsOf: Self.facts(of:), wallOffset: LiveSession.wallOffset,
        isForTerminal: isForTerminal)
    } catch {
      session.abandon()
      throw error
    }
  }

  private static let tellers = ["task:task_newtask", "task:task_rename"]

  /// What is asked of the kernel.
  package static func plan(for tool: any KernelTool) -> RecordingPlan {
    let options = tool.options
    var plan = RecordingPlan()
    // Its times can be told apart from those of other machines' clocks, and compared with now.
    plan.buffers[0].clock = "mono"
    plan.ignoresMissingEvents = true
    plan.showsRecorder = tool.isAboutInterrupts
    plan.buffers[0].events = tool.events.map { event in
      var request = EventRequest(event.request)
      if let filter = event.filter { request.filters = [filter] }
      request.isOptional = event.isOptional || event.alternative != nil
      if event.hasCalls { request.triggers = ["stacktrace"] }
      return request
    }
    // What tasks are called: a shell's child opens files, and then runs another program.
    plan.buffers[0].events += Self.tellers.map { EventRequest($0) }
    plan.duration = options.duration
    if plan.duration == nil, let interval = options.interval, let count = options.count {
      plan.duration = interval &* UInt64(count)
    }
    return plan
  }

  /// Of a thread that runs now (proc(5), `/proc/PID/status` and `cgroup`).
  private static func facts(of thread: Int32) -> ThreadFacts {
    var facts = ThreadFacts()
    for line in ((try? TextFile.read("/proc/\(thread)/status")) ?? "").split(separator: "\n") {
      let words = line.split { $0 == "\t" || $0 == " " }
      guard words.count > 1 else { continue }
      if words[0] == "Tgid:" { facts.process = Int32(words[1]) }
      if words[0] == "Uid:" { facts.user = UInt32(words[1]) }
    }
    // The unified hierarchy's line is the one without a controller (cgroups(7)).
    facts.cgroup = ((try? TextFile.read("/proc/\(thread)/cgroup")) ?? "").split(separator: "\n")
      .first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    return facts
  }

  /// The events of a round come a round later; an interval is not over before they are here.
  private static let delay: UInt64 = 100_000_000

  /// Traces until the end comes.
  ///
  /// - Returns: how it ended, and what the rows do not tell.
  package func follow() throws -> (summary: LiveSummary, notes: [String]) {
    // Who sees the head can count on what comes after it being seen.
    session.onStart = { [run] in run.begin() }
    session.onLook = { [session, run, options] in
      if options.interval != nil { run.tick(until: LiveSession.now &- Self.delay) }
      try run.flush { try session.write($0) }
    }
    defer { (session.onStart, session.onLook) = (nil, nil) }
    let summary = try session.run { range, _ in
      run.take(range)
      try run.flush { try session.write($0) }
    }
    run.finish()
    run.say("")
    run.say("Ending tracing...")
    if summary.ending != .outputClosed {
      do { try run.flush { try session.write($0) } } catch is LiveSession.Stopped {}
    }
    return (summary, run.notes)
  }
}
