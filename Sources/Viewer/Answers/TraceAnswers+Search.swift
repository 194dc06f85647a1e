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
    var object = JSONObject()
    do throws(PageError) {
      _ = try term(filter: wanted)
      object.add("ok", true)
    } catch {
      object.add("ok", false)
      error.add(to: &object)
    }
    return PageAnswer(object.bytes())
  }

  /// The numbers of the events that a filter lets pass.
  func hits(ofFilter text: String) throws(PageError) -> [Int] {
    let version = trace.indexVersion
    if let known = searches.indexes(ofFilter: text, version: version) { return known }
    let found = trace.search(try term(filter: text), parts: 1) { _ in true }
    searches.keep(found, ofFilter: text, version: version)
    return found
  }

  func search(_ request: PageRequest) throws(PageError) -> AsyncStream<[UInt8]> {
    let wanted = try request.text("text")
    let term: SearchTerm
    switch request["kind"] ?? "text" {
    case "text": term = .text(SearchText(wanted, ignoresCase: request["ignoreCase"] == "1"))
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
      let found = trace.search(term, parts: Self.parts) { progress in
        continuation.yield(Self.event(id, progress))
        return !flag.isRaised
      }
      searches.set(found, of: id)
      continuation.finish()
    }
    return stream
  }

  /// How many numbers the strip has that shows where hits are.
  private static let parts = 512

  private static func event(_ id: Int, _ progress: SearchProgress) -> [UInt8] {
    var object = JSONObject()
    object.add("id", id)
    object.add("done", progress.done)
    object.add("hits", progress.count)
    object.add("first", progress.first)
    object.add("strip", progress.strip)
    return object.bytes()
  }

  func nextHit(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let id: Int = try request.needed("id")
    let index: Int = try request.needed("index")
    let isForward = try request.number("direction", as: Int.self) ?? 1 > 0
    guard let indexes = searches.indexes(of: id) else { return Self.nothing }
    let behind = indexes.partitioningIndex { $0 >= (isForward ? index + 1 : index) }
    let place = isForward ? behind : behind - 1
    guard indexes.indices.contains(place) else { return Self.nothing }
    var time: Int64 = 0
    trace.forEachEvent(from: indexes[place]) { event in
      time = event.time
      return false
    }
    var object = JSONObject()
    object.add("index", indexes[place])
    object.add("time", time)
    object.add("number", place)
    object.add("hits", indexes.count)
    return PageAnswer(object.bytes())
  }
}

/// Something that is over.
private final class Flag: Sendable {
  private let value = Atomic(false)
  var isRaised: Bool { value.load(ordering: .relaxed) }
  func raise() { value.store(true, ordering: .relaxed) }
}
