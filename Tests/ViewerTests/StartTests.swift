import Testing
import Viewer

/// Where a server can be had, and where not.
@Suite struct StartTests {
  @Test func aPortThatIsTakenIsNamed() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let port = UInt16(server.page.port)
      let second = ViewerServer(ScriptedAnswers.echo, port: port)
      let error = await #expect(throws: ViewerError.self) {
        try await second.run { _ in Issue.record("it has started") }
      }
      #expect(
        error?.message == "127.0.0.1:\(port) cannot be listened at: another program has this port")
      #expect(error?.hint == "without --port a free one is taken")
    }
  }

  @Test func theAddressIsOfLoopbackWithTheToken() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      #expect(
        server.page.url == "http://127.0.0.1:\(server.page.port)/\(server.page.token.text)/")
      #expect(server.page.isLoopback)
    }
  }

  @Test func anAddressThatIsNotOursIsNamed() async throws {
    let address = try #require(ListenAddress("192.0.2.1"))
    let error = await #expect(throws: ViewerError.self) {
      try await ViewerServer(ScriptedAnswers.echo, listen: address).run { _ in
        Issue.record("it has started")
      }
    }
    #expect(error?.message.contains("this machine does not have this address") == true)
  }
}
