package import ByteIO
import EventFormats
package import Reports
import RingBuffer
package import TraceDat

/// A tool at work over one feed of events.
package final class ToolRun {
  package let tool: any KernelTool
  private let feed: EventFeed
  private let options: ToolOptions
  private let bindings: [EventChoices]
  private let tellerBindings: [EventChoices]
  /// Of each source, in plain memory: what `bindings` own.
  private let readers: UnsafeMutablePointer<EventBinding.Reader>
  private let tellers: UnsafeMutablePointer<TaskTellers>
  private let context: ToolContext
  /// Events whose calls are about to be told; nil where nobody wants them.
  private let held: HeldEvents?
  /// Where rows show calls.
  private var stacks: RowStacks?
  /// In memory of its own, so that the tool can have it while the object is looked at.
  private let rows: UnsafeMutablePointer<RowWriter>
  /// Of each stream.
  private let sources: UnsafeMutablePointer<Int>
  private let cpus: UnsafeMutablePointer<Int>
  private var nextTick: UInt64?
  /// The time of the latest event that the tool wanted, or until which intervals have ended.
  private var latest: UInt64 = 0
  private var ticks = 0
  /// Events that the kernel lost, as far as it counted them.
  package private(set) var lost: UInt64 = 0
  private var hasUncountedLoss = false
  /// Streams of which something is lost between their last event and their next, and how many.
  private let gaps: UnsafeMutablePointer<Bool>
  private let gapCount: UnsafeMutablePointer<Int>
  /// Events whose calls are wanted, with such and without.
  private var calls = (known: 0, unknown: 0)
  /// Intervals without events that were not shown.
  private var skipped: UInt64 = 0
  /// Where text goes while a recording is looked at, and why it did not get there.
  private var emit: ((UnsafeRawBufferPointer) throws -> Void)?
  private var failure: (any Error)?
  /// Called before an interval ends: what the kernel has counted until then is taken.
  var beforeTick: (() -> Void)?

  /// - Parameters:
  ///   - factsOf: what is known of a thread.
  ///   - wallOffset: what makes a time of the trace one since 1970, in nanoseconds.
  ///   - isForTerminal: control characters in names are shown, not written.
  ///   - isFiltered: what comes is of the tasks that were asked for alone.
  ///   - needsEvents: false where the kernel counts, and no event comes.
  /// - Throws: what the feed does not have and the tool cannot be without.
  package init(
    _ tool: any KernelTool, over feed: EventFeed,
    factsOf: @escaping (Int32) -> ThreadFacts = { _ in ThreadFacts() },
    wallOffset: UInt64? = nil, isForTerminal: Bool = false, needsEvents: Bool = true,
    isFiltered: Bool = false
  ) throws(ToolError) {
    self.tool = tool
    self.feed = feed
    options = tool.options
    let wanted = tool.wantedEvents
    bindings = feed.input.sources.map { EventChoices(wanted, in: $0) }
    readers = Self.plain(bindings.map(\.reader))
    tellerBindings = feed.input.sources.map { TaskTellers.binding(in: $0) }
    tellers = Self.plain(tellerBindings.map { TaskTellers($0) })
    context = ToolContext(
      feed.input.sources, options, wallOffset: wallOffset, isFiltered: isFiltered,
      factsOf: factsOf)
    held =
      wanted.contains(where: \.hasCalls)
      ? HeldEvents(wanted.map(\.hasCalls), feed.input.sources) : nil
    stacks =
      options.showsStacks ? RowStacks(tool.rowStacks, count: wanted.count) : nil
    sources = Self.plain(feed.input.streams.map(\.buffer))
    cpus = Self.plain(feed.input.streams.map(\.cpu))
    gaps = Self.plain(feed.input.streams.map { _ in false })
    gapCount = Self.plain([0])
    rows = .allocate(capacity: 1)
    let redraws =
      isForTerminal && tool.showsTables && options.redraws && options.interval != nil
      && options.input == nil
    rows.initialize(
      to: RowWriter(
        options.has("wide") ? tool.columns.map(\.widened) : tool.columns,
        options.format, isForTerminal: isForTerminal, redraws: redraws,
        hasStacks: options.showsStacks))
    if needsEvents { try Self.checkEvents(wanted, bindings, tool: type(of: tool).about.name) }
    context.bindings = bindings
    try Self.checkFields(wanted, bindings, feed, tool: type(of: tool).about.name)
    guard needsEvents, wanted.contains(where: { !$0.conditions.isEmpty }) else { return }
    do throws(FilterError) {
      context.conditions = try EventConditions(wanted, bindings, feed.input.sources)
    } catch { throw .condition(error) }
  }

  deinit {
    rows.deinitialize(count: 1)
    rows.deallocate()
    readers.deallocate()
    tellers.deallocate()
    sources.deallocate()
    cpus.deallocate()
    gaps.deallocate()
    gapCount.deallocate()
  }

  /// A list in memory of its own, to be looked at without a count of references.
  private static func plain<Element>(_ list: [Element]) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(list.count, 1))
    memory.initialize(from: list, count: list.count)
    return memory
  }

  // MARK: The way

  /// - Parameters:
  ///   - time: when the first interval begins, by the trace's clock; nil for the first event.
  ///   - hasBanner: false where nothing is traced and no Ctrl-C ends it: over a recording.
  package func begin(at time: UInt64? = nil, hasBanner: Bool = true) {
    if let time, let interval = options.interval { nextTick = time &+ interval }
    if hasBanner, !tool.isQuiet { rows.pointee.say(tool.banner) }
    if !tool.columns.isEmpty, !tool.showsTables || options.format != .text {
      rows.pointee.writeHead()
    }
  }

  /// Looks at a part of the streams, behind all that were looked at before.
  package func take(_ range: EventRange) {
    // What each event needs is taken out of the object once: for a million of them it counts.
    let (readers, tellers, sources, cpus, rows) = (readers, tellers, sources, cpus, rows)
    let (tool, context, hasIntervals, held) = (tool, context, options.interval != nil, held)
    let (gapCount, hasStacks, forgets) = (gapCount, options.showsStacks, !tool.pairsStayOnTheirCPU)
    var latest = latest
    let gapBegins = { [self] (stream: Int) in
      if let held, !held.isEmpty { held.append(gapOf: stream) } else { beginGap(stream) }
    }
    feed.take(range, beforeLoss: gapBegins) { stream, records, lost in
      if let held {
        var lost = lost
        for record in records where record.length >= 2 {
          take(record, lost, stream, held)
          lost = .none
        }
        return
      }
      let (source, cpu) = (sources[stream], cpus[stream])
      if lost != .none { note(lost, stream) }
      let (reader, tellers) = (readers + source, tellers + source)
      for record in records where record.length >= 2 {
        let bytes = record.bytes
        let (id, thread) = reader.pointee.head(of: bytes)
        if let slot = tellers.pointee.slot(ofID: id) {
          tellers.pointee.tell(slot, bytes, context, source)
        }
        guard let slot = reader.pointee.slot(ofID: id) else { continue }
        if hasIntervals { tick(until: record.time) }
        latest = record.time
        if forgets, gapCount.pointee > 0 { tool.forget(source: source, cpu: cpu) }
        let event = ToolEvent(
          number: reader.pointee.number(of: slot), time: record.time, cpu: cpu,
          thread: thread, source: source, record: bytes,
          places: reader.pointee.fields(of: slot), order: reader.pointee.order)
        if hasStacks { setStack(event, []) }
        tool.take(event, context, &rows.pointee)
      }
    }
    self.latest = max(self.latest, latest)
  }

  /// Gives what tells how much of the memory holds files now, in MB.
  func setPageCacheSizes(_ sizes: @escaping () -> (buffers: Int, cached: Int)?) {
    context.pageCacheSizes = sizes
  }

  /// What a process asks of a disk is not shown, though others' events happen while it runs.
  package func leaveOut(process: Int32) { context.ownProcess = process }

  /// Threads and children of the wanted process that are there before any event tells of them.
  package func adopt(_ threads: [Int32]) { context.adopt(threads) }

  /// Hands the tool what the kernel has counted.
  package func take(_ row: CountedRow, table: Int) {
    (tool as? any CountingTool)?.take(row, table: table, context)
  }

  // MARK: The way of a tool whose events have calls

  /// Takes a record in, which may be the calls of another one, and hands on what need not wait.
  private func take(_ record: Record, _ lost: LostEvents, _ stream: Int, _ held: HeldEvents) {
    let source = sources[stream]
    held.settle(stream, by: record, source, lost: lost)
    release(held, until: record.time)
    let bytes = record.bytes
    let id = readers[source].head(of: bytes).id
    let slot = readers[source].slot(ofID: id)
    let waits = slot.map { held.waits(readers[source].number(of: $0)) } ?? false
    if waits || !held.isEmpty {
      guard slot != nil || lost != .none || tellers[source].slot(ofID: id) != nil else { return }
      held.append(stream, record, lost: lost, waits: waits)
    } else {
      take(bytes, at: record.time, lost, stream, calls: [])
    }
  }

  private func release(_ held: HeldEvents, until time: UInt64?) {
    while let entry = held.next(until: time) {
      switch entry.content {
      case .gap: beginGap(entry.stream)
      case .event(let record, let lost, let calls):
        record.withUnsafeBytes { take($0, at: entry.time, lost, entry.stream, calls: calls) }
      }
    }
  }

  /// Looks at a record whose turn it is.
  private func take(
    _ record: UnsafeRawBufferPointer, at time: UInt64, _ lost: LostEvents, _ stream: Int,
    calls: [String]
  ) {
    let (source, cpu) = (sources[stream], cpus[stream])
    if lost != .none { note(lost, stream) }
    let reader = readers[source]
    let (id, thread) = reader.head(of: record)
    if let slot = tellers[source].slot(ofID: id) {
      tellers[source].tell(slot, record, context, source)
    }
    guard let slot = reader.slot(ofID: id) else { return }
    tick(until: time)
    latest = max(latest, time)
    if !tool.pairsStayOnTheirCPU, gapCount.pointee > 0 { tool.forget(source: source, cpu: cpu) }
    context.calls = calls
    let event = ToolEvent(
      number: reader.number(of: slot), time: time, cpu: cpu,
      thread: thread, source: source, record: record,
      places: reader.fields(of: slot), order: reader.order)
    setStack(event, calls)
    if held?.waits(event.number) == true {
      if calls.isEmpty { self.calls.unknown += 1 } else { self.calls.known += 1 }
    }
    tool.take(event, context, &rows.pointee)
    context.calls = []
  }

  /// Gives the row that an event may make its calls.
  private func setStack(_ event: ToolEvent, _ calls: [String]) {
    if let stack = stacks?.calls(for: event, own: calls) { rows.pointee.stack = stack }
  }

  // MARK: All of a recording

  /// Looks at all of a recording, and hands over text as it comes.
  package func takeAll(_ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    try withoutActuallyEscaping(emit) { emit in
      self.emit = emit
      defer { self.emit = nil }
      try takeSlices(emit)
    }
  }

  private func takeSlices(_ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    let streams = feed.input.streams
    var plan = SlicePlan(streams, bytesPerSlice: 1 << 20)
    var from: [EventStream.Position] = streams.map { _ in .start }
    var end = streams.map(\.end)
    if let duration = options.duration,
      let first = EventCursor(streams, from: from, to: end).peek?.record.time
    {
      let (last, isBeyond) = first.addingReportingOverflow(duration)
      if !isBeyond { end = streams.positions(ofTime: last, from: from, upTo: end) }
    }
    while true {
      let time = plan.next()
      let to = streams.positions(ofTime: time, from: from, upTo: end)
      take(EventRange(from: from, to: to))
      if let failure { throw failure }
      try flush(emit)
      if time == nil || isDone { return }
      from = to
    }
  }

  // MARK: Intervals

  /// A silence of more intervals is not shown to its end: a damaged time would be thousands of years.
  private static let longestSilence = 1000
  private static let bytesKept = 1 << 20

  /// Whether nothing more is to come.
  package var isDone: Bool { tool.isDone || hasAllIntervals || failure != nil }

  private var hasAllIntervals: Bool { options.count.map { ticks >= $0 } ?? false }

  /// Lets intervals end that are over by a time of the trace's clock.
  package func tick(until time: UInt64) {
    guard let interval = options.interval else { return }
    guard var next = nextTick else {
      nextTick = Self.end(of: interval, from: time)
      return
    }
    latest = max(latest, time)
    guard time >= next else { return }
    var ended = 0
    // Nothing is later than the last time that there is.
    while time >= next, next < .max, !hasAllIntervals, failure == nil {
      endInterval(next)
      next = Self.end(of: interval, from: next)
      ended += 1
      if ended > Self.longestSilence, time >= next {
        let number = (time - next) / interval
        skipped.addUp(number)
        next += number * interval
      }
    }
    nextTick = next
  }

  private static func end(of interval: UInt64, from time: UInt64) -> UInt64 {
    let (end, isBeyond) = time.addingReportingOverflow(interval)
    return isBeyond ? .max : end
  }

  private func endInterval(_ time: UInt64) {
    if hasAllIntervals { return }
    ticks += 1
    beforeTick?()
    context.intervalEnd = time
    tool.tick(context, &rows.pointee)
    guard let emit, failure == nil, rows.pointee.sink.count >= Self.bytesKept else { return }
    do { try flush(emit) } catch { failure = error }
  }

  package func finish() {
    if let held { release(held, until: nil) }
    context.intervalEnd = latest
    // The last of so many that were asked for is whole.
    context.isLastInterval = options.count == nil
    if options.interval != nil { endInterval(latest) }
    tool.finish(context, &rows.pointee)
  }

  /// Hands over the text that has come together.
  package func flush(_ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard rows.pointee.sink.count > 0 else { return }
    defer { rows.pointee.removeText() }
    try emit(rows.pointee.sink.bytes)
  }

  package func say(_ text: String) { rows.pointee.say(text) }

  // MARK: What was not seen

  /// What follows in a stream comes behind a loss. Up to there, what ends on other CPUs may have ended
  /// and begun again among what was lost, be both ends that are seen on CPUs that lost nothing: a task
  /// that is woken on CPU 1 may run on CPU 0, sleep, and be woken there again before CPU 1 runs it. Tasks
  /// and whatever they carry, requests and sockets go from CPU to CPU, so that nothing of them is paired
  /// in a gap. Only what is bound to its CPU is (`KernelTool.pairsStayOnTheirCPU`).
  private func beginGap(_ stream: Int) {
    guard !gaps[stream] else { return }
    gaps[stream] = true
    gapCount.pointee += 1
  }

  private func note(_ lost: LostEvents, _ stream: Int) {
    switch lost {
    case .none: return
    case .unknown: hasUncountedLoss = true
    case .some(let count): self.lost.addUp(count)
    }
    tool.forget(source: sources[stream], cpu: cpus[stream])
    if gaps[stream] {
      gaps[stream] = false
      gapCount.pointee -= 1
    }
    stacks?.forget()
  }

  /// What the rows do not tell, in sentences.
  package var notes: [String] {
    var notes: [String] = []
    if lost > 0 || hasUncountedLoss {
      let number = hasUncountedLoss ? "more than \(lost)" : "\(lost)"
      notes.append(
        "\(lost == 0 ? "some" : number) events were lost: what happened among them is not shown")
    }
    if skipped > 0 { notes.append("\(skipped) intervals without events were left out") }
    if tool.droppedPairs > 0 {
      notes.append(
        "\(tool.droppedPairs) of those that had begun were forgotten to keep memory bounded")
    }
    // Rows may be of few events; a tool that counts by calls has no rows.
    let counts = options.showsStacks ? rows.pointee.stackCounts : calls
    if counts.known == 0, counts.unknown > 0 {
      notes.append(
        options.input == nil
          ? "the kernel told no calls of these events"
          : "the recording has no calls of these events: kscope record -T\(requests) keeps them")
    }
    return notes + tool.leftOut
  }

  /// What a tool by calls needs, for `kscope record`; nothing where calls are beside the rows.
  private var requests: String {
    options.showsStacks ? "" : tool.requestedEvents.map { " -e '\($0.request)'" }.joined()
  }

  package var problems: [any ExplainedError] { feed.problems }
}
