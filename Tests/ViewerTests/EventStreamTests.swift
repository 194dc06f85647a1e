import Testing
import Viewer

/// Server-sent events.
@Suite struct EventStreamTests {
  @Test func eventsComeOneByOneAndEndWhenTheReaderLeaves() async throws {
    let (events, source) = AsyncStream<[UInt8]>.makeStream()
    let (ends, ended) = AsyncStream<Void>.makeStream()
    source.onTermination = { _ in ended.yield() }
    let answers = ScriptedAnswers(onEvents: { (request) throws(PageError) in
      request.path == "changes" ? events : nil
    })
    try await RunningServer.run(answers) { server in
      let wire = try await blocking { try Wire(port: server.page.port) }
      try await blocking {
        var reader = WireReader(wire)
        try wire.send(server.head("api/changes"))
        let head = try reader.head()
        #expect(head.status == 200)
        #expect(head.fields["content-type"] == "text/event-stream")
        #expect(head.fields["cache-control"] == "no-store")
        #expect(head.fields["content-length"] == nil)
        // The second is made only when the first has been read.
        for text in [#"{"id":1}"#, #"{"id":2}"#] {
          source.yield(Array(text.utf8))
          #expect(try reader.chunk() == Array("data: \(text)\n\n".utf8))
        }
        source.yield(Array("two\nlines".utf8))
        #expect(try reader.chunk() == Array("data: two\ndata: lines\n\n".utf8))
      }
      wire.leave()
      var iterator = ends.makeAsyncIterator()
      await iterator.next()
    }
  }

  @Test func whatEndsByItselfEndsForTheReader() async throws {
    let answers = ScriptedAnswers(onEvents: { (request) throws(PageError) in
      if request["text"] == "(" { throw .badRequest("no )", position: 1) }
      return AsyncStream { source in
        source.yield([0x61])
        source.finish()
      }
    })
    try await RunningServer.run(answers) { server in
      let answer = try await server.ask("api/search?text=x")
      #expect(answer.text == "data: a\n\n")
      let error = try await server.ask("api/search?text=(")
      #expect(error.status == 400)
      #expect(error.text == #"{"error":"no )","position":1}"# + "\n")
      let head = try await server.ask("api/search?text=x", method: "HEAD")
      #expect(head.status == 200)
      #expect(head.fields["content-type"] == "text/event-stream")
    }
  }

  @Test func aServerEndsWhileSomebodyListens() async throws {
    let (events, source) = AsyncStream<[UInt8]>.makeStream()
    let answers = ScriptedAnswers(onEvents: { (_) throws(PageError) in events })
    let (wires, given) = AsyncStream<Wire>.makeStream()
    try await RunningServer.run(answers) { server in
      let wire = try await blocking {
        let wire = try Wire(port: server.page.port)
        try wire.send(server.head("api/changes"))
        var reader = WireReader(wire)
        _ = try reader.head()
        return wire
      }
      given.yield(wire)
    }
    // It has ended, and so has the connection, which was told nothing more.
    var iterator = wires.makeAsyncIterator()
    let wire = try #require(await iterator.next())
    #expect(try await blocking { try wire.receive() }.isEmpty)
    source.finish()
  }
}
