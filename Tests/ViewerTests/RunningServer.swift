import Testing
import Viewer

/// A server of a test, and what the test asks it.
struct RunningServer: Sendable {
  let page: PageAddress

  /// Starts a server, and ends it when the body is done.
  static func run(
    _ answers: some PageAnswers, files: WebFiles = .embedded,
    _ body: (RunningServer) async throws -> Void
  ) async throws {
    let (pages, started) = AsyncStream<PageAddress>.makeStream()
    let server = ViewerServer(answers, files: files)
    let task = Task {
      defer { started.finish() }
      try await server.run { started.yield($0) }
    }
    var iterator = pages.makeAsyncIterator()
    let page = await iterator.next()
    do {
      try await body(RunningServer(page: try #require(page)))
    } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    try await task.value
  }

  var root: String { "/\(page.token.text)/" }
  var host: String { "127.0.0.1:\(page.port)" }

  /// The head of a request to a path, behind the token where it does not begin with a slash.
  func head(
    _ path: String, method: String = "GET", host: String? = nil, _ fields: [String] = []
  ) -> String {
    let path = path.hasPrefix("/") ? path : root + path
    let lines = ["\(method) \(path) HTTP/1.1", "Host: \(host ?? self.host)"] + fields
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  /// One request on a connection of its own.
  func ask(
    _ path: String, method: String = "GET", host: String? = nil, _ fields: [String] = []
  ) async throws -> WireAnswer {
    let request = head(path, method: method, host: host, fields)
    return try await send(request, hasBody: method != "HEAD")
  }

  func send(_ request: String, hasBody: Bool = true) async throws -> WireAnswer {
    try await blocking {
      let wire = try Wire(port: page.port)
      try wire.send(request)
      var reader = WireReader(wire)
      return try reader.answer(hasBody: hasBody)
    }
  }
}

/// Answers that a test writes down.
struct ScriptedAnswers: PageAnswers {
  var onAnswer: @Sendable (PageRequest) throws(PageError) -> PageAnswer = {
    (request) throws(PageError) in throw .notFound("no \(request.path)")
  }
  var onEvents: @Sendable (PageRequest) throws(PageError) -> AsyncStream<[UInt8]>? = {
    _ throws(PageError) in nil
  }

  func answer(_ request: PageRequest) throws(PageError) -> PageAnswer { try onAnswer(request) }

  func events(_ request: PageRequest) throws(PageError) -> AsyncStream<[UInt8]>? {
    try onEvents(request)
  }

  /// Says what was asked.
  static let echo = ScriptedAnswers(onAnswer: { (request) throws(PageError) in
    let parameters = request.parameters.map { "\($0.name)=\($0.value)" }
    return PageAnswer(Array(([request.path] + parameters).joined(separator: "|").utf8))
  })
}
