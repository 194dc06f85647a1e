/// Divides the events of a recording into parts, one behind the other.
package struct FileSplitter {
  /// How much belongs into one part.
  package enum Limit: Equatable, Sendable {
    /// Everything.
    case none
    /// So many ns from the part's first event on, their end included.
    case time(UInt64)
    /// So many events, in the order of their times.
    case events(Int)
    /// So many events of each CPU.
    case eventsPerCPU(Int)
    /// So many pages of each CPU.
    case pages(Int)
  }

  private let limit: Limit
  private let end: [EventStream.Position]
  private var rest: FilePart

  /// - Parameters:
  ///   - whole: what is divided.
  ///   - times: only the events of these times, both included, in ns.
  package init(_ whole: FilePart, times: ClosedRange<UInt64>? = nil, limit: Limit) {
    self.limit = limit
    rest = whole
    if let times { rest.range = EventRange(whole.streams, times: times) }
    end = rest.range.to
  }

  /// The next part; nil when no event is left.
  package mutating func next() -> FilePart? {
    guard let first = rest.firstTime else { return nil }
    var part = rest
    part.range.to = stop(first: first)
    // Where the times of a damaged file run backwards, no place may be found behind the first event.
    if part.range.to == part.range.from { part.range.to = end }
    rest.range.from = part.range.to
    return part
  }

  /// Where a part ends that begins where the rest does.
  private func stop(first: UInt64) -> [EventStream.Position] {
    let from = rest.range.from
    switch limit {
    case .none:
      return end
    case .time(let length):
      let (after, isBeyond) = first.addingReportingOverflow(length.addingOne)
      guard !isBeyond else { return end }
      return rest.streams.indices.map {
        min(rest.streams[$0].position(ofTime: after, notBefore: from[$0]), end[$0])
      }
    case .events(let count):
      var cursor = EventCursor(rest.streams, from: from, to: end)
      cursor.skip(count)
      return rest.streams.indices.map { cursor.position(ofStream: $0) }
    case .eventsPerCPU(let count):
      return rest.streams.indices.map {
        var cursor = EventCursor([rest.streams[$0]], from: [from[$0]], to: [end[$0]])
        cursor.skip(count)
        return cursor.position(ofStream: 0)
      }
    case .pages(let count):
      return rest.streams.indices.map {
        let (page, isBeyond) = from[$0].page.addingReportingOverflow(count)
        return isBeyond ? end[$0] : min(.init(page: page, offset: 0), end[$0])
      }
    }
  }
}

extension EventCursor {
  /// Goes past some events.
  fileprivate mutating func skip(_ count: Int) {
    var left = count
    while left > 0, let run = nextRun(limit: left) { left -= run.count }
  }
}

extension UInt64 {
  /// The next number, or itself where there is none.
  fileprivate var addingOne: UInt64 { self == .max ? .max : self + 1 }
}
