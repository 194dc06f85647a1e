import ByteIO
import CKernel
import Glibc
import Tracefs

/// Carries out a plan of `start` or `set`: everything is set, and stays set when this is over.
///
/// The journal of what was there before stays too, marked as kept, for `kscope reset`.
package struct TracingSetup {
  package enum Purpose: Sendable {
    /// As for a recording, and tracing is switched on.
    case start
    /// What the plan says and nothing else.
    case set
  }

  package let purpose: Purpose
  package private(set) var plan: RecordingPlan
  /// How it was asked for; it is noted in the journal.
  package let commandLine: [String]
  /// Called when all is set, before the command runs.
  package var onSet: ((TracingSetupSummary) -> Void)?
  /// Gets what could not be put back after an error.
  package var onWarning: ((String) -> Void)?

  package init(_ purpose: Purpose, _ plan: RecordingPlan, commandLine: [String]) {
    self.purpose = purpose
    self.plan = plan
    self.commandLine = commandLine
  }

  /// Sets everything, runs the command and, unless told otherwise, waits for its end. When it
  /// throws, all is as it was.
  ///
  /// To be called on the process's first thread, once.
  @discardableResult
  package func run() throws(RecordingError) -> TracingSetupSummary {
    try TracingChecks.checkCommand(of: plan)
    let directory = try Recorder.traced { () throws(TracefsError) in try TracingDirectory.find() }
    var summary = TracingSetupSummary()
    summary.warnings = try TracingChecks.recoverAbandoned()
    let replaced = purpose == .start ? try instancesToReplace(in: directory) : []
    for buffer in plan.buffers { try checkProcesses(of: buffer) }
    var setup = self
    summary.warnings += try ProbePlanner(directory).resolve(&setup.plan)

    // The child is made before the signals are blocked: it shall have the mask we were given.
    let command: GatedCommand?
    let signals: Signals
    do throws(SystemError) {
      command = plan.command.isEmpty ? nil : try GatedCommand(plan.command)
      // The command has the ways of signals that we were given; from here on, nobody who reads what
      // is said may end this half-way by going away.
      signal(SIGPIPE, SIG_IGN)
      signals = try Signals()
    } catch { throw .system(error) }
    let state = SavedState(directory, command: commandLine)
    let change = LastingChange(state: state, signals: signals, onWarning: onWarning)
    try change.make { () throws(RecordingError) in
      try ProbePlanner(directory).define(setup.plan, saving: state)
      try Recorder.traced { () throws(TracefsError) in
        for instance in replaced { try instance.quieten(saving: state) }
        try setup.apply(directory, state, command?.pid, &summary)
      }
    } use: { () throws(RecordingError) in
      onSet?(summary)
      guard let command else { return }
      do throws(SystemError) { try command.release() } catch {
        throw .command(name: plan.command.first ?? "", cause: error)
      }
    }
    if let command, !plan.forks { summary.ending = wait(for: command, signals) }
    return summary
  }

  // MARK: Before

  /// The buffers that an earlier `start` or `set` left in use: this one takes its place. Refuses
  /// those that anybody else uses.
  private func instancesToReplace(
    in directory: TracingDirectory
  ) throws(RecordingError) -> [Instance] {
    var replaced: [Instance] = []
    for instance in try TracingChecks.existingInstances(
      of: plan, in: directory, where: { isUsed($0) || $0.isRemoved })
    {
      let uses = try Recorder.traced { () throws(TracefsError) in
        try BusyCheck.uses(of: instance, readersCount: false)
      }
      if uses.settings.isEmpty { continue }
      guard uses.isKept else {
        throw .busy(buffer: instance.name, uses: uses.words, isKept: false)
      }
      replaced.append(instance)
    }
    return replaced
  }

  private func checkProcesses(of buffer: BufferPlan) throws(RecordingError) {
    for pid in buffer.pids where pid != 0 && !ProcessTree.exists(pid) {
      throw .noSuchProcess(pid)
    }
  }

  // MARK: Setting

  /// Sets everything; instances go last, as nothing brings one back when a later step fails.
  func apply(
    _ directory: TracingDirectory, _ state: SavedState, _ command: Int32?,
    _ summary: inout TracingSetupSummary
  ) throws(TracefsError) {
    // One that is not there must not be found out when another has gone.
    var removed: [Instance] = []
    for buffer in plan.buffers where buffer.isRemoved {
      removed.append(try directory.instance(named: buffer.name ?? ""))
    }
    if let size = plan.commandLinesSize {
      try directory.top.setSavedCmdlinesSize(size, saving: state)
    }
    var instances: [Instance] = []
    for buffer in plan.buffers where isUsed(buffer) {
      let instance = try plan.instance(for: buffer, in: directory, saving: state)
      instances.append(instance)
      let settings = BufferSettings(
        plan: plan, buffer: buffer, instance: instance, state: state,
        pids: plan.pids(of: buffer, command: command))
      summary.warnings +=
        purpose == .start ? try settings.apply() : try settings.applySettings()
    }
    if purpose == .start {
      for instance in instances { try instance.setTracingOn(true, saving: state) }
    }
    if plan.isPrivate { summary.privateInstance = instances.first?.name }
    for instance in removed { try instance.remove(saving: state) }
  }

  private func isUsed(_ buffer: BufferPlan) -> Bool {
    guard !buffer.isRemoved else { return false }
    // What holds for all buffers holds for the top level even where nothing else is said of it.
    return buffer.isUsed || plan.onlyCommand || plan.disablesFunctionTrace
  }

  // MARK: The command

  private func wait(for command: GatedCommand, _ signals: Signals) -> RecordingSummary.Ending {
    while true {
      if let ended = command.ended() { return ended }
      var descriptor = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&descriptor, 1, -1)
      while let number = signals.next() {
        if number != SIGCHLD { return command.ended() ?? .signal(number) }
      }
    }
  }
}

/// What `start` or `set` did.
package struct TracingSetupSummary: Equatable, Sendable {
  /// Of the instance that `--private` made.
  package var privateInstance: String?
  /// How the command ended; still running where nobody waited for it, or where there is none.
  package var ending = RecordingSummary.Ending.running
  /// What was found and put right before, and other things to know.
  package var warnings: [String] = []
}
