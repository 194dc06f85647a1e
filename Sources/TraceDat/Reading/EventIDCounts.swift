import ByteIO
import Dispatch
import RingBuffer
import Synchronization

/// How many events of each id a recording's buffers hold: the quickest walk over all of it.
///
/// Nothing of an event is looked at but its header and its id, CPUs are not merged, and several
/// threads take some pages at a time.
package struct EventIDCounts: Sendable {
  /// For each buffer (`EventStream.buffer`), by id; 65,536 each.
  package private(set) var counts: [[UInt64]]
  /// What the kernel lost, where it counted it.
  package private(set) var lost: UInt64 = 0
  /// How many times it lost some without a count.
  package private(set) var uncountedLosses = 0
  /// Pages that break off before their end.
  package private(set) var damagedPages = 0
  /// Chunks that could not be unpacked.
  package private(set) var problems: [TraceFileError] = []

  /// How many pages a thread takes at once.
  private static let pagesAtOnce = 512

  private struct Part {
    var stream: Int
    var pages: Range<Int>
  }

  /// - Parameter workers: how many threads count.
  package init(_ streams: [EventStream], workers: Int) {
    let buffers = (streams.map(\.buffer).max() ?? -1) + 1
    counts = Array(repeating: Array(repeating: 0, count: 1 << 16), count: buffers)
    var parts: [Part] = []
    for (index, stream) in streams.enumerated() {
      for first in stride(from: 0, to: stream.pages.count, by: Self.pagesAtOnce) {
        let end = min(first + Self.pagesAtOnce, stream.pages.count)
        parts.append(Part(stream: index, pages: first..<end))
      }
    }
    let next = Atomic(0)
    let whole = Mutex(self)
    let all = parts
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, parts.count))) { _ in
      var mine = EventIDCounts(buffers: buffers)
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < all.count else { break }
        mine.count(all[number].pages, of: streams[all[number].stream])
      }
      whole.withLock { $0.add(mine) }
    }
    self = whole.withLock { $0 }
  }

  private init(buffers: Int) {
    counts = Array(repeating: Array(repeating: 0, count: 1 << 16), count: buffers)
  }

  private mutating func count(_ pages: Range<Int>, of stream: EventStream) {
    let reader = PageReader(stream.pages)
    let layout = stream.pages.layout
    for number in pages {
      guard let page = reader.page(at: number), let start = page.baseAddress else { continue }
      var cursor = RecordCursor(page: start, layout: layout, available: page.count)
      switch cursor.lost {
      case .none: break
      case .some(let count): lost &+= count
      case .unknown: uncountedLosses += 1
      }
      counts[stream.buffer].withUnsafeMutableBufferPointer { counts in
        while let record = cursor.next() {
          guard record.length >= 2 else { continue }
          counts[Int(record.payload.load(UInt16.self, at: 0, layout.order))] &+= 1
        }
      }
      if cursor.damage != nil { damagedPages += 1 }
    }
    if let problem = reader.problem { problems.append(problem) }
  }

  private mutating func add(_ other: EventIDCounts) {
    for buffer in counts.indices {
      for id in counts[buffer].indices { counts[buffer][id] &+= other.counts[buffer][id] }
    }
    lost &+= other.lost
    uncountedLosses += other.uncountedLosses
    damagedPages += other.damagedPages
    problems += other.problems.filter { !problems.contains($0) }
  }
}
