import ByteIO
import EventFormats
package import Reports
import RingBuffer
import Synchronization
import TraceDat

/// One recording, or several side by side, as a person thinks of it: which tasks there were, what
/// each did, and what each CPU.
///
/// Opening reads heads and tables alone. `buildIndex` walks over all events once; until it has,
/// what is asked is answered for the part that it has reached. Times are ns since the first event.
public final class Trace: Sendable {
  package let input: ReportInput
  let places: TracePlaces
  let index: TraceIndex
  let bands: BandCache
  let functions: FunctionEvents
  /// By machine: which process threads belong to, where the recording has a table of that.
  private let processes: [RecordedProcesses]
  /// By machine, once somebody wanted them: it may take a look at all symbols.
  let syscallNames = Mutex<[Int: SyscallNames]>([:])
  /// Whether somebody walks over the events, or has done so.
  private let isBegun = Atomic(false)
  let addedRows = Mutex<[AddedRow]>([])
  private let bytesPerSlice: Int
  private let indexFile: IndexFile?
  /// The first event's time, as the recording has it, in ns.
  public let start: UInt64
  /// How long it is, in ns: from the first event to the last.
  public var duration: Int64 { places.duration }

  /// Opens recordings.
  ///
  /// Throws an error whose description says what was expected, and where, if a file cannot be read
  /// at all.
  ///
  /// - Parameter keepsIndex: keep the finished index beside the first recording (its name and
  ///   `.kscope`), or with this user's caches where that cannot be, and take it from there when the
  ///   same are opened again.
  public convenience init(paths: [String], keepsIndex: Bool = false) throws {
    let files = try paths.map { try TraceFile(path: $0) }
    try self.init(
      ReportInput(files.map { ReportInput.Recording($0) }), keepsIndex: keepsIndex,
      caches: IndexFilePlaces.userCaches)
  }

  /// - Parameters:
  ///   - bytesPerSlice: how many bytes of pages are walked over at once.
  ///   - caches: the folder for caches; nil where there is none.
  package init(
    _ input: ReportInput, bytesPerSlice: Int = 2 << 20, keepsIndex: Bool = false,
    caches: String? = nil
  ) {
    self.input = input
    self.bytesPerSlice = bytesPerSlice
    let times = TimeSpan(input.streams)
    start = times.first
    places = TracePlaces(
      input, times: times, isScheduled: TimeSpan.hasSwitches(input, times))
    let bytes = input.streams.reduce(0) { $0 + $1.pages.count * $1.pages.layout.pageSize }
    index = TraceIndex(
      cpuCount: places.cpus.count, sourceCount: input.sources.count,
      shift: Self.bucketWidth(places.duration, bytes: bytes, cpus: places.cpus.count))
    bands = BandCache()
    functions = FunctionEvents(input.sources)
    let files = places.firstSources.map { input.sources[$0].file }
    processes = files.map { RecordedProcesses($0) }
    indexFile =
      keepsIndex
      ? IndexFile(
        of: files, input.streams, places, layout: [Int64(index.shift), Int64(bytesPerSlice)],
        caches: caches) : nil
  }

  /// So many of the finest buckets, and they are made wider than their times in ns fit in: a task
  /// that waits the whole time has an entry in each, and a broken clock makes any time.
  private static let mostBuckets: Int64 = 1 << 16

  /// The width of the finest buckets: about five hundred events in one, and not more of them on all
  /// CPUs than the file can pay for (64 MB for a GB of events).
  private static func bucketWidth(_ duration: Int64, bytes: Int, cpus: Int) -> Int {
    let wanted = max(bytes >> 14, 1024)
    let affordable = max(bytes / 16 / MemoryLayout<IndexEntry>.stride / max(cpus, 1), 1024)
    let count = Int64(min(wanted, affordable))
    var width = 0
    while duration >> Int64(width) > (width < 31 ? count : Self.mostBuckets) { width += 1 }
    return width
  }

  /// Walks over all events, or takes the index that was kept; once: a second call does nothing.
  ///
  /// - Parameter isCancelled: asked now and then; the index stays as far as it came.
  public func buildIndex(workers: Int = 0, isCancelled: @Sendable () -> Bool = { false }) {
    guard !isBegun.exchange(true, ordering: .relaxed) else { return }
    if let kept = indexFile?.load() { return index.adopt(kept) }
    let builder = IndexBuilder(
      streams: input.streams, places: places, index: index, end: duration + 1,
      bytesPerSlice: bytesPerSlice)
    builder.run(
      workers: workers > 0 ? workers : ProcessorCount.available, isCancelled: isCancelled)
    if isComplete, let kept = indexFile?.keep(index.snapshot) { index.replace(with: kept) }
  }

  // MARK: What there is

  /// The rows of CPUs, from 0, in this order; those of tasks are behind them.
  public var cpuCount: Int { places.cpus.count }
  /// What the index knows of tasks by now.
  public var tasks: [TraceTask] {
    var tasks = index.read { $0.tasks }
    guard processes.contains(where: { !$0.isEmpty }) else { return tasks }
    for number in tasks.indices where tasks[number].process == 0 {
      let task = tasks[number]
      tasks[number].process = processes[task.machine].process(of: task.pid) ?? 0
    }
    return tasks
  }
  /// How many events were walked over.
  public var eventCount: Int { index.read { $0.eventCount } }
  /// What part of the file was walked over, from 0 to 1.
  public var progress: Double { index.read { $0.progress } }
  /// Whether switches between tasks were recorded; without them nobody knows who ran.
  public var isScheduled: Bool { places.isScheduled }
}
