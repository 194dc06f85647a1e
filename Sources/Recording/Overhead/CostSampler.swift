import ByteIO
import Glibc
import Tracefs

/// Looks for a moment at what a recording would write, and estimates what it would cost.
///
/// It works in instances of its own with small buffers that write over their oldest events: however
/// much there is, nothing is stored, and only a few pages are read to see what is in them. How many
/// events there were is counted by the kernel (`per_cpu/cpuN/stats`).
package struct CostSampler {
  package private(set) var plan: RecordingPlan
  /// In nanoseconds.
  package let duration: UInt64
  /// Measure what an event costs even where that is known.
  package var measuresAnew = false

  /// KB of a CPU's buffer meanwhile.
  private static let kilobytes = 512
  private static let pagesPerLook = 4
  /// Between two looks, in milliseconds.
  private static let interval: Int32 = 50

  package init(_ plan: RecordingPlan, duration: UInt64) {
    self.plan = plan
    self.duration = duration
  }

  /// One buffer being looked at.
  private struct Sample {
    var buffer: BufferPlan
    var instance: Instance
    var hotSpots: HotSpots
    var estimate: CostEstimate.Buffer
    var pipes: [Int32] = []
    var before: [Int: BufferStats] = [:]
  }

  /// Looks, and puts everything back.
  ///
  /// - Parameter commandLine: for the journal.
  package func run(commandLine: [String]) throws(RecordingError) -> CostEstimate {
    guard !plan.onlyCommand, plan.command.isEmpty else { throw .costOfCommand }
    let directory = try Recorder.traced { () throws(TracefsError) in try TracingDirectory.find() }
    var sampler = self
    let notes = try ProbePlanner(directory).resolve(&sampler.plan)
    let signals: Signals
    do { signals = try Signals() } catch { throw .system(error) }
    let state = SavedState(directory, command: commandLine)
    do throws(RecordingError) {
      try ProbePlanner(directory).define(sampler.plan, saving: state)
      var estimate = try Recorder.traced { () throws(TracefsError) in
        try sampler.look(directory, state, signals)
      }
      estimate.warnings = notes + state.restore().map(\.message)
      return estimate
    } catch {
      state.restore()
      throw error
    }
  }

  private func look(
    _ directory: TracingDirectory, _ state: SavedState, _ signals: Signals
  ) throws(TracefsError) -> CostEstimate {
    let cpus = OnlineCPUs.present(among: try directory.top.cpus())
    let prices = try self.prices(directory, state)
    var samples: [Sample] = []
    for (index, buffer) in plan.buffers.enumerated() where buffer.isUsed {
      samples.append(try prepare(buffer, index, directory, state))
    }
    for index in samples.indices { try begin(&samples[index], cpus, state) }
    defer { for sample in samples { sample.pipes.forEach { close($0) } } }
    let start = RecordingSession.now
    while RecordingSession.now &- start < duration {
      var descriptors = [pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)]
      let isSignalled = poll(&descriptors, 1, Self.interval) > 0
      if isSignalled, let number = signals.next(), number != SIGCHLD { break }
      for index in samples.indices { Self.readPages(&samples[index]) }
    }
    for sample in samples { try sample.instance.setTracingOn(false, saving: state) }
    let seconds = Double(RecordingSession.now &- start) / 1e9
    let names = try SpotNames(samples.map(\.instance))
    for index in samples.indices { try finish(&samples[index], cpus, seconds, names, prices) }
    return CostEstimate(
      duration: seconds, cpuCount: cpus.count, buffers: samples.map(\.estimate))
  }

  // MARK: Setting up

  private func prepare(
    _ wanted: BufferPlan, _ index: Int, _ directory: TracingDirectory, _ state: SavedState
  ) throws(TracefsError) -> Sample {
    var buffer = wanted
    buffer.kilobytes = Self.kilobytes
    let instance = try directory.createInstance(
      named: "kscope-cost-\(getpid())-\(index)", saving: state)
    var estimate = CostEstimate.Buffer(name: wanted.name)
    if let tracer = buffer.tracer, try !instance.availableTracers().contains(tracer),
      try directory.top.availableTracers().contains(tracer)
    {
      guard tracer == "function_graph" else {
        throw .badValue(
          what: "tracer", text: tracer,
          expected: "one that can be tried in an instance (its cost cannot be estimated)")
      }
      buffer.tracer = "function"
      estimate.notes.append(
        "this kernel draws call graphs at the top level only: counted were calls, two records each")
      if !buffer.graphFunctions.isEmpty || buffer.maximumGraphDepth != nil {
        estimate.notes.append("-g and --max-graph-depth were left out: this is an upper bound")
        buffer.graphFunctions = []
        buffer.maximumGraphDepth = nil
      }
    }
    let pids = plan.followsChildren ? ProcessTree.family(of: buffer.pids) : buffer.pids
    let settings = BufferSettings(
      plan: plan, buffer: buffer, instance: instance, state: state, pids: pids)
    estimate.notes += try settings.apply()
    try settings.hide(ProcessTree.threads(of: getpid()))
    let kilobytes: Int
    if let asked = wanted.kilobytes {
      kilobytes = asked
    } else {
      kilobytes = try wanted.name == nil ? directory.top.bufferSize() ?? 1408 : 1408
    }
    estimate.capacity = kilobytes * 1024
    return Sample(
      buffer: buffer, instance: instance, hotSpots: try HotSpots(of: instance), estimate: estimate)
  }

  private func begin(
    _ sample: inout Sample, _ cpus: [Int], _ state: SavedState
  ) throws(TracefsError) {
    for cpu in cpus {
      sample.before[cpu] = BufferStats(try sample.instance.stats(cpu: cpu))
      let pipe = open(sample.instance.rawPipePath(cpu: cpu), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      if pipe >= 0 { sample.pipes.append(pipe) }
    }
    try sample.instance.setTracingOn(true, saving: state)
  }

  private static func readPages(_ sample: inout Sample) {
    let size = sample.hotSpots.pageSize
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { page in
      for pipe in sample.pipes {
        for _ in 0..<pagesPerLook {
          guard read(pipe, page.baseAddress, size) == size else { break }
          sample.hotSpots.add(page: UnsafeRawBufferPointer(page))
        }
      }
    }
  }

  // MARK: Summing up

  private func finish(
    _ sample: inout Sample, _ cpus: [Int], _ seconds: Double, _ names: SpotNames,
    _ prices: PriceList
  ) throws(TracefsError) {
    Self.readPages(&sample)
    let spots = sample.hotSpots
    let ranked = spots.ranked
    let functions = ranked.reduce(0.0) { sum, entry in
      if case .function = entry.spot { sum + entry.share } else { sum }
    }
    // A call that was counted by the function tracer would have made two records.
    let factor = sample.buffer.tracer != wantedTracer(of: sample) ? 1 + functions : 1
    for cpu in cpus {
      let stats = BufferStats(try sample.instance.stats(cpu: cpu))
      let count = stats.since(sample.before[cpu] ?? BufferStats()).happened
      sample.estimate.eventsPerSecond[cpu] = Double(count) / max(seconds, 1e-9) * factor
    }
    if spots.events > 0 {
      sample.estimate.bytesPerEvent = Double(spots.bytes) / Double(spots.events)
    }
    let total = sample.estimate.events
    sample.estimate.spots = ranked.prefix(10).map { spot, share in
      var isFunction = false
      if case .function = spot { isFunction = true }
      return CostEstimate.Spot(
        name: names.name(of: spot), isFunction: isFunction, perSecond: total * share, share: share)
    }
    sample.estimate.price = price(of: sample, functions: functions, prices)
  }

  private func wantedTracer(of sample: Sample) -> String? {
    plan.buffers.first { $0.name == sample.estimate.name }?.tracer
  }

  /// The price of an average event, of which the share `functions` are a function tracer's.
  private func price(of sample: Sample, functions: Double, _ prices: PriceList) -> Double? {
    let isGraph = wantedTracer(of: sample) == "function_graph"
    let ofFunction = prices[isGraph ? .graph : .function] ?? prices[.function]
    let ofEvent = prices[sample.buffer.savesStacks ? .eventWithStack : .event]
    if functions == 0 { return ofEvent ?? ofFunction }
    if functions == 1 { return ofFunction ?? ofEvent }
    guard let ofFunction, let ofEvent else { return ofFunction ?? ofEvent }
    return functions * ofFunction + (1 - functions) * ofEvent
  }

  // MARK: Prices

  /// The prices that this plan needs, from the file where they are known.
  private func prices(
    _ directory: TracingDirectory, _ state: SavedState
  ) throws(TracefsError) -> PriceList {
    try Self.prices(for: plan, directory, state, measuringAnew: measuresAnew)
  }

  static func prices(
    for plan: RecordingPlan, _ directory: TracingDirectory, _ state: SavedState,
    measuringAnew: Bool = false
  ) throws(TracefsError) -> PriceList {
    var list = measuringAnew ? PriceList() : PriceList.load()
    let missing = kinds(for: plan).filter { list[$0] == nil }
    guard !missing.isEmpty else { return list }
    let instance = try directory.createInstance(
      named: "kscope-price-\(getpid())", saving: state)
    let measurement = PriceMeasurement(instance: instance, state: state)
    for kind in missing { list[kind] = try measurement.price(of: kind) }
    try instance.remove(saving: state)
    list.save()
    return list
  }

  private static func kinds(for plan: RecordingPlan) -> [EventPrice.Kind] {
    var kinds: Set<EventPrice.Kind> = []
    for buffer in plan.buffers {
      if let tracer = buffer.tracer, tracer != "nop" {
        kinds.insert(.function)
        if tracer == "function_graph" { kinds.insert(.graph) }
      }
      if buffer.producesEvents { kinds.insert(buffer.savesStacks ? .eventWithStack : .event) }
    }
    return EventPrice.Kind.allCases.filter(kinds.contains)
  }
}

extension BufferPlan {
  /// Every event comes with a stack.
  var savesStacks: Bool {
    options.contains("stacktrace")
      || events.contains { $0.triggers.contains { $0.hasPrefix("stacktrace") } }
  }
}
