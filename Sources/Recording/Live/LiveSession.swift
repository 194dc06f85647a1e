import ByteIO
import CKernel
import Glibc
package import TraceDat
package import Tracefs

/// Shows events while they happen: sets tracing up in an instance of its own, hands on what comes
/// until the end comes, and leaves the kernel as it was.
///
/// Made, it is set up with tracing off; `run` does the rest, once, or `abandon` takes it back. To be
/// used on the process's first thread.
package final class LiveSession {
  package let plan: RecordingPlan
  package let directory: TracingDirectory
  /// What is shown; its pages come in while `run` runs.
  package let stream: LiveStream
  /// Called once, when tracing has begun.
  package var onStart: (() -> Void)?
  /// Called after each look at the buffers, whether anything was there or not.
  package var onLook: (() throws -> Void)?

  /// The file that what is read is kept in, too.
  let recording: LiveRecording?
  let state: SavedState
  let command: GatedCommand?
  let watch: ProcessWatch
  let signals: Signals
  let output: LiveOutput
  var buffers: [LiveBuffer]
  var summary = LiveSummary()
  var startTime: UInt64 = 0
  var isOver = false
  /// How many looks at the buffers there were since something was there.
  var quietLooks = 0
  /// Files that `poll` has only errors of.
  var deafSources: Set<Int32> = []
  /// A second signal came: what is not shown yet is not waited for.
  var isGivenUp = false

  /// Sets everything up.
  ///
  /// - Parameters:
  ///   - plan: what is asked of the top level goes to an instance that is made for it.
  ///   - commandLine: for whoever finds the journal of settings.
  ///   - descriptor: where what is shown goes; it ends the stream when it is closed.
  package init(
    _ plan: RecordingPlan, commandLine: [String], output descriptor: Int32
  ) throws(RecordingError) {
    try TracingChecks.checkCommand(of: plan)
    let directory = try Recorder.traced { () throws(TracefsError) in try TracingDirectory.find() }
    summary.warnings = try TracingChecks.recoverAbandoned()
    let watch = try ProcessWatch(plan)
    var plan = plan
    summary.warnings += try ProbePlanner(directory).resolve(&plan)
    self.plan = plan
    self.directory = directory
    self.watch = watch
    output = LiveOutput(descriptor)
    do throws(SystemError) {
      // The child is made before the signals are blocked: it shall have the mask we were given.
      command = plan.command.isEmpty ? nil : try GatedCommand(plan.command)
      signals = try Signals()
    } catch { throw .system(error) }
    // A reader that goes away is told by the write.
    signal(SIGPIPE, SIG_IGN)
    kernel_raise_file_limit()
    let state = SavedState(directory, command: commandLine)
    self.state = state
    var setup = LiveSetup(
      plan: plan, directory: directory, state: state, command: command?.pid)
    var made: [LiveBuffer] = []
    do throws(RecordingError) {
      made = try setup.makeBuffers()
      buffers = made
      summary.warnings += setup.notes
      summary.usedTopLevel = made.contains { $0.instance.name == nil }
      (stream, recording) = try setup.makeStream(made, commandLine: commandLine)
    } catch {
      // An instance with an open file is not removed.
      for index in made.indices { made[index].close() }
      throw error.restoring(state)
    }
  }

  /// Traces and shows until the end comes.
  ///
  /// - Parameter show: gets the events that can be shown now, good until it returns, and whether
  ///   they are the last. What it prints it hands to `write`; what that throws it passes on.
  package func run(
    _ show: (_ range: EventRange, _ isLast: Bool) throws -> Void
  ) throws -> LiveSummary {
    do {
      try begin()
      try follow(show)
      stopTracing()
      if summary.ending != .outputClosed, !isGivenUp { try showRest(show) }
    } catch is Stopped {
      stopTracing()
    } catch {
      abandon()
      throw error
    }
    finish()
    return summary
  }

  /// Where it traces, in the plan's order.
  package var instances: [Instance] { buffers.map(\.instance) }

  /// Enough was shown: it ends as if its time were over.
  package func stop() { end(.timeOver) }

  /// Takes everything back; nothing more can be shown.
  package func abandon() {
    guard !isOver else { return }
    stopTracing()
    finish()
  }

  /// Writes what is shown, and waits for whoever reads it.
  ///
  /// Throws where nobody does any more; `run` then ends without an error.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    do throws(SystemError) {
      if try output.write(bytes, waiting: { waitToWrite($0) }) { return }
    } catch {
      guard error.code == EPIPE else { throw error }
      end(.outputClosed)
    }
    throw Stopped()
  }

  /// Nothing more is shown.
  package struct Stopped: Error {}

  /// What makes a time of the clock `mono` one since 1970, in nanoseconds.
  package static var wallOffset: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec) &- now
  }

  /// CLOCK_MONOTONIC in nanoseconds: the trace's clock `mono`.
  package static var now: UInt64 { RecordingSession.now }

  // MARK: The way

  private func begin() throws(RecordingError) {
    if let priority = plan.priority { _ = kernel_set_fifo_priority(priority) }
    try Recorder.traced { () throws(TracefsError) in
      let own = ProcessTree.threads(of: getpid())
      if !plan.showsRecorder { for buffer in buffers { try buffer.settings.hide(own) } }
      for index in buffers.indices { try buffers[index].noteStats() }
      for buffer in buffers {
        try buffer.instance.setTracingOn(true, saving: state)
        try buffer.instance.expectSwitchOff(saving: state)
        if plan.countsByHistograms { try buffer.settings.resumeHistograms() }
      }
    }
    startTime = RecordingSession.now
    if let command {
      do { try command.release() } catch {
        throw .command(name: plan.command.first ?? "", cause: error)
      }
    }
    onStart?()
  }

  private func follow(_ show: (EventRange, Bool) throws -> Void) throws {
    while summary.ending == .running {
      let began = RecordingSession.now
      let range = try stream.round()
      quietLooks = stream.hasRead || range.from != range.to ? 0 : quietLooks + 1
      if range.from != range.to { try show(range, false) }
      try onLook?()
      waitForPages(since: began)
    }
  }

  private func stopTracing() {
    for buffer in buffers { buffer.switchOff() }
    if summary.duration == 0, startTime > 0 { summary.duration = RecordingSession.now &- startTime }
    // Where that cannot be noted (a full disk), `expectSwitchOff` has said what is needed.
    for buffer in buffers { try? buffer.instance.setTracingOn(false, saving: state) }
  }

  private func showRest(_ show: (EventRange, Bool) throws -> Void) throws {
    repeat {
      let range = try stream.round(isLast: true)
      try show(range, stream.hasEnded)
    } while !stream.hasEnded
  }

  private func finish() {
    guard !isOver else { return }
    isOver = true
    summary.cpus = buffers.flatMap { $0.statistics() }
    if startTime == 0 {
      recording?.abandon()
    } else {
      do throws(RecordingError) { try recording?.finish() } catch {
        summary.warnings.append("the recording is not whole: \(error.message)")
      }
    }
    // The kernel changes no tracer while pages are read.
    stream.close()
    for index in buffers.indices { buffers[index].close() }
    summary.warnings += state.restore().map(\.message)
    if let command, command.ended() == nil {
      switch summary.ending {
      case .asRecording(.exited), .asRecording(.killed): break
      default: summary.survivor = command.pid
      }
    }
  }
}
