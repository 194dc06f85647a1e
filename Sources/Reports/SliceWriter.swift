import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Prints the lines of one slice after the other, for one worker.
///
/// Everything that is looked up per event is cached here, so workers share nothing that changes.
struct SliceWriter: ~Copyable, SliceFormatter {
  let streams: [EventStream]
  let lanes: OwnedList<Lane>
  private let options: ReportOptions.LineOptions
  private var caches: OwnedList<SourceCache>
  private var difference: TimeDifference?
  private var wakeups: WakeupLatency?
  private var gate: EventGate
  private(set) var losses = ReportLosses()
  /// Whether the first event behind the last slice was printed with it, as a leaf's end.
  private(set) var tookNext = false

  init(_ input: ReportInput, options: ReportOptions) {
    streams = input.streams
    self.options = options.line
    lanes = OwnedList(count: input.streams.count) {
      let stream = input.streams[$0]
      return Lane(number: $0, stream, input.sources[stream.buffer], options.line)
    }
    caches = OwnedList(count: input.sources.count) {
      SourceCache(input.sources[$0], options.line)
    }
    if options.line.showsDifference {
      difference = TimeDifference(isMicroseconds: !options.time.nanoseconds)
    }
    gate = EventGate(input, options.selection)
    if options.line.showsWakeupLatency { wakeups = WakeupLatency(input.sources) }
  }

  /// Prints a slice.
  mutating func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink) {
    var cursor = EventCursor(streams, from: slice.from, to: slice.to)
    var depths = DepthReader(slice)
    var isLeafsEnd =
      slice.skipsFirst ?? cursor.peek.map { endsLeaf($0, before: slice) } ?? false
    gate.enter(slice)
    while let run = cursor.nextRun() {
      depths.enterRun(of: run.stream, count: run.count)
      isLeafsEnd = write(run, skippingFirst: isLeafsEnd, &depths, slice, cursor, to: &sink)
    }
    depths.finish()
    tookNext = isLeafsEnd
    losses.add(cursor.damages, count: cursor.damageCount, problems: cursor.problems)
  }

  /// Takes in events whose lines are not wanted, for what later lines owe to theirs: the time of the
  /// line before, and which tasks wait.
  mutating func skip(_ range: EventRange) {
    guard difference != nil || wakeups != nil else { return }
    var text = ByteSink(capacity: 1 << 16)
    write(SliceDealer.Slice(number: 0, from: range.from, to: range.to), to: &text)
    wakeups?.forgetSummary()
    losses = ReportLosses()
  }

  /// Whether an event before a slice was shown; only right for events that are no stack traces.
  mutating func shows(_ event: EventCursor.Event, _ slice: SliceDealer.Slice) -> Bool {
    gate.isOpen || gate.passes(event.record, of: event.stream, in: slice)
  }

  mutating func forgetNames() {
    for source in 0..<caches.count { caches[source].tasks.removeAll() }
    gate.forgetNames()
  }

  /// Prints what is known only when all lines are.
  mutating func finish(_ sink: inout ByteSink) {
    wakeups?.writeSummary(to: &sink)
  }

  /// Prints a run.
  ///
  /// - Returns: whether the next run's first event ends the leaf that was printed last.
  private mutating func write(
    _ run: EventCursor.Run, skippingFirst: Bool, _ depths: inout DepthReader,
    _ slice: SliceDealer.Slice, _ cursor: borrowing EventCursor, to sink: inout ByteSink
  ) -> Bool {
    let source = lanes[run.stream].source
    let order = lanes[run.stream].order
    let pid = lanes[run.stream].pid
    let labels = lanes[run.stream].labels
    let prefix = lanes[run.stream].prefix
    let cpuText = lanes[run.stream].cpuText
    let handlers = options.handlers
    let isPlain = options.layout == .version3_1 && difference == nil
    var index = skippingFirst ? 1 : 0
    if !skippingFirst { writeMarks(before: run, in: slice, to: &sink) }
    while index < run.count {
      let record = run.records[index]
      index &+= 1
      guard record.length >= pid &+ 4 else {
        losses.shortRecords += 1
        continue
      }
      if !gate.isOpen, !gate.passes(record, of: run.stream, in: slice) { continue }
      let id = record.payload.load(UInt16.self, at: 0, order)
      let label = labels[id]
      let task = caches[source].tasks.label(of: record.payload.load(Int32.self, at: pid, order))

      let room =
        prefix.count &+ task.count &+ label.pointee.text.count &+ TimeText.room
        &+ StatusFlags.room &+ TimeDifference.room &+ PaddedText.padding &* 2
      sink.append(atMost: room) { target in
        var at = target
        if prefix.count > 0 { at = prefix.copy(to: at) }
        at = task.copy(to: at)
        at = cpuText.copy(to: at)
        if isPlain {
          at = caches[source].time.write(record.time, to: at)
        } else {
          at = writeFlagsAndTimes(of: record, run.stream, source, to: at)
        }
        return label.pointee.text.copy(to: at)
      }

      let textStart = sink.count
      switch label.pointee.kind {
      case .info:
        caches[source].events._withUnsafeGuaranteedRef { events in
          events.printInfo(
            record: record.bytes, time: record.time, eventIndex: label.pointee.event, into: &sink,
            scratch: &caches[source].scratch)
        }
      case .function(let ip, let parent):
        if depths.areShown {
          sink.append(
            repeating: UInt8(ascii: " "), count: depths[index &- 1] &* DepthGuess.width)
        }
        appendFunction(ip.value(in: record, order), source, to: &sink)
        if _slowPath(handlers.functionParent) {
          sink.append(" <-- ")
          appendFunction(parent.value(in: record, order), source, to: &sink)
        }
      case .graphEntry(let function, let depth):
        let next: Call? =
          index < run.count
          ? call(run.records[index], of: run.stream)
          : cursor.peek.map { call($0) } ?? follower(of: slice)
        let end = next.flatMap { next in
          call(record, of: run.stream)?.isLeaf(endedBy: next) ?? false ? next : nil
        }
        if !options.hidesDurations { CallGraphLine.appendBeginning(end?.duration, to: &sink) }
        let depth = Int32(truncatingIfNeeded: depth.value(in: record, order))
        CallGraphLine.appendDepth(depth, to: &sink)
        let address = function.value(in: record, order)
        append(caches[source].functions.name(of: address).pointee, address, to: &sink)
        sink.append(end != nil ? "();" : "() {")
        if _slowPath(handlers.graphDepth) { CallGraphLine.appendNumber(ofDepth: depth, to: &sink) }
        if let returned = end?.returned {
          CallGraphLine.appendReturnValue(returned, handlers, to: &sink)
        }
        if end != nil { index &+= 1 }
      case .graphExit(let function, let depth, let begin, let end, let returned):
        if !options.hidesDurations {
          CallGraphLine.appendBeginning(
            end.value(in: record, order) &- begin.value(in: record, order), to: &sink)
        }
        let depth = Int32(truncatingIfNeeded: depth.value(in: record, order))
        CallGraphLine.appendDepth(depth, to: &sink)
        sink.append("}")
        if _slowPath(handlers.graphTailprint) {
          sink.append(" /* ")
          let address = function.value(in: record, order)
          append(caches[source].functions.name(of: address).pointee, address, to: &sink)
          sink.append(" */")
        }
        if _slowPath(handlers.graphDepth) { CallGraphLine.appendNumber(ofDepth: depth, to: &sink) }
        if let returned {
          CallGraphLine.appendReturnValue(returned.value(in: record, order), handlers, to: &sink)
        }
      case .unknown:
        sink.append("id=")
        sink.append(decimal: UInt64(id))
      }
      if _slowPath(options.isForTerminal) { TerminalSafety.escape(&sink, from: textStart) }
      wakeups?.appendLatency(record, source, to: &sink)
      sink.append(UInt8(ascii: "\n"))
    }
    return index > run.count
  }

  // MARK: Parts of a line

  /// What stands between the CPU and the event where it is more than the time.
  @inline(never) private mutating func writeFlagsAndTimes(
    of record: Record, _ stream: Int, _ source: Int, to target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var at = target
    if options.layout.showsFlags {
      at = lanes[stream].writeFlags(of: record, asNumber: options.raw, to: at)
    }
    at = caches[source].time.write(record.time, to: at)
    return difference?.write(record.time, to: at) ?? at
  }

  /// What the function tracer's lines have of a function.
  @inline(__always) private mutating func appendFunction(
    _ address: UInt64, _ source: Int, to sink: inout ByteSink
  ) {
    let name = caches[source].functions.name(of: address)
    if name.pointee.hash == 0 { sink.append("0x") }
    append(name.pointee, address, to: &sink)
    guard _slowPath(options.handlers.functionOffset), name.pointee.hash != 0 else { return }
    let start = caches[source].symbols._withUnsafeGuaranteedRef { $0.lookup(address)?.address }
    sink.append("+0x")
    sink.append(hex: address &- (start ?? address))
    sink.append(UInt8(ascii: " "))
  }

  /// A function's name, or its address in hexadecimal.
  @inline(__always) private func append(
    _ name: FunctionNames.Name, _ address: UInt64, to sink: inout ByteSink
  ) {
    if _slowPath(name.hash == 0) {
      sink.append(hex: address)
    } else {
      sink.append(atMost: name.text.count &+ PaddedText.padding) { name.text.copy(to: $0) }
    }
  }

  /// Lines of their own: where a sub-buffer starts whose first event is shown, what was lost.
  @inline(__always) private mutating func writeMarks(
    before run: EventCursor.Run, in slice: SliceDealer.Slice, to sink: inout ByteSink
  ) {
    if _slowPath(options.marksSubBuffers && run.startsPage),
      gate.isOpen || gate.passes(run.records[0], of: run.stream, in: slice)
    {
      sink.append(lanes[run.stream].prefix.bytes)
      sink.append("CPU:\(lanes[run.stream].cpu) [SUBBUFFER START]\n")
    }
    if _slowPath(run.lost != .none) { appendLoss(run.lost, run.stream, to: &sink) }
  }

  /// A line of its own: `CPU:3 [12 EVENTS DROPPED]`.
  private func appendLoss(_ lost: LostEvents, _ stream: Int, to sink: inout ByteSink) {
    sink.append(lanes[stream].prefix.bytes)
    if options.colours { sink.append(EventColor.alarm) }
    defer { sink.append(options.colours ? "\(EventColor.end)\n" : "\n") }
    sink.append("CPU:")
    sink.append(decimal: UInt64(lanes[stream].cpu))
    sink.append(" [")
    if case .some(let count) = lost {
      sink.append(decimal: count)
      sink.append(" EVENTS DROPPED]")
    } else {
      sink.append("EVENTS DROPPED]")
    }
  }
}
