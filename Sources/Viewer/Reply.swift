import HTTPTypes

/// What is sent, but for what is always said.
struct Reply: Sendable {
  var status: HTTPResponse.Status
  var fields = HTTPFields()
  var body: Body

  enum Body: Sendable {
    case bytes([UInt8])
    /// Server-sent events, until they end.
    case events(AsyncStream<[UInt8]>)
  }

  /// Nothing but a status.
  init(_ status: HTTPResponse.Status) {
    self.status = status
    body = .bytes([])
    fields[.cacheControl] = "no-store"
  }

  init(_ error: PageError) {
    status = HTTPResponse.Status(code: min(max(error.status, 400), 599))
    body = .bytes(error.json)
    fields[.contentType] = PageAnswer.MediaType.json.rawValue
    fields[.cacheControl] = "no-store"
  }

  init(_ events: AsyncStream<[UInt8]>) {
    status = .ok
    body = .events(events)
    fields[.contentType] = "text/event-stream"
    fields[.cacheControl] = "no-store"
  }

  /// - Parameter match: what the browser has already, as `If-None-Match` says it.
  init(_ bytes: [UInt8], type: String, tag: String?, maxAge: Int?, unless match: String?) {
    fields[.cacheControl] = PageHeaders.caching(tag: tag, maxAge: maxAge)
    fields[.contentType] = type
    fields[.eTag] = tag.map { "\"\($0)\"" }
    let isKnown = tag.map { PageHeaders.has($0, in: match) } ?? false
    status = isKnown ? .notModified : .ok
    body = .bytes(bytes)
  }
}
