import Testing
import Viewer

/// Who gets an answer.
@Suite struct AdmissionTests {
  @Test func whoHasNotTheTokenFindsNothing() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let token = server.page.token.text
      let last = token.last == "0" ? "1" : "0"
      let others = [
        "/", "/favicon.ico", "/index.html", "/api/trace", "//\(token)/", "/\(token.dropLast())/",
        "/\(token.dropLast())\(last)/", "/\(token)0/", "/\(token)x/api/trace", "/x/\(token)/",
        "/?\(token)/", "*",
      ]
      for path in others {
        for method in ["GET", "POST"] {
          let answer = try await server.send(
            "\(method) \(path) HTTP/1.1\r\nHost: \(server.host)\r\n\r\n")
          #expect(answer.status == 404, "\(method) \(path)")
          #expect(answer.body.isEmpty)
        }
      }
      #expect(try await server.ask("").status == 200)
      #expect(try await server.ask("api/x").text == "x")
    }
  }

  @Test func tokensDifferAndAreOfFullLength() {
    let tokens = (0..<64).map { _ in AccessToken().text }
    #expect(Set(tokens).count == 64)
    #expect(
      tokens.allSatisfy { $0.count == 32 && $0.allSatisfy { "0123456789abcdef".contains($0) } })
  }

  @Test func onlyItsOwnNamesAreAnswered() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let port = server.page.port
      for host in ["127.0.0.1:\(port)", "localhost:\(port)", "LocalHost:\(port)"] {
        #expect(try await server.ask("api/x", host: host).status == 200, "\(host)")
      }
      let foreign = [
        "evil.example:\(port)", "127.0.0.1", "127.0.0.1:\(port &+ 1)",
        "localhost.evil.example:\(port)",
        "127.0.0.2:\(port)", "[::1]:\(port)", "",
      ]
      for host in foreign {
        let answer = try await server.ask("api/x", host: host)
        #expect(answer.status == 403, "\(host)")
        #expect(answer.text.contains("127.0.0.1:\(port)"))
      }
      let none = try await server.send("GET \(server.root)api/x HTTP/1.0\r\n\r\n")
      #expect(none.status == 403)
    }
  }

  @Test func noOtherPageIsAnswered() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let port = server.page.port
      let own = try await server.ask("api/x", ["Origin: http://127.0.0.1:\(port)"])
      #expect(own.status == 200)
      let foreign = [
        "http://evil.example", "null", "https://127.0.0.1:\(port)", "http://127.0.0.1",
        "http://localhost:\(port)", "http://127.0.0.1:\(port).evil.example",
      ]
      for origin in foreign {
        #expect(try await server.ask("api/x", ["Origin: \(origin)"]).status == 403, "\(origin)")
      }
      for site in ["same-origin", "none"] {
        #expect(try await server.ask("api/x", ["Sec-Fetch-Site: \(site)"]).status == 200, "\(site)")
      }
      for site in ["cross-site", "same-site", "what"] {
        #expect(try await server.ask("api/x", ["Sec-Fetch-Site: \(site)"]).status == 403, "\(site)")
        #expect(
          try await server.ask("app.js", ["Sec-Fetch-Site: \(site)"]).status == 403, "\(site)")
      }
    }
  }

  @Test func aPersonMayComeByALinkToThePageAlone() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let cases = [
        ("", "navigate", "document", 200), ("api/x", "navigate", "document", 403),
        ("", "navigate", "iframe", 403), ("", "no-cors", "document", 403),
      ]
      for (path, mode, destination, status) in cases {
        let fields = [
          "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: \(mode)", "Sec-Fetch-Dest: \(destination)",
        ]
        let answer = try await server.ask(path, fields)
        #expect(answer.status == status, "\(path) \(mode) \(destination)")
      }
    }
  }

  @Test func itCanBeReadOnly() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"] {
        let answer = try await server.ask("api/x", method: method)
        #expect(answer.status == 405, "\(method)")
        #expect(answer.fields["allow"] == "GET, HEAD")
      }
      let whole = try await server.ask("style.css")
      let head = try await server.ask("style.css", method: "HEAD")
      #expect(head.status == 200)
      #expect(head.fields["content-length"] == "\(whole.body.count)")
      #expect(head.fields["etag"] == whole.fields["etag"])
    }
  }

  @Test func theLastSlashIsAdded() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let answer = try await server.ask("/" + server.page.token.text)
      #expect(answer.status == 303)
      #expect(answer.fields["location"] == server.root)
    }
  }

  @Test func aTicketLeadsToThePageOnce() async throws {
    try await RunningServer.run(ScriptedAnswers.echo) { server in
      let url = try #require(server.page.urlForOnce)
      #expect(!url.contains(server.page.token.text))
      let path = "/" + (try #require(url.split(separator: "/").last))
      // It opens nothing else, and is not spent on who may not use it.
      #expect(try await server.ask(path + "/").status == 404)
      #expect(try await server.ask(path + "/api/x").status == 404)
      #expect(try await server.ask(path, method: "POST").status == 404)
      #expect(try await server.ask(path, method: "HEAD").status == 404)
      #expect(try await server.ask(path, host: "evil.example").status == 404)
      #expect(try await server.ask(path, ["Sec-Fetch-Site: cross-site"]).status == 404)
      let answer = try await server.ask(path)
      #expect(answer.status == 303)
      #expect(answer.fields["location"] == server.root)
      #expect(answer.fields["cache-control"] == "no-store")
      #expect(try await server.ask(path).status == 404)
      #expect(server.page.urlForOnce == nil)
    }
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.8.0.9", true), ("::1", true), ("[::1]", true), ("localhost", true),
    ("0.0.0.0", false), ("::", false), ("192.168.1.5", false), ("fe80::1", false),
    ("::ffff:127.0.0.1", false),
  ])
  func addressesAreThisMachinesAloneOrNot(text: String, isLoopback: Bool) {
    #expect(ListenAddress(text)?.isLoopback == isLoopback)
  }

  @Test(arguments: ["", "example.org", "127.1", "1.2.3.4.5", "[127.0.0.1]", "0x7f000001", "::g"])
  func whatIsNoAddressIsNone(_ text: String) {
    #expect(ListenAddress(text) == nil)
  }
}
