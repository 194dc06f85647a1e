package import ByteIO
package import EventFormats
package import Reports
import RingBuffer
package import TraceDat

/// A tool at work over one feed of events.
package final class ToolRun {
  package let tool: any KernelTool
  private let feed: EventFeed
  private let options: ToolOptions
  private let bindings: [EventBinding]
  private let tellerBindings: [EventBinding]
  /// Of each source, in plain memory: what `bindings` own.
  private let readers: UnsafeMutablePointer<EventBinding.Reader>
  private let tellers: UnsafeMutablePointer<TaskTellers>
  private let context: ToolContext
  /// Events whose calls are about to be told; nil where nobody wants them.
  private let held: HeldEvents?
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
    let wanted = tool.events
    bindings = feed.input.sources.map { EventBinding(wanted, in: $0) }
    readers = Self.plain(bindings.map(\.reader))
    tellerBindings = feed.input.sources.map { TaskTellers.binding(in: $0) }
    tellers = Self.plain(tellerBindings.map { TaskTellers($0) })
    context = ToolContext(
      feed.input.sources, options, wallOffset: wallOffset, isFiltered: isFiltered,
      factsOf: factsOf)
    held =
      wanted.contains(where: \.hasCalls)
      ? HeldEvents(wanted.map(\.hasCalls), feed.input.sources) : nil
    sources = Self.plain(feed.input.streams.map(\.buffer))
    cpus = Self.plain(feed.input.streams.map(\.cpu))
    rows = .allocate(capacity: 1)
    let redraws = isForTerminal && tool.showsTables && options.redraws && options.input == nil
    rows.initialize(
      to: RowWriter(
        tool.columns, options.format, isForTerminal: isForTerminal, redraws: redraws))
    func isThere(_ number: Int) -> Bool {
      bindings.contains { !$0.missing.contains(number) }
    }
    let missing = wanted.indices.filter { number in
      if wanted[number].isOptional || isThere(number) { return false }
      guard let group = wanted[number].alternative else { return true }
      return !wanted.indices.contains { wanted[$0].alternative == group && isThere($0) }
    }
    if needsEvents, !missing.isEmpty {
      throw .missingEvents(
        missing.map { wanted[$0].title }, requests: missing.map { wanted[$0].request },
        tool: type(of: tool).about.name)
    }
    context.bindings = bindings
    try Self.checkFields(wanted, bindings, feed, tool: type(of: tool).about.name)
    guard needsEvents, wanted.contains(where: { !$0.conditions.isEmpty }) else { return }
    do throws(FilterError) {
      context.conditions = try EventConditions(wanted, bindings, feed.input.sources)
    } catch { throw .condition(error) }
  }

  /// Whether fields that a person named are there, and can be counted and shown.
  private static func checkFields(
    _ wanted: [WantedEvent], _ bindings: [EventBinding], _ feed: EventFeed, tool: String
  ) throws(ToolError) {
    for (number, event) in wanted.enumerated() where event.needsFields {
      for (index, field) in event.fields.enumerated() {
        for (binding, source) in zip(bindings, feed.input.sources) {
          guard let place = binding.place(of: index, in: number),
            place.kind == .absent || place.isArray
          else { continue }
          let format = source.events.event(system: event.system, name: event.name)
          throw .unusableField(
            field, event: event.title, isThere: place.isArray,
            others: format?.fields.map(\.name) ?? [], tool: tool)
        }
      }
    }
  }

  deinit {
    rows.deinitialize(count: 1)
    rows.deallocate()
    readers.deallocate()
    tellers.deallocate()
    sources.deallocate()
    cpus.deallocate()
  }

  /// A list in memory of its own, to be looked at without a count of references.
  private static func plain<Element>(_ list: [Element]) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(list.count, 1))
    memory.initialize(from: list, count: list.count)
    return memory
  }

  // MARK: The way

  /// - Parameter time: when the first interval begins, by the trace's clock; nil for the first event.
  package func begin(at time: UInt64? = nil) {
    if let time, let interval = options.interval { nextTick = time &+ interval }
    if !tool.isQuiet { rows.pointee.say(tool.banner) }
    if !tool.columns.isEmpty, !tool.showsTables || options.format != .text {
      rows.pointee.writeHead()
    }
  }

  /// Looks at a part of the streams, behind all that were looked at before.
  package func take(_ range: EventRange) {
    // What each event needs is taken out of the object once: for a million of them it counts.
    let (readers, tellers, sources, cpus, rows) = (readers, tellers, sources, cpus, rows)
    let (tool, context, hasIntervals, held) = (tool, context, options.interval != nil, held)
    var latest = latest
    feed.take(range) { stream, record, lost in
      let source = sources[stream]
      if lost != .none { note(lost, source, cpus[stream]) }
      let bytes = record.bytes
      let reader = readers + source
      let (id, thread) = reader.pointee.head(of: bytes)
      if let slot = (tellers + source).pointee.reader.slot(ofID: id) {
        (tellers + source).pointee.tell(slot, bytes, context, source)
      }
      if let held {
        held.release(stream, before: record, source) { event, calls in
          pass(event, calls, source, cpus[stream])
        }
      }
      guard let slot = reader.pointee.slot(ofID: id) else { return }
      if hasIntervals { tick(until: record.time) }
      latest = record.time
      if let held, held.keep(stream, reader.pointee.number(of: slot), slot, record) { return }
      tool.take(
        ToolEvent(
          number: reader.pointee.number(of: slot), time: record.time, cpu: cpus[stream],
          thread: thread, source: source, record: bytes,
          places: reader.pointee.fields(of: slot), order: reader.pointee.order),
        context, &rows.pointee)
    }
    self.latest = max(self.latest, latest)
  }

  /// Gives what tells how much of the memory holds files now, in MB.
  func setPageCacheSizes(_ sizes: @escaping () -> (buffers: Int, cached: Int)?) {
    context.pageCacheSizes = sizes
  }

  /// Hands the tool what the kernel has counted.
  func take(_ row: CountedRow, table: Int) {
    (tool as? any CountingTool)?.take(row, table: table, context)
  }

  /// Hands over an event that waited for its calls.
  private func pass(_ event: HeldEvents.Event, _ calls: [String], _ source: Int, _ cpu: Int) {
    let reader = readers[source]
    event.record.withUnsafeBytes { bytes in
      context.calls = calls
      tool.take(
        ToolEvent(
          number: reader.number(of: event.slot), time: event.time, cpu: cpu,
          thread: reader.head(of: bytes).thread, source: source, record: bytes,
          places: reader.fields(of: event.slot), order: reader.order),
        context, &rows.pointee)
      context.calls = []
    }
  }

  /// Looks at all of a recording, and hands over text as it comes.
  package func takeAll(_ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    let streams = feed.input.streams
    var plan = SlicePlan(streams, bytesPerSlice: 1 << 20)
    var from: [EventStream.Position] = streams.map { _ in .start }
    let end = streams.map(\.end)
    while true {
      let time = plan.next()
      let to = streams.positions(ofTime: time, from: from, upTo: end)
      take(EventRange(from: from, to: to))
      try flush(emit)
      if time == nil || tool.isDone { return }
      from = to
    }
  }

  /// Lets intervals end that are over by a time of the trace's clock.
  package func tick(until time: UInt64) {
    guard let interval = options.interval else { return }
    guard var next = nextTick else {
      nextTick = time &+ interval
      return
    }
    latest = max(latest, time)
    while time >= next {
      // A long silence is many intervals without anything.
      endInterval(next)
      next = next &+ interval
    }
    nextTick = next
  }

  private func endInterval(_ time: UInt64) {
    if let count = options.count, ticks >= count { return }
    ticks += 1
    beforeTick?()
    context.intervalEnd = time
    tool.tick(context, &rows.pointee)
  }

  package func finish() {
    held?.releaseAll { stream, event in pass(event, [], sources[stream], cpus[stream]) }
    context.intervalEnd = latest
    if options.interval != nil { endInterval(latest) }
    tool.finish(context, &rows.pointee)
  }

  /// Hands over the text that has come together.
  package func flush(_ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard rows.pointee.sink.count > 0 else { return }
    defer { rows.pointee.sink.removeAll() }
    try emit(rows.pointee.sink.bytes)
  }

  package func say(_ text: String) { rows.pointee.say(text) }

  // MARK: What was not seen

  private func note(_ lost: LostEvents, _ source: Int, _ cpu: Int) {
    switch lost {
    case .none: return
    case .unknown: hasUncountedLoss = true
    case .some(let count): self.lost &+= count
    }
    tool.forget(source: source, cpu: cpu)
  }

  /// What the rows do not tell, in sentences.
  package var notes: [String] {
    var notes: [String] = []
    if lost > 0 || hasUncountedLoss {
      let number = hasUncountedLoss ? "more than \(lost)" : "\(lost)"
      notes.append(
        "\(lost == 0 ? "some" : number) events were lost: what happened among them is not shown")
    }
    if tool.droppedPairs > 0 {
      notes.append(
        "\(tool.droppedPairs) of those that had begun were forgotten to keep memory bounded")
    }
    return notes + tool.leftOut
  }

  package var problems: [any ExplainedError] { feed.problems }
}

/// Why a tool cannot work.
package enum ToolError: ExplainedError, Equatable {
  /// A field that a person named is not there, or holds several numbers.
  case unusableField(String, event: String, isThere: Bool, others: [String], tool: String)
  /// A condition is not one of the language of reports.
  case condition(FilterError)
  /// The kernel, or the recording, does not have what the tool is about.
  case missingEvents([String], requests: [String], tool: String)

  package var message: String {
    switch self {
    case .missingEvents(let events, _, let tool):
      "\(tool): there is no \(events.joined(separator: " and no "))"
    case .unusableField(let field, let event, let isThere, _, let tool):
      isThere
        ? "\(tool): the field '\(field)' of \(event) is neither a number nor a text"
        : "\(tool): \(event) has no field '\(field)'"
    case .condition(let error): error.message
    }
  }

  package var hint: String? {
    switch self {
    case .missingEvents(_, let requests, _):
      "what it needs is recorded with: kscope record "
        + requests.map { "-e '\($0)'" }.joined(separator: " ")
    case .unusableField(_, _, _, let others, _):
      others.isEmpty ? nil : "its fields: " + others.joined(separator: ", ")
    case .condition(let error): error.hint
    }
  }
}
