package import ByteIO
import Dispatch
package import EventFormats
import Reports
import RingBuffer
import Synchronization

/// What events are looked for by.
package enum SearchTerm: Sendable {
  /// Text in the task's name, the event's name or what it says.
  case text([UInt8], ignoresCase: Bool)
  case expression(POSIXRegex)
  /// By buffer, as `report -F` understands it.
  case filter([EventFilter])
}

/// The events that were found, by their numbers.
package struct SearchHits: Sendable {
  /// Rising.
  package var indexes: [Int] = []
  /// How many there are in each of equal parts of the trace.
  package var strip: [Int]
  /// How much was looked through, from 0 to 1.
  package var done = 0.0
}

extension Trace {
  /// Where a filter is wrong, that is thrown: by the first of the recordings, if none understands
  /// it.
  package func filter(_ text: String) throws(FilterError) -> SearchTerm {
    var filters: [EventFilter] = []
    var problem: FilterError?
    for source in input.sources {
      do throws(FilterError) {
        filters.append(try EventFilter([FilterText(text)], events: source.events))
      } catch {
        problem = problem ?? error
      }
    }
    if let problem { throw problem }
    return .filter(filters)
  }

  /// Looks through all events that are indexed, with all processors.
  ///
  /// - Parameters:
  ///   - parts: how many the strip has.
  ///   - onProgress: told what was found so far, now and then; false to stop.
  package func search(
    _ term: SearchTerm, parts: Int, onProgress: @Sendable (SearchHits) -> Bool
  ) -> SearchHits {
    let slices = index.read { $0.slices }
    struct State {
      var next = 0
      var found: [Int: [(index: Int, time: Int64)]] = [:]
      var taken = 0
      var hits: SearchHits
      var isStopped = false
    }
    let state = Mutex(State(hits: SearchHits(strip: [Int](repeating: 0, count: parts))))
    let length = max(duration + 1, 1)
    DispatchQueue.concurrentPerform(
      iterations: max(min(ProcessorCount.available, slices.count), 1)
    ) { _ in
      let texts = EventPrinter(self)
      while let number = state.withLock({ state -> Int? in
        guard state.next < slices.count, !state.isStopped else { return nil }
        state.next += 1
        return state.next - 1
      }) {
        var found: [(index: Int, time: Int64)] = []
        _ = forEachEvent(of: slices[number], skipping: 0) { event in
          if matches(event, term, texts) { found.append((event.index, event.time)) }
          return true
        }
        let report = state.withLock { state -> SearchHits? in
          state.found[number] = found
          // In the order of the events.
          while let ready = state.found.removeValue(forKey: state.taken) {
            for (index, time) in ready {
              state.hits.indexes.append(index)
              let part = Int(Double(max(time, 0)) / Double(length) * Double(parts))
              state.hits.strip[min(part, parts - 1)] += 1
            }
            state.taken += 1
          }
          state.hits.done = Double(state.taken) / Double(max(slices.count, 1))
          return number.isMultiple(of: 4) ? state.hits : nil
        }
        if let report, !onProgress(report) { state.withLock { $0.isStopped = true } }
      }
    }
    return state.withLock { state in
      if slices.isEmpty { state.hits.done = 1 }
      return state.hits
    }
  }

  private func matches(_ event: PlacedEvent, _ term: SearchTerm, _ texts: EventPrinter) -> Bool {
    switch term {
    case .filter(let filters):
      let name = Array(texts.taskName(event).utf8)
      return name.withUnsafeBytes { name in
        filters[event.source].matches(
          event.record.bytes, id: UInt16(truncatingIfNeeded: event.id),
          FilterSurroundings(cpu: event.cpu, time: event.record.time, taskName: name))
      }
    case .text(let wanted, let ignoresCase):
      return texts.withLine(of: event) { line in
        Self.find(wanted, in: line, ignoresCase: ignoresCase)
      }
    case .expression(let regex):
      return texts.withLine(of: event) { regex.matches($0) }
    }
  }

  private static func find(
    _ wanted: [UInt8], in line: UnsafeRawBufferPointer, ignoresCase: Bool
  ) -> Bool {
    guard let first = wanted.first else { return true }
    guard wanted.count <= line.count else { return false }
    func folded(_ byte: UInt8) -> UInt8 {
      ignoresCase && byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
    let head = folded(first)
    for start in 0...(line.count - wanted.count) where folded(line[start]) == head {
      var at = 1
      while at < wanted.count, folded(line[start + at]) == folded(wanted[at]) { at += 1 }
      if at == wanted.count { return true }
    }
    return false
  }
}
