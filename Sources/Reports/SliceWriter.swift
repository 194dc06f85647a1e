import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Prints the lines of one slice after the other, for one worker.
///
/// Everything that is looked up per event is cached here, so workers share nothing that changes.
struct SliceWriter: ~Copyable {
  let streams: [EventStream]
  private let sources: [ReportSource]
  let lanes: OwnedList<Lane>
  private var caches: OwnedList<SourceCache>
  private(set) var losses = ReportLosses()

  /// What is printed of a stream, in plain memory.
  struct Lane: ~Copyable {
    let source: Int
    let cpu: Int
    /// What stands before each line where there are several sources.
    let prefix: PaddedText
    /// `[003]`
    let cpuText: PaddedText
    let labels: EventLabels.Lookup
    let order: ByteOrder
    /// The offset of a record's pid.
    let pid: Int

    init(_ stream: EventStream, _ source: ReportSource) {
      self.source = stream.buffer
      cpu = stream.cpu
      var text = ByteSink(capacity: 64)
      text.append("[")
      text.append(decimal: UInt64(cpu), width: 3, fill: UInt8(ascii: "0"))
      text.append("]")
      cpuText = PaddedText(copying: text.bytes)
      prefix = source.prefix.withUnsafeBytes { PaddedText(copying: $0) }
      labels = source.labels.lookup
      order = source.file.order
      pid = source.events.common.pid.offset
    }

    deinit {
      prefix.deallocate()
      cpuText.deallocate()
    }
  }

  /// What a worker keeps of one source; `sources` keeps alive what it points to.
  struct SourceCache: ~Copyable {
    var tasks: TaskLabels
    var functions: FunctionNames
    var scratch = PrintScratch()
    var time: TimeText
    let events: Unmanaged<EventCatalog>

    init(_ source: ReportSource) {
      tasks = TaskLabels(names: source.names)
      functions = FunctionNames(symbols: source.events.symbols)
      time = TimeText(source.time)
      events = .passUnretained(source.events)
    }
  }

  init(streams: [EventStream], sources: [ReportSource]) {
    self.streams = streams
    self.sources = sources
    lanes = OwnedList(count: streams.count) { Lane(streams[$0], sources[streams[$0].buffer]) }
    caches = OwnedList(count: sources.count) { SourceCache(sources[$0]) }
  }

  /// Prints a slice.
  mutating func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink) {
    var cursor = EventCursor(streams, from: slice.from, to: slice.to)
    // How many events of each stream were printed.
    var printed = [Int](repeating: 0, count: streams.count)
    var isLeafsEnd = cursor.peek.map { endsLeaf($0, before: slice) } ?? false
    while let run = cursor.nextRun() {
      let depths = slice.depths.map { $0[run.stream] + printed[run.stream] }
      printed[run.stream] += run.count
      isLeafsEnd = write(run, skippingFirst: isLeafsEnd, depths, slice, cursor, to: &sink)
    }
    losses.add(cursor.damages, count: cursor.damageCount, problems: cursor.problems)
  }

  /// Prints a run.
  ///
  /// - Returns: whether the next run's first event ends the leaf that was printed last.
  private mutating func write(
    _ run: EventCursor.Run, skippingFirst: Bool, _ depths: UnsafePointer<UInt16>?,
    _ slice: SliceDealer.Slice, _ cursor: borrowing EventCursor, to sink: inout ByteSink
  ) -> Bool {
    let source = lanes[run.stream].source
    let order = lanes[run.stream].order
    let pid = lanes[run.stream].pid
    let labels = lanes[run.stream].labels
    let prefix = lanes[run.stream].prefix
    let cpuText = lanes[run.stream].cpuText
    var index = skippingFirst ? 1 : 0
    if run.lost != .none, !skippingFirst { appendLoss(run.lost, run.stream, to: &sink) }
    while index < run.count {
      let record = run.records[index]
      index &+= 1
      guard record.length >= pid &+ 4 else {
        losses.shortRecords += 1
        continue
      }
      let id = record.payload.load(UInt16.self, at: 0, order)
      let label = labels[id]
      let task = caches[source].tasks.label(of: record.payload.load(Int32.self, at: pid, order))

      let room =
        prefix.count &+ task.count &+ label.pointee.text.count &+ TimeText.room
        &+ PaddedText.padding &* 2
      sink.append(atMost: room) { target in
        var at = target
        if prefix.count > 0 { at = prefix.copy(to: at) }
        at = task.copy(to: at)
        at = cpuText.copy(to: at)
        at = caches[source].time.write(record.time, to: at)
        return label.pointee.text.copy(to: at)
      }

      switch label.pointee.kind {
      case .info:
        caches[source].events._withUnsafeGuaranteedRef { events in
          events.printInfo(
            record: record.bytes, eventIndex: label.pointee.event, into: &sink,
            scratch: &caches[source].scratch)
        }
      case .function(let ip, _):
        if let depths {
          sink.append(
            repeating: UInt8(ascii: " "), count: Int(depths[index &- 1]) &* CallIndent.width)
        }
        let address = ip.value(in: record, order)
        let name = caches[source].functions.name(of: address)
        if name.pointee.hash == 0 { sink.append("0x") }
        append(name.pointee, address, to: &sink)
      case .graphEntry(let function, let depth):
        let next: Call? =
          index < run.count
          ? call(run.records[index], of: run.stream)
          : cursor.peek.map { call($0) } ?? follower(of: slice)
        let duration = next.flatMap { next in
          call(record, of: run.stream)?.isLeaf(endedBy: next) ?? false ? next.duration : nil
        }
        CallGraphLine.appendBeginning(duration, to: &sink)
        CallGraphLine.appendDepth(
          Int32(truncatingIfNeeded: depth.value(in: record, order)), to: &sink)
        let address = function.value(in: record, order)
        append(caches[source].functions.name(of: address).pointee, address, to: &sink)
        sink.append(duration != nil ? "();" : "() {")
        if duration != nil { index &+= 1 }
      case .graphExit(_, let depth, let begin, let end):
        CallGraphLine.appendBeginning(
          end.value(in: record, order) &- begin.value(in: record, order), to: &sink)
        CallGraphLine.appendDepth(
          Int32(truncatingIfNeeded: depth.value(in: record, order)), to: &sink)
        sink.append("}")
      case .unknown:
        sink.append("id=")
        sink.append(decimal: UInt64(id))
      }
      sink.append(UInt8(ascii: "\n"))
    }
    return index > run.count
  }

  // MARK: Parts of a line

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

  /// A line of its own: `CPU:3 [12 EVENTS DROPPED]`.
  private func appendLoss(_ lost: LostEvents, _ stream: Int, to sink: inout ByteSink) {
    sink.append(lanes[stream].prefix.bytes)
    sink.append("CPU:")
    sink.append(decimal: UInt64(lanes[stream].cpu))
    sink.append(" [")
    if case .some(let count) = lost {
      sink.append(decimal: count)
      sink.append(" EVENTS DROPPED]\n")
    } else {
      sink.append("EVENTS DROPPED]\n")
    }
  }
}
