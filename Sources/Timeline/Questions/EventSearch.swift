package import ByteIO
import Dispatch
package import EventFormats
import Reports
import RingBuffer
import Synchronization

/// What events are looked for by.
package enum SearchTerm: Sendable {
  /// Text in the task's name, the event's name or what it says.
  case text(SearchText)
  case expression(POSIXRegex)
  /// By buffer, as `report -F` understands it.
  case filter([EventFilter])
}

/// What was found so far.
package struct SearchProgress: Sendable {
  /// How many events.
  package var count = 0
  /// The number of the first of them.
  package var first: Int?
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
  ///   - onProgress: told what was found so far, now and then and at the end; false to stop.
  /// - Returns: the numbers of those that were found, rising.
  package func search(
    _ term: SearchTerm, parts: Int, onProgress: @Sendable (SearchProgress) -> Bool
  ) -> [Int] {
    let slices = index.read { $0.slices }
    struct State {
      var next = 0
      var found: [Int: [(index: Int, time: Int64)]] = [:]
      var taken = 0
      var indexes: [Int] = []
      var progress: SearchProgress
      var isStopped = false
    }
    let state = Mutex(State(progress: SearchProgress(strip: [Int](repeating: 0, count: parts))))
    let length = max(duration + 1, 1)
    DispatchQueue.concurrentPerform(
      iterations: max(min(ProcessorCount.available, slices.count), 1)
    ) { _ in
      let printer = EventPrinter(self)
      while let number = state.withLock({ state -> Int? in
        guard state.next < slices.count, !state.isStopped else { return nil }
        state.next += 1
        return state.next - 1
      }) {
        var found: [(index: Int, time: Int64)] = []
        forEachRecord(of: slices[number]) { record in
          if matches(record, term, printer) {
            found.append((slices[number].firstEvent + record.place, record.time))
          }
          return true
        }
        let report = state.withLock { state -> SearchProgress? in
          state.found[number] = found
          // In the order of the events.
          while let ready = state.found.removeValue(forKey: state.taken) {
            for (index, time) in ready {
              state.indexes.append(index)
              let part = Int(Double(time) / Double(length) * Double(parts))
              state.progress.strip[min(part, parts - 1)] += 1
            }
            state.taken += 1
          }
          state.progress.count = state.indexes.count
          state.progress.first = state.indexes.first
          state.progress.done = Double(state.taken) / Double(slices.count)
          return number.isMultiple(of: 4) ? state.progress : nil
        }
        if let report, !onProgress(report) { state.withLock { $0.isStopped = true } }
      }
    }
    var (indexes, progress) = state.withLock { ($0.indexes, $0.progress) }
    progress.done = 1
    _ = onProgress(progress)
    return indexes
  }

  private func matches(
    _ found: SliceRecord, _ term: SearchTerm, _ printer: EventPrinter
  ) -> Bool {
    func line<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
      printer.withLine(
        of: found.record, id: found.id, pid: found.pid, source: found.source, body)
    }
    switch term {
    case .filter(let filters):
      let filter = filters[found.source]
      let id = UInt16(truncatingIfNeeded: found.id)
      let verdict = filter.table[id]
      guard verdict.contains(.asks) else { return verdict.contains(.passes) }
      let name = verdict.contains(.needsTaskName) ? printer.nameBytes(found) : []
      return name.withUnsafeBytes { name in
        filter.matches(
          found.bytes, id: id,
          FilterSurroundings(
            cpu: places.cpus[found.cpu].cpu, time: found.record.time, taskName: name))
      }
    case .text(let text): return line { text.isIn($0) }
    case .expression(let regex): return line { regex.matches($0) }
    }
  }
}

/// Text that is looked for in others.
package struct SearchText: Sendable {
  private let bytes: [UInt8]
  private let ignoresCase: Bool

  /// - Parameter ignoresCase: of ASCII letters.
  package init(_ text: String, ignoresCase: Bool) {
    bytes = ignoresCase ? text.utf8.map(TextPattern.lowercased) : Array(text.utf8)
    self.ignoresCase = ignoresCase
  }

  func isIn(_ text: UnsafeRawBufferPointer) -> Bool {
    bytes.withUnsafeBytes {
      TextPattern.find($0, in: text, atStart: false, atEnd: false, ignoresCase: ignoresCase)
    }
  }
}
