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
  func keep(_ stream: Int, _ number: Int, _ slot: Int, _ record: Record) -> Bool {
    guard hasCalls[number] else { return false }
    waiting[stream] = Event(slot: slot, time: record.time, record: Array(record.bytes))
    return true
  }

  /// Hands over what waits in a stream whose next record has come, and the calls where it is them.
  func release(
    _ stream: Int, before record: Record, _ source: Int, _ body: (Event, [String]) -> Void
  ) {
    guard let event = waiting.removeValue(forKey: stream) else { return }
    var calls: [String] = []
    if let id = stacks[source].kernelID, typeOf[source](record.bytes) == Int(id) {
      stacks[source].forEachAddress(record) { calls.append(name(of: $0, source)) }
      calls.trimPrefix(while: Self.isTracersOwn)
    }
    body(event, TracerFrames.removed(from: calls))
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

  private func name(of address: UInt64, _ source: Int) -> String {
    guard let symbol = symbols[source].lookup(address) else {
      return "0x" + String(address, radix: 16)
    }
    return String(decoding: symbol.name, as: UTF8.self)
  }
}
