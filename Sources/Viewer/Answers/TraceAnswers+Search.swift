import ByteIO
import EventFormats
import Synchronization
import Timeline

/// `api/filter`, `api/search` and what is behind it.
extension TraceAnswers {
  private func term(filter text: String) throws(PageError) -> SearchTerm {
    do throws(FilterError) {
      return try trace.filter(text)
    } catch {
      throw .badRequest(error.problem, position: error.place.lowerBound)
    }
  }

  func filter(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let wanted = try request.text("text")
    var text = JSONText()
    do throws(PageError) {
      _ = try term(filter: wanted)
      text.object { $0.member("ok", true) }
    } catch {
      text.object { text in
        text.member("ok", false)
        text.member("error", error.message)
        if let position = error.position { text.member("position", position) }
      }
    }
    return PageAnswer(text.bytes)
  }

  /// The numbers of the events that a filter lets pass.
  func hits(ofFilter text: String) throws(PageError) -> [Int] {
    let version = trace.indexVersion
    if let known = searches.indexes(ofFilter: text, version: version) { return known }
    let found = trace.search(try term(filter: text), parts: 1) { _ in true }
    searches.keep(found.indexes, ofFilter: text, version: version)
    return found.indexes
  }

  func search(_ request: PageRequest) throws(PageError) -> AsyncStream<[UInt8]> {
    let wanted = try request.text("text")
    let term: SearchTerm
    switch request["kind"] ?? "text" {
    case "text": term = .text(Array(wanted.utf8), ignoresCase: request["ignoreCase"] == "1")
    case "regex":
      do throws(POSIXRegexError) {
        term = .expression(try POSIXRegex(wanted, syntax: .extended))
      } catch {
        throw .badRequest(error.message)
      }
    case "filter": term = try self.term(filter: wanted)
    default: throw .badRequest("kind= is text, regex or filter")
    }
    let id = searches.begin()
    let (stream, continuation) = AsyncStream.makeStream(
      of: [UInt8].self, bufferingPolicy: .bufferingNewest(1))
    let flag = Flag()
    continuation.onTermination = { _ in flag.raise() }
    AnswerThreads.shared.run { [self] in
      let found = trace.search(term, parts: 512) { hits in
        continuation.yield(Self.event(id, hits))
        return !flag.isRaised
      }
      searches.set(found.indexes, of: id)
      var whole = found
      whole.done = 1
      continuation.yield(Self.event(id, whole))
      continuation.finish()
    }
    return stream
  }

  private static func event(_ id: Int, _ hits: SearchHits) -> [UInt8] {
    var text = JSONText()
    text.object { text in
      text.member("id", id)
      text.member("done", hits.done)
      text.member("hits", hits.indexes.count)
      text.member("first", hits.indexes.first)
      text.array("strip") { text in for count in hits.strip { text.add(count) } }
    }
    return text.bytes
  }

  func nextHit(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let id: Int = try request.needed("id")
    let index: Int = try request.needed("index")
    let isForward = try request.number("direction", as: Int.self) ?? 1 > 0
    guard let indexes = searches.indexes(of: id) else { return Self.nothing }
    // The first that is not before the next.
    var (low, high) = (0, indexes.count)
    let bound = isForward ? index + 1 : index
    while low < high {
      let middle = (low + high) / 2
      if indexes[middle] < bound { low = middle + 1 } else { high = middle }
    }
    let place = isForward ? low : low - 1
    guard indexes.indices.contains(place) else { return Self.nothing }
    var time: Int64 = 0
    trace.forEachEvent(from: indexes[place]) { event in
      time = event.time
      return false
    }
    var text = JSONText()
    text.object { text in
      text.member("index", indexes[place])
      text.member("time", time)
      text.member("number", place)
      text.member("hits", indexes.count)
    }
    return PageAnswer(text.bytes)
  }
}

/// Something that is over.
private final class Flag: Sendable {
  private let value = Atomic(false)
  var isRaised: Bool { value.load(ordering: .relaxed) }
  func raise() { value.store(true, ordering: .relaxed) }
}
