import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Counts the events of a `Histogram`, one after the other.
struct HistogramCounter: ~Copyable {
  private(set) var entries: [Histogram.Entry] = []
  private(set) var forest = CallForest()
  private(set) var functions: FunctionIDs
  /// How many events there were, stack traces not counted.
  private(set) var total: UInt64 = 0

  private let input: ReportInput
  private let ignoringTasks: Bool
  private let lanes: [SourceLane]
  private let sourceOf: [Int]
  private let cpuOf: [Int]
  private var calls = TracedCalls()
  /// The entry of a task and event of each source, by the pid and the event's id, or the function's
  /// number behind all ids.
  private var entryOf: OwnedList<IntMap>
  /// Of each stream, the event that a stack trace next to it belongs to; -1 where there is none.
  private var latest: [(entry: Int, pid: Int32)]

  private static let firstFunction = 1 << 16

  init(_ input: ReportInput, ignoringTasks: Bool) {
    self.input = input
    self.ignoringTasks = ignoringTasks
    functions = FunctionIDs(input.sources, .function)
    lanes = input.sources.map { SourceLane($0) }
    sourceOf = input.streams.map(\.buffer)
    cpuOf = input.streams.map(\.cpu)
    entryOf = OwnedList(count: input.sources.count) { _ in IntMap() }
    latest = input.streams.map { _ in (-1, 0) }
  }

  mutating func take(_ record: Record, _ stream: Int) {
    let number = sourceOf[stream]
    let lane = lanes[number]
    let id = lane.id(of: record)
    if id == lane.stack.userID { return }
    let pid = lane.pid(of: record)
    if id == lane.stack.kernelID {
      takeStack(record, stream, number, pid)
      return
    }
    let entry: Int
    switch lane.labels[id].pointee.kind {
    case .function(let ip, let parent):
      let function = functions.id(of: ip.value(in: record, lane.order), in: number)
      let caller = functions.id(of: parent.value(in: record, lane.order), in: number)
      entry = self.entry(pid, Self.firstFunction + Int(function), number)
      let context = TracedCalls.Context(
        source: number, pid: pid, cpu: cpuOf[stream], flags: lane.flags(of: record))
      forest.addBelow(entries[entry].root, calls.called(function, by: caller, in: context))
      latest[stream].entry = -1
    case .graphEntry(let function, let depth):
      let function = functions.id(of: function.value(in: record, lane.order), in: number)
      entry = self.entry(pid, Self.firstFunction + Int(function), number)
      let context = TracedCalls.Context(
        source: number, pid: pid, cpu: cpuOf[stream], flags: lane.flags(of: record))
      let callers = calls.called(
        function, depth: depth.value(in: record, lane.order), in: context)
      forest.addBelow(entries[entry].root, callers)
      latest[stream].entry = -1
    case .graphExit: return
    default:
      entry = self.entry(pid, Int(id), number)
      latest[stream] = (entry, pid)
    }
    forest.count(at: entries[entry].root)
    total &+= 1
  }

  private mutating func takeStack(_ record: Record, _ stream: Int, _ number: Int, _ pid: Int32) {
    let event = latest[stream]
    guard event.entry >= 0, event.pid == pid else { return }
    latest[stream].entry = -1
    var chain: [FunctionIDs.ID] = []
    let stack = lanes[number].stack
    stack.forEachAddress(record) { chain.append(functions.id(of: $0, in: number)) }
    forest.addBelow(entries[event.entry].root, chain)
  }

  private mutating func entry(_ pid: Int32, _ event: Int, _ number: Int) -> Int {
    let pid = ignoringTasks ? -1 : pid
    let key = UInt64(UInt32(bitPattern: pid)) << 32 | UInt64(UInt32(truncatingIfNeeded: event))
    let known = entryOf[number].value(of: key)
    if known >= 0 { return Int(known) }
    let source = input.sources[number]
    let isFunction = event >= Self.firstFunction
    let name =
      isFunction
      ? functions.texts[event - Self.firstFunction]
      : source.events.index(id: event).map {
        String(decoding: source.events.name(at: $0), as: UTF8.self)
      } ?? "id=\(event)"
    entryOf[number].set(key, Int32(truncatingIfNeeded: entries.count))
    entries.append(
      Histogram.Entry(
        pid: pid, source: number, name: name, isFunction: isFunction, root: forest.makeRoot()))
    return entries.count - 1
  }
}
