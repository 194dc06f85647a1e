import Glibc
import Synchronization
import Testing
import Viewer

/// What is sent, and when.
@Suite struct AnswerTests {
  @Test func whatIsAskedComesThrough() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let answer = try await server.ask("api/events/near?time=1.5e3&filter=a+%3D%3D%20%22%C3%A4%22")
      #expect(answer.text == #"events/near|time=1.5e3|filter=a == "ä""#)
      #expect(answer.fields["content-type"] == "application/json; charset=utf-8")
      #expect(answer.fields["cache-control"] == "no-store")
      #expect(try await server.ask("api/").text == "")
    }
  }

  @Test func errorsAreTold() async throws {
    let answers = ScriptedAnswers(onAnswer: { (request) throws(PageError) in
      if request.path == "filter" { throw .badRequest("a \"quote\"\nis open", position: 12) }
      throw PageError(status: 7, "no status of an error")
    })
    try await RunningServer.run(answers) { server in
      let answer = try await server.ask("api/filter?text=x")
      #expect(answer.status == 400)
      #expect(answer.text == #"{"error":"a \"quote\"\nis open","position":12}"# + "\n")
      #expect(answer.fields["content-type"] == "application/json; charset=utf-8")
      #expect(answer.fields["cache-control"] == "no-store")
      let other = try await server.ask("api/other")
      #expect(other.status == 400)
      #expect(other.text == #"{"error":"no status of an error"}"# + "\n")
      let unreadable = try await server.ask("api/x?a=%ff")
      #expect(unreadable.status == 400)
      #expect(unreadable.text.contains("UTF-8"))
      let missing = try await server.ask("nothing.js")
      #expect(missing.status == 404)
      #expect(missing.text.hasPrefix(#"{"error":"#))
    }
  }

  @Test func everyAnswerSaysWhatThePageMay() async throws {
    let policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
      + "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'"
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let tag = try #require(try await server.ask("").fields["etag"])
      let answers = [
        (200, try await server.ask("")), (200, try await server.ask("api/x")),
        (200, try await server.ask("app.js", method: "HEAD")), (404, try await server.ask("/")),
        (404, try await server.ask("no")), (403, try await server.ask("", host: "evil.example")),
        (405, try await server.ask("", method: "POST")),
        (304, try await server.ask("", ["If-None-Match: \(tag)"])),
      ]
      for (status, answer) in answers {
        #expect(answer.status == status)
        #expect(answer.fields["content-security-policy"] == policy)
        #expect(answer.fields["x-content-type-options"] == "nosniff")
        #expect(answer.fields["referrer-policy"] == "no-referrer")
        #expect(answer.fields["cross-origin-opener-policy"] == "same-origin")
        #expect(answer.fields["cross-origin-resource-policy"] == "same-origin")
        #expect(answer.fields["cache-control"] != nil)
        #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
        #expect(answer.fields["access-control-allow-origin"] == nil)
      }
    }
  }

  @Test func whatTheBrowserHasIsNotSentAgain() async throws {
    let answers = ScriptedAnswers(onAnswer: { (request) throws(PageError) in
      PageAnswer(
        [1, 2, 3], type: .bytes, tag: request["id"], maxAge: request.path == "tiles" ? 3600 : nil)
    })
    try await RunningServer.run(answers) { server in
      let tile = try await server.ask("api/tiles?id=5f1c")
      #expect(tile.fields["etag"] == "\"5f1c\"")
      #expect(tile.fields["cache-control"] == "private, max-age=3600, immutable")
      #expect(tile.fields["content-type"] == "application/octet-stream")
      #expect(tile.body == [1, 2, 3])
      for known in ["\"5f1c\"", "W/\"5f1c\"", "\"a\", \"5f1c\" ,\"b\"", "*"] {
        let answer = try await server.ask("api/tiles?id=5f1c", ["If-None-Match: \(known)"])
        #expect(answer.status == 304, "\(known)")
        #expect(answer.fields["etag"] == "\"5f1c\"")
        #expect(answer.fields["cache-control"] == "private, max-age=3600, immutable")
      }
      for other in ["\"5f1d\"", "5f1c", "\"5f1c", "\"\""] {
        let answer = try await server.ask("api/tiles?id=5f1c", ["If-None-Match: \(other)"])
        #expect(answer.status == 200, "\(other)")
        #expect(answer.body == [1, 2, 3])
      }
      let stats = try await server.ask("api/stats?id=7")
      #expect(stats.fields["cache-control"] == "private, no-cache")
      let none = try await server.ask("api/stats", ["If-None-Match: *"])
      #expect(none.status == 200)
      #expect(none.fields["etag"] == nil)
    }
  }

  @Test func aConnectionCarriesManyRequests() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let texts = try await blocking {
        let wire = try Wire(port: server.page.port)
        var reader = WireReader(wire)
        var texts: [String] = []
        // One after the other, then three at once.
        for number in 0..<3 {
          try wire.send(server.head("api/\(number)"))
          texts.append(try reader.answer().text)
        }
        try wire.send((3..<6).map { server.head("api/\($0)") }.joined())
        for _ in 3..<6 { texts.append(try reader.answer().text) }
        return texts
      }
      #expect(texts == ["0", "1", "2", "3", "4", "5"])
    }
  }

  @Test func slowAnswersHoldUpNobody() async throws {
    let gate = Gate()
    let answers = ScriptedAnswers(onAnswer: { (request) throws(PageError) in
      if request.path == "slow" { gate.pass() }
      return PageAnswer(Array("\(request.path) \(request["n"] ?? "")".utf8))
    })
    try await RunningServer.run(answers) { server in
      // More than the machine has cores, so that no thread of Swift's own is left if they wait there.
      let slow = (0..<10).map { number in
        Task { try await server.ask("api/slow?n=\(number)").text }
      }
      try await gate.hasWaiting(10)
      let quick = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<64 {
          group.addTask { try await server.ask("api/quick?n=\(number)").text }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(quick == Set((0..<64).map { "quick \($0)" }))
      #expect(try await server.ask("app.js").status == 200)
      gate.open()
      for (number, task) in slow.enumerated() {
        #expect(try await task.value == "slow \(number)")
      }
    }
  }

  @Test func anAnswerIsToldThatNobodyWaits() async throws {
    let (ends, ended) = AsyncStream<Bool>.makeStream()
    let (starts, started) = AsyncStream<Void>.makeStream()
    let answers = ScriptedAnswers(onAnswer: { (_) throws(PageError) in
      started.yield()
      var rounds = 0
      while !Task.isCancelled, rounds < 30_000 {
        usleep(1000)
        rounds += 1
      }
      ended.yield(Task.isCancelled)
      return PageAnswer([])
    })
    try await RunningServer.run(answers) { server in
      let wire = try await blocking {
        let wire = try Wire(port: server.page.port)
        try wire.send(server.head("api/slow"))
        return wire
      }
      var iterator = starts.makeAsyncIterator()
      await iterator.next()
      wire.leave()
      var isCancelled = ends.makeAsyncIterator()
      #expect(await isCancelled.next() == true)
    }
  }
}

/// Where threads wait until it is opened; a minute at most, so that a test fails and does not hang.
final class Gate: Sendable {
  private let isOpen = Atomic(false)
  private let waiting = Atomic(0)
  private static let rounds = 60_000

  func open() { isOpen.store(true, ordering: .releasing) }

  func pass() {
    waiting.add(1, ordering: .relaxed)
    for _ in 0..<Self.rounds where !isOpen.load(ordering: .acquiring) { usleep(1000) }
  }

  /// Waits until so many stand before it.
  func hasWaiting(_ count: Int) async throws {
    try await blocking {
      for _ in 0..<Self.rounds {
        if self.waiting.load(ordering: .relaxed) >= count { return }
        usleep(1000)
      }
      throw WireError.ended("\(self.waiting.load(ordering: .relaxed)) of \(count) wait")
    }
  }
}
