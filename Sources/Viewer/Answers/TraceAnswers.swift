import Synchronization
package import Timeline

/// Answers the page's questions from recordings that were opened.
package final class TraceAnswers: PageAnswers {
  let trace: Trace
  let paths: [String]
  let names: BandNames
  let types: EventTypes
  let searches = Searches()
  /// Tells this opening of the files from others.
  private let salt: UInt64

  package init(_ trace: Trace, paths: [String]) {
    self.trace = trace
    self.paths = paths
    names = BandNames(trace)
    types = EventTypes(trace)
    salt = UInt64.random(in: .min ... .max)
  }

  /// Begins to walk over the events; what is asked meanwhile is answered as far as that has come.
  package func begin() {
    let trace = self.trace
    AnswerThreads.shared.run { trace.buildIndex() }
  }

  /// What the answers depend on: changes while the index grows.
  var id: String { String(salt &+ UInt64(trace.indexVersion), radix: 16) }

  package func answer(_ request: PageRequest) throws(PageError) -> PageAnswer {
    switch request.path {
    case "trace": summary()
    case "tiles": try tiles(request)
    case "names": try nameList(request)
    case "events": try eventList(request)
    case "events/near": try nearestEvent(request)
    case "events/next": try nextEvent(request)
    case "events/one": try oneEvent(request)
    case "wakeups": try wakeup(request)
    case "filter": try filter(request)
    case "search/next": try nextHit(request)
    case "stats": try statistics(request)
    case "rows": try addRow(request)
    default: throw .notFound("the page asks for api/\(request.path), which is not known")
    }
  }

  package func events(_ request: PageRequest) throws(PageError) -> AsyncStream<[UInt8]>? {
    switch request.path {
    case "changes": changes()
    case "search": try search(request)
    default: nil
    }
  }

  // MARK: What several answers share

  /// `0-7,12`
  func rows(_ request: PageRequest) throws(PageError) -> [UInt32]? {
    guard let text = request["rows"] else { return nil }
    var rows: [UInt32] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", maxSplits: 1).map { UInt32($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last,
        rows.count + Int(last - first) < 1 << 17
      else { throw .badRequest("rows= takes numbers and ranges, such as 0-7,12, not \"\(part)\"") }
      rows += first...last
    }
    return rows
  }

  /// The row of what was asked for; nil without one.
  func row(_ request: PageRequest) throws(PageError) -> UInt32? {
    try request.number("row", as: UInt32.self)
  }

  func time(_ request: PageRequest, _ name: String = "time") throws(PageError) -> Int64 {
    let time: Double = try request.needed(name)
    return Int64(max(min(time, 9e18), -9e18))
  }
}
