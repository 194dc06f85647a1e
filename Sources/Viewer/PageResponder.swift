import HTTPTypes
import HummingbirdCore
import NIOCore

/// From a request to what is sent: who asks, for what, and what of it the browser has already.
struct PageResponder: Sendable {
  let door: Doorkeeper
  let files: WebFiles
  let answers: any PageAnswers
  let machineName = ListenAddress.machineName

  func respond(
    to request: Request, with writer: consuming ResponseWriter, on channel: any Channel
  ) async throws {
    let reply = try await reply(to: request.head, authorities: authorities(of: channel))
    var head = HTTPResponse(status: reply.status, headerFields: PageHeaders.always)
    head.headerFields[.date] = PageHeaders.date
    head.headerFields.append(contentsOf: reply.fields)
    if case .bytes(let bytes) = reply.body, reply.status != .notModified {
      head.headerFields[.contentLength] = "\(bytes.count)"
    }
    guard request.method != .head, reply.status != .notModified else {
      return try await writer.writeResponse(head)
    }
    switch reply.body {
    case .bytes(let bytes):
      try await writer.write(
        response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    case .events(let events):
      var body: any ResponseBodyWriter = try await writer.writeHead(head)
      for await event in events { try await body.write(Self.frame(event)) }
      try await body.finish(nil)
    }
  }

  private func authorities(of channel: any Channel) -> [String] {
    guard let address = channel.localAddress, let ip = address.ipAddress, let port = address.port
    else { return [] }
    return Doorkeeper.authorities(ip: ip, port: port, machineName: machineName)
  }

  private func reply(to head: HTTPRequest, authorities: [String]) async throws -> Reply {
    switch door.judge(head, authorities: authorities) {
    case .unknown: return Reply(.notFound)
    case .refuse(let why): return Reply(PageError(status: 403, why))
    case .wrongMethod:
      var reply = Reply(PageError(status: 405, "what is here can be read only"))
      reply.fields[.allow] = "GET, HEAD"
      return reply
    case .moved:
      var reply = Reply(.seeOther)
      reply.fields[.location] = "/\(door.token.text)/"
      return reply
    case .enter(let target):
      let match = head.headerFields[.ifNoneMatch]
      if target.hasPrefix("api/") { return try await answer(target.dropFirst(4), match) }
      return file(String(target.prefix { $0 != "?" }), match)
    }
  }

  private func file(_ name: String, _ match: String?) -> Reply {
    let name = name.isEmpty ? "index.html" : name
    guard let bytes = files.bytes(name) else {
      return Reply(.notFound("the page has no such file"))
    }
    return Reply(
      bytes, type: WebFiles.mediaType(of: name), tag: WebFiles.tag(of: bytes), maxAge: nil,
      unless: match)
  }

  /// Lets the question be answered on a thread of its own.
  ///
  /// - Throws: `CancellationError` where nobody waits for the answer.
  private func answer(_ target: Substring, _ match: String?) async throws -> Reply {
    guard let question = PageRequest(target) else {
      return Reply(.badRequest("the address is no text in UTF-8"))
    }
    do {
      return try await withTaskExecutorPreference(AnswerThreads.shared) {
        // Who left while others were answered is not waited for.
        try Task.checkCancellation()
        if let events = try answers.events(question) { return Reply(events) }
        let answer = try answers.answer(question)
        try Task.checkCancellation()
        return Reply(
          answer.body, type: answer.type.rawValue, tag: answer.tag, maxAge: answer.maxAge,
          unless: match)
      }
    } catch let error as PageError {
      return Reply(error)
    }
  }

  /// One server-sent event: each of the text's lines as a field of its data (WHATWG, HTML §9.2.5).
  private static func frame(_ event: [UInt8]) -> ByteBuffer {
    var buffer = ByteBuffer()
    let lineEnd = UInt8(ascii: "\n")
    for line in event.split(separator: lineEnd, omittingEmptySubsequences: false) {
      buffer.writeString("data: ")
      buffer.writeBytes(line)
      buffer.writeInteger(lineEnd)
    }
    buffer.writeInteger(lineEnd)
    return buffer
  }
}
