import ByteIO
import EventFormats
import RingBuffer
import TraceDat

extension SliceWriter {
  /// What is printed of a stream, in plain memory.
  struct Lane: ~Copyable {
    let source: Int
    let cpu: Int
    /// Equal in two lanes where a call may begin in one and end in the other, and be one line.
    let callScope: Int
    /// What stands before each line where there are several sources.
    let prefix: PaddedText
    /// `[003]`, and a blank where letters of flags follow; `  3` of the latency format.
    let cpuText: PaddedText
    let labels: EventTable<EventLabels.Label>.Lookup
    let order: ByteOrder
    /// The offset of a record's pid.
    let pid: Int
    private let flags: StatusFlags

    init(
      number: Int, _ stream: EventStream, _ source: ReportSource, _ line: ReportOptions.LineOptions
    ) {
      self.source = stream.buffer
      cpu = stream.cpu
      callScope = line.generation.foldsCallsOfOneCPU ? number : stream.buffer
      let layout = line.layout
      var text = ByteSink(capacity: 64)
      if layout == .latency {
        text.append(decimal: UInt64(cpu), width: 3, fill: UInt8(ascii: " "))
      } else {
        text.append("[")
        text.append(decimal: UInt64(cpu), width: 3, fill: UInt8(ascii: "0"))
        text.append(layout.showsFlags && !line.raw ? "] " : "]")
      }
      cpuText = PaddedText(copying: text.bytes)
      prefix = source.prefix.withUnsafeBytes { PaddedText(copying: $0) }
      labels = source.labels.lookup
      order = source.file.order
      pid = source.events.common.pid.offset
      flags = StatusFlags(source.events.common, source.file.order)
    }

    deinit {
      prefix.deallocate()
      cpuText.deallocate()
    }

    /// - Parameter asNumber: whether they are shown as `-0x9`, as beside raw fields.
    func writeFlags(
      of record: Record, asNumber: Bool, to target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
      guard asNumber else { return flags.write(record, to: target) }
      var text = ByteSink(capacity: 64)
      text.append("-0x")
      text.append(hex: UInt64(truncatingIfNeeded: flags.flags(of: record)))
      if let bytes = text.bytes.baseAddress {
        target.copyMemory(from: bytes, byteCount: text.count)
      }
      return target + text.count
    }
  }

  /// What a worker keeps of one source; `sources` keeps alive what it points to.
  struct SourceCache: ~Copyable {
    var tasks: TaskLabels
    var functions: FunctionNames
    var scratch = PrintScratch()
    var time: TimeText
    let events: Unmanaged<EventCatalog>
    let symbols: Unmanaged<SymbolTable>
    private let source: ReportSource

    init(_ source: ReportSource, _ line: ReportOptions.LineOptions) {
      tasks = TaskLabels(
        names: source.names, shape: line.layout == .latency ? .shortColumn : .column,
        isForTerminal: line.isForTerminal)
      functions = FunctionNames(symbols: source.events.symbols)
      time = TimeText(source.time)
      scratch.timeDigits =
        switch source.time {
        case .microseconds: .microseconds
        case .nanoseconds: .nanoseconds
        case .raw: .none
        }
      events = .passUnretained(source.events)
      symbols = .passUnretained(source.events.symbols)
      self.source = source
    }
  }
}
