import ByteIO
import EventFormats
import Reports
import RingBuffer
import TraceDat

/// Events that wait for the calls that led to them: the kernel writes those behind the event, on the
/// same CPU, as an event of their own.
///
/// What comes behind one that waits, on any CPU, waits as well: all leave in the order in which they
/// came. Where no calls were recorded, a CPU's next event may be long in coming, so there are limits.
final class HeldEvents {
  /// What leaves when its turn comes.
  enum Content {
    /// What was lost before it, and whose next record may be its calls.
    case event(record: [UInt8], lost: LostEvents, calls: [String])
    /// From here on, nothing of the stream is known up to its next event.
    case gap
  }

  struct Entry {
    var stream: Int
    var time: UInt64
    var content: Content
    fileprivate var isWaiting = false
  }

  private let hasCalls: [Bool]
  private let stacks: [StackRecord]
  private let symbols: [SymbolTable]
  private let typeOf: [(UnsafeRawBufferPointer) -> Int]

  private var queue: [Entry] = []
  /// The first in `queue` that has not left.
  private var first = 0
  /// By stream, where in `queue` the one that waits is.
  private var waiting: [Int: Int] = [:]
  private var byteCount = 0

  /// Calls are written at once; a second later they are another event's.
  private static let patience: UInt64 = 1_000_000_000
  private static let countLimit = 1 << 16
  private static let byteLimit = 1 << 24

  /// - Parameter hasCalls: of each wanted event, whether its calls are told.
  init(_ hasCalls: [Bool], _ sources: [ReportSource]) {
    self.hasCalls = hasCalls
    stacks = sources.map { StackRecord($0) }
    symbols = sources.map(\.events.symbols)
    typeOf = sources.map { source in
      let (common, order) = (source.events.common, source.file.order)
      return { common.read(common.type, of: $0, order) & 0xffff }
    }
  }

  var isEmpty: Bool { first == queue.count }

  /// Whether a wanted event is one of those that wait.
  func waits(_ number: Int) -> Bool { hasCalls[number] }

  /// A stream's next record has come: it is the calls of the one that waits there, or there are none.
  ///
  /// - Parameter lost: what was lost before it, which the calls may be among.
  func settle(_ stream: Int, by record: Record, _ source: Int, lost: LostEvents) {
    guard let place = waiting.removeValue(forKey: stream) else { return }
    queue[place].isWaiting = false
    guard lost == .none, case .event(let bytes, let before, _) = queue[place].content,
      let id = stacks[source].kernelID, typeOf[source](record.bytes) == Int(id)
    else { return }
    var calls: [String] = []
    stacks[source].forEachAddress(record) { calls.append(symbols[source].functionName(at: $0)) }
    calls.trimPrefix(while: Self.isTracersOwn)
    queue[place].content = .event(
      record: bytes, lost: before, calls: TracerFrames.removed(from: calls))
  }

  /// Keeps a record until those before it have left.
  ///
  /// - Parameter waits: calls of its own are to come as well.
  func append(_ stream: Int, _ record: Record, lost: LostEvents, waits: Bool) {
    if waits { waiting[stream] = queue.count }
    byteCount += record.length
    queue.append(
      Entry(
        stream: stream, time: record.time,
        content: .event(record: Array(record.bytes), lost: lost, calls: []), isWaiting: waits))
  }

  func append(gapOf stream: Int) {
    queue.append(Entry(stream: stream, time: 0, content: .gap))
  }

  /// The next to leave; nil where it waits.
  ///
  /// - Parameter time: how far all streams have come; nil at the end, when nothing waits any more.
  func next(until time: UInt64?) -> Entry? {
    guard first < queue.count else { return nil }
    let entry = queue[first]
    if entry.isWaiting {
      if let time, queue.count - first <= Self.countLimit, byteCount <= Self.byteLimit,
        time.distance(since: entry.time) ?? 0 < Self.patience
      {
        return nil
      }
      waiting[entry.stream] = nil
    }
    if case .event(let record, _, _) = entry.content { byteCount -= record.count }
    first += 1
    if first == queue.count {
      queue.removeAll(keepingCapacity: true)
      first = 0
    } else if first >= 1 << 12, first * 2 >= queue.count {
      queue.removeFirst(first)
      waiting = waiting.mapValues { $0 - first }
      first = 0
    }
    return entry
  }

  /// What an event's own macros make (include/trace/stages/stage6_event_callback.h).
  private static func isTracersOwn(_ name: String) -> Bool {
    name.hasPrefix("trace_event_raw_event_") || name.hasPrefix("__traceiter_")
  }
}
