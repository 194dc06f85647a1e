import ByteIO
import CKernel
import Glibc
import TraceDat
import Tracefs

/// A recording while it is made: what is set, who reads, what the file has so far.
final class RecordingSession {
  let recorder: Recorder
  let plan: RecordingPlan
  let directory: TracingDirectory
  let state: SavedState
  var command: GatedCommand?
  let watch: ProcessWatch
  let signals: Signals
  let stop: EventFlag
  let failure: EventFlag
  let fullFile: EventFlag
  var buffers: [RecordedBuffer] = []
  var processes = ProcessSnapshot()
  var writer: TraceFileWriter?
  var startTime: UInt64 = 0
  var overheadGuard: OverheadGuard?
  /// Since tracing began, in nanoseconds.
  var overheadLookedAt: UInt64 = 0
  var summary: RecordingSummary

  init(
    _ recorder: Recorder, _ directory: TracingDirectory, _ state: SavedState,
    _ command: GatedCommand?, _ watch: ProcessWatch, plan: RecordingPlan
  ) throws(SystemError) {
    self.recorder = recorder
    self.plan = plan
    self.directory = directory
    self.state = state
    self.command = command
    self.watch = watch
    // The command has the mask and the ways of signals that we were given; from here on, nobody who
    // reads what is said may end a recording by going away.
    signal(SIGPIPE, SIG_IGN)
    signals = try Signals(also: plan.isFlightRecorder ? [SIGUSR1] : [])
    stop = try EventFlag()
    failure = try EventFlag()
    fullFile = try EventFlag()
    summary = RecordingSummary(output: plan.output, ending: .running, duration: 0, cpus: [])
    kernel_raise_file_limit()
  }

  // MARK: Before

  /// Sets everything up, with tracing off, and creates the file where it is written from the start.
  func prepare() throws(RecordingError) {
    try ProbePlanner(directory).define(plan, saving: state)
    if let budget = plan.overheadBudget {
      overheadGuard = try Recorder.traced { () throws(TracefsError) in
        let prices = try CostSampler.prices(for: plan, directory, state)
        let cpus = OnlineCPUs.present(among: try directory.top.cpus())
        return OverheadGuard(budget, prices: prices, cpuCount: cpus.count)
      }
    }
    try Recorder.traced { () throws(TracefsError) in
      try makeBuffers()
      if plan.isFlightRecorder { try armFlight() }
    }
    if !plan.isFlightRecorder { try makeFile() }
    processes.add()
  }

  /// Creates the file and writes what is known of the kernel.
  func makeFile() throws(RecordingError) {
    let metadata = try Recorder.traced { () throws(TracefsError) in try self.metadata() }
    do throws(WritingError) {
      writer = try TraceFileWriter(
        path: plan.output, version: plan.fileVersion.rawValue, compression: compression,
        metadata: metadata, buffers: buffers.map(\.layout))
    } catch { throw .writing(error) }
  }

  private func makeBuffers() throws(TracefsError) {
    if let size = plan.commandLinesSize {
      try directory.top.setSavedCmdlinesSize(size, saving: state)
    }
    let cpus = OnlineCPUs.present(among: try directory.top.cpus())
    for buffer in plan.buffers {
      // Readers know the top level as the buffer without a name: it is there even when nothing of it
      // is recorded.
      let isUsed = buffer.isUsed
      let instance =
        isUsed ? try plan.instance(for: buffer, in: directory, saving: state) : directory.top
      let settings = BufferSettings(
        plan: plan, buffer: buffer, instance: instance, state: state,
        pids: plan.pids(of: buffer, command: command?.pid))
      if isUsed { summary.warnings += try settings.apply() }
      buffers.append(try RecordedBuffer(settings, cpus: isUsed ? cpus : []))
    }
  }

  private var compression: Compression {
    switch plan.compression {
    case .none: .none
    case .zlib: .zlib
    case .zstd: .zstd
    case .any: plan.fileVersion == .six ? .none : .zstd
    }
  }

  // MARK: Begin

  /// Starts the readers, then tracing, then the command.
  func begin() throws(RecordingError) {
    if !plan.isFlightRecorder { try startReaders() }
    try startTracing()
    startTime = Self.now
    if let command {
      do { try command.release() } catch {
        throw .command(name: plan.command.first ?? "", cause: error)
      }
    }
    recorder.onStart?()
  }

  func startReaders() throws(RecordingError) {
    guard let writer else { return }
    let budget = try pageBudget(writer)
    for index in buffers.indices {
      try buffers[index].startReaders(
        plan, writer, buffer: index, stop: stop.descriptor, failure: failure.descriptor,
        budget: budget)
    }
    summary.ringCapacity = buffers.lazy.compactMap { $0.readers.first?.job.ringCapacity }.first
  }

  private func startTracing() throws(RecordingError) {
    try Recorder.traced { () throws(TracefsError) in
      let own = ProcessTree.threads(of: getpid())
      for buffer in buffers where buffer.isRecorded { try buffer.settings.hide(own) }
      for index in buffers.indices where buffers[index].isRecorded {
        try buffers[index].noteStats()
      }
      for buffer in buffers where buffer.isRecorded {
        try buffer.instance.setTracingOn(true, saving: state)
        try buffer.instance.expectSwitchOff(saving: state)
      }
    }
  }

  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  // MARK: Stop

  /// Tracing off, at once and without a look at the journal; then the readers' rest.
  func stopTracing() {
    for buffer in buffers { buffer.switchOff() }
    summary.duration = Self.now &- startTime
    noteSwitchedOff()
    joinReaders()
  }

  /// For whoever wrote to `tracing_on` meanwhile by way of this run's journal (`kscope restart`).
  /// Where that cannot be noted (a full disk), `expectSwitchOff` has said what is needed.
  private func noteSwitchedOff() {
    for buffer in buffers where buffer.isRecorded {
      try? buffer.instance.setTracingOn(false, saving: state)
    }
  }

  func joinReaders() {
    stop.raise()
    for buffer in buffers {
      for reader in buffer.readers {
        do throws(SystemError) { try reader.join() } catch {
          if case .failed(let known) = summary.ending, !known.isEmpty { continue }
          summary.ending = .failed(error.reason)
        }
      }
    }
  }

  /// After an error: nothing is left behind.
  func abandon() {
    for buffer in buffers { buffer.switchOff() }
    noteSwitchedOff()
    joinReaders()
    command = nil
    writer?.abandon()
    restore()
  }

  /// Closes what is open, as the kernel changes no tracer while pages are read, and puts the
  /// settings back.
  func restore() {
    for index in buffers.indices { buffers[index].close() }
    summary.warnings += state.restore().map(\.message)
  }

  /// Puts the settings back, or leaves them where that was asked for.
  func settle() {
    guard plan.keepsSettings else { return restore() }
    for index in buffers.indices { buffers[index].close() }
    // That kscope's own threads are left out ends with them; in an instance that was made here it
    // is not noted.
    for buffer in buffers where buffer.isRecorded { try? buffer.settings.unhide() }
    summary.warnings += state.restore { $0.hasSuffix("_notrace_pid") }.map(\.message)
    do throws(TracefsError) { try state.keep() } catch { summary.warnings.append(error.message) }
  }
}
