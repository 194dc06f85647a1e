import ByteIO
import Glibc
import TraceDat
import Tracefs

/// Sets the kernel's buffers up for a stream, with tracing off.
struct LiveSetup {
  let plan: RecordingPlan
  let directory: TracingDirectory
  let state: SavedState
  /// The process of the plan's command.
  let command: Int32?
  /// What of the plan does not hold for all that it names.
  private(set) var notes: [String] = []

  mutating func makeBuffers() throws(RecordingError) -> [LiveBuffer] {
    try ProbePlanner(directory).define(plan, saving: state)
    try Recorder.traced { () throws(TracefsError) in
      for event in plan.definitions { try directory.define(event, saving: state) }
      if let size = plan.commandLinesSize {
        try directory.top.setSavedCmdlinesSize(size, saving: state)
      }
    }
    let (cpus, names) = try Recorder.traced { () throws(TracefsError) in
      (OnlineCPUs.present(among: try directory.top.cpus()), try directory.instanceNames())
    }
    var buffers: [LiveBuffer] = []
    for buffer in plan.buffers where buffer.isUsed {
      let instance = try instance(for: buffer, among: names)
      let settings = BufferSettings(
        plan: plan, buffer: buffer, instance: instance, state: state,
        pids: plan.pids(of: buffer, command: command))
      let notes = try Recorder.traced { () throws(TracefsError) in try settings.apply() }
      self.notes += notes
      buffers.append(LiveBuffer(settings, cpus: cpus))
    }
    return buffers
  }

  private func instance(
    for buffer: BufferPlan, among names: [String]
  ) throws(RecordingError) -> Instance {
    guard let name = buffer.name else { return try ownInstance(for: buffer) }
    guard names.contains(name) else {
      return try Recorder.traced { () throws(TracefsError) in
        try directory.createInstance(named: name, saving: state)
      }
    }
    let instance = try Recorder.traced { () throws(TracefsError) in
      try directory.instance(named: name)
    }
    try BusyCheck.check(instance, readersCount: true)
    return instance
  }

  /// An instance for what was asked of the top level; the top level itself where only that has the
  /// tracer (function_graph before Linux 6.11).
  private func ownInstance(for buffer: BufferPlan) throws(RecordingError) -> Instance {
    let own = try Recorder.traced { () throws(TracefsError) -> Instance? in
      let own = try directory.createInstance(named: "kscope-\(getpid())", saving: state)
      guard let tracer = buffer.tracer, !(try own.availableTracers().contains(tracer)),
        try directory.top.availableTracers().contains(tracer)
      else { return own }
      try own.remove(saving: state)
      return nil
    }
    if let own { return own }
    try BusyCheck.check(directory.top, readersCount: true)
    return directory.top
  }

  /// The stream of what happens in the buffers, and the file that it is kept in.
  ///
  /// - Parameter commandLine: how it was asked for; the file tells it.
  func makeStream(
    _ buffers: [LiveBuffer], commandLine: [String]
  ) throws(RecordingError) -> (LiveStream, LiveRecording?) {
    var feeds: [LiveStream.Buffer] = []
    for buffer in buffers { feeds.append(try buffer.feed()) }
    let metadata: TraceMetadata
    do throws(TracefsError) { metadata = try self.metadata(of: buffers) } catch {
      throw .tracefs(error)
    }
    var recording: LiveRecording?
    if let path = plan.savedFile {
      recording = try LiveRecording(
        path: path, &feeds, metadata: metadata, directory: directory, commandLine: commandLine)
    }
    do throws(TraceFileError) {
      return (try LiveStream(feeds, metadata: metadata, named: "stream"), recording)
    } catch {
      recording?.abandon()
      throw .stream(error)
    }
  }

  /// The formats of the events that are switched on, or may be by a trigger. The symbols are left
  /// out: they are many, and mostly not needed.
  private func metadata(of buffers: [LiveBuffer]) throws(TracefsError) -> TraceMetadata {
    var events: Set<EventName>?
    if !plan.savesAllFormats {
      var wanted: Set<EventName> = []
      for buffer in buffers {
        wanted.formUnion(try buffer.instance.enabledEvents())
        wanted.formUnion(buffer.settings.eventsOfTriggers)
      }
      events = wanted
    }
    var metadata = try KernelMetadata(directory: directory).read(events: events, withSymbols: false)
    let clock = try (buffers.first?.instance ?? directory.top).read(.traceClock)
    metadata.options = [
      TraceOption(.traceClock, text: clock), TraceOption(.uname, text: KernelMetadata.uname),
    ]
    return metadata
  }
}
