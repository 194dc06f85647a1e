import ByteIO
import EventFormats
import Reports
import RingBuffer
import TraceDat

/// Events that wait for the calls that led to them: the kernel writes those behind the event, on the
/// same CPU, as an event of their own.
final class HeldEvents {
  struct Event {
    /// Which of the source's bound events.
    var slot: Int
    var time: UInt64
    var record: [UInt8]
    /// Whose it is.
    var thread: Int32
    var source: Int
  }

  private let hasCalls: [Bool]
  private let stacks: [StackRecord]
  private let symbols: [SymbolTable]
  private let typeOf: [(UnsafeRawBufferPointer) -> Int]
  /// By stream.
  private var waiting: [Int: Event] = [:]

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

  /// Keeps an event, where it is one of those that wait.
  func keep(
    _ stream: Int, _ number: Int, _ slot: Int, _ record: Record, thread: Int32, _ source: Int
  ) -> Bool {
    guard hasCalls[number] else { return false }
    waiting[stream] = Event(
      slot: slot, time: record.time, record: Array(record.bytes), thread: thread, source: source)
    return true
  }

  /// Hands over what waits in a stream whose next record has come, and the calls where it is them;
  /// and what else of its thread waits: a recording without calls keeps nothing in order otherwise.
  /// The idle tasks of all CPUs are thread 0.
  ///
  /// - Parameter thread: of the record.
  func release(
    _ stream: Int, before record: Record, _ source: Int, thread: Int32,
    _ body: (_ stream: Int, Event, [String]) -> Void
  ) {
    if waiting.isEmpty { return }
    if thread != 0 {
      for (other, event) in waiting where other != stream && event.thread == thread {
        guard event.source == source else { continue }
        waiting[other] = nil
        body(other, event, [])
      }
    }
    guard let event = waiting.removeValue(forKey: stream) else { return }
    var calls: [String] = []
    if let id = stacks[source].kernelID, typeOf[source](record.bytes) == Int(id) {
      stacks[source].forEachAddress(record) { calls.append(symbols[source].functionName(at: $0)) }
      calls.trimPrefix(while: Self.isTracersOwn)
    }
    body(stream, event, TracerFrames.removed(from: calls))
  }

  /// What an event's own macros make (include/trace/stages/stage6_event_callback.h).
  private static func isTracersOwn(_ name: String) -> Bool {
    name.hasPrefix("trace_event_raw_event_") || name.hasPrefix("__traceiter_")
  }

  func releaseAll(_ body: (Int, Event) -> Void) {
    let all = waiting.sorted { $0.value.time < $1.value.time }
    waiting = [:]
    for (stream, event) in all { body(stream, event) }
  }
}

extension SymbolTable {
  /// The function that an address is in; the address where that is not known.
  func functionName(at address: UInt64) -> String {
    guard let symbol = lookup(address) else { return "0x" + String(address, radix: 16) }
    return String(decoding: symbol.name, as: UTF8.self)
  }
}
